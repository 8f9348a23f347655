// The crossing between Qt and the engine: order, names, threads, lifetimes.
#include <QSignalSpy>
#include <QTest>
#include <QThread>

#include "tests/ui/support.h"
#include "ui/bridge/engine_bridge.h"
#include "ui/bridge/photo_order.h"
#include "ui/bridge/project_session.h"
#include "ui/bridge/thumbnail_provider.h"

using namespace pleinair;
using namespace pleinair::ui;
using namespace pleinair::ui::test;

class TestBridge : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { isolate(m_temporary); }

  void photosAreOrderedAsPeopleCount() {
    QStringList paths{"b/1.jpg", "sky10.jpg", "Sky2.jpg", "a/9.jpg", "sky010.jpg", "sky1.jpg"};
    std::sort(paths.begin(), paths.end(), photoPathLess);
    QCOMPARE(paths, (QStringList{"sky1.jpg", "Sky2.jpg", "sky010.jpg", "sky10.jpg", "a/9.jpg", "b/1.jpg"}));
    QVERIFY(!photoPathLess(QStringLiteral("x.jpg"), QStringLiteral("x.jpg")));
  }

  void fileNamesThatAreNoUtf8StayWhole() {
    const QUrl url = QUrl::fromEncoded("file:///photos/caf%E9.jpg");
    QCOMPARE(toPath(url).native(), std::string("/photos/caf\xe9.jpg"));
    QVERIFY(toPath(QUrl(QStringLiteral("https://example.org/a.jpg"))).empty());
  }

  void workRunsElsewhereAndItsAnswerHere() {
    EngineBridge bridge(DeviceConfig{DeviceChoice::Cpu, PrecisionChoice::Automatic, 1});
    QThread* worker = nullptr;
    QThread* answer = nullptr;
    bridge.post([&worker] { worker = QThread::currentThread(); }, this,
                [&answer] { answer = QThread::currentThread(); });
    QTRY_VERIFY(answer != nullptr);
    QCOMPARE(answer, QThread::currentThread());
    QVERIFY(worker != answer);
  }

  void nobodyIsCalledAfterTheEnd() {
    EngineBridge bridge(DeviceConfig{DeviceChoice::Cpu, PrecisionChoice::Automatic, 1});
    bool called = false, after = false;
    auto* context = new QObject;
    bridge.post([] { QThread::msleep(30); }, context, [&called] { called = true; });
    delete context;
    bridge.post([] {}, this, [&after] { after = true; });
    QTRY_VERIFY(after);
    QVERIFY(!called);
  }

  void importsAnnounceThemselvesInOrder() {
    QVERIFY(writeJpeg(m_temporary.filePath(QStringLiteral("in/one.jpg")), 64, 48, 1));
    QVERIFY(writeBytes(m_temporary.filePath(QStringLiteral("in/two.jpg")), "no picture"));
    EngineBridge bridge(DeviceConfig{DeviceChoice::Cpu, PrecisionChoice::Automatic, 1});
    ProjectSession session(bridge);
    session.create(toPath(m_temporary.filePath(QStringLiteral("project"))), QStringLiteral("Test"));
    QTRY_VERIFY_WITH_TIMEOUT(session.isOpen(), 10000);
    QStringList heard;
    connect(&bridge, &EngineBridge::started, this, [&heard] { heard << QStringLiteral("started"); });
    connect(&bridge, &EngineBridge::photoImported, this, [&heard](quint64, const QString& path) { heard << path; });
    connect(&bridge, &EngineBridge::photoSkipped, this, [&heard] { heard << QStringLiteral("skipped"); });
    connect(&bridge, &EngineBridge::finished, this, [&heard] { heard << QStringLiteral("finished"); });
    const JobId job = session.importPhotos({toPath(m_temporary.filePath(QStringLiteral("in")))});
    QCOMPARE(bridge.kindOf(job), JobKind::Import);
    QTRY_VERIFY_WITH_TIMEOUT(heard.contains(QStringLiteral("finished")), 10000);
    QCOMPARE(heard.first(), QStringLiteral("started"));
    QCOMPARE(heard.last(), QStringLiteral("finished"));
    QVERIFY(heard.contains(QStringLiteral("one.jpg")));
    QVERIFY(heard.contains(QStringLiteral("skipped")));
    QCOMPARE(bridge.kindOf(job), JobKind::None);
  }

  void aModelIsReadOnceForWhoeverAsks() {
    EngineBridge bridge(DeviceConfig{DeviceChoice::Cpu, PrecisionChoice::Automatic, 1});
    ProjectSession session(bridge);
    QSignalSpy read(&session, &ProjectSession::modelRead);
    session.create(toPath(m_temporary.filePath(QStringLiteral("reading"))), QStringLiteral("Test"));
    QTRY_COMPARE_WITH_TIMEOUT(read.count(), 1, 10000);
    QCOMPARE(session.modelReading().model, session.modelFolder());
    const std::filesystem::path model = std::filesystem::path(PLEINAIR_GOLDEN_DIR) / "sdxl";
    session.setModel(model);
    QVERIFY(session.modelReading().model != model);  // not on this thread
    QTRY_COMPARE_WITH_TIMEOUT(read.count(), 2, 10000);
    QCOMPARE(session.modelReading().model, model);
    QVERIFY(session.modelReading().outline->basis().twoTextEncoders);
    QVERIFY(session.modelReading().outline->trainableShare({}).ok());
    session.setTrigger(QStringLiteral("SKY"));
    session.flush();
    session.setModel("/no/such/model");
    QTRY_COMPARE_WITH_TIMEOUT(read.count(), 3, 10000);
    QVERIFY(!session.modelReading().outline);
    session.undoStack().undo();
    QTRY_COMPARE_WITH_TIMEOUT(read.count(), 4, 10000);
    QVERIFY(session.modelReading().outline);
    // What an opening has to read comes before its first answer to anybody else.
    bool after = false;
    connect(&session, &ProjectSession::opened, this, [&] {
      bridge.post([] {}, this, [&] { after = session.modelReading().outline != nullptr; });
    });
    session.flush();
    session.open(session.folder());
    QVERIFY(!session.modelReading().outline);
    QTRY_VERIFY_WITH_TIMEOUT(after, 10000);
    QCOMPARE(read.count(), 5);
  }

  void thumbnailsComeOnceAndSmall() {
    QVERIFY(writeJpeg(m_temporary.filePath(QStringLiteral("large.jpg")), 1200, 800, 3));
    ThumbnailProvider provider;
    QSignalSpy ready(&provider, &ThumbnailProvider::ready);
    const auto file = toPath(m_temporary.filePath(QStringLiteral("large.jpg")));
    for (int i = 0; i < 20; ++i) QVERIFY(provider.thumbnail(file, 150).isNull());
    QTRY_COMPARE_WITH_TIMEOUT(ready.count(), 1, 10000);
    QCOMPARE(provider.thumbnail(file, 150).size(), QSize(160, 107));
    QTest::qWait(50);
    QCOMPARE(ready.count(), 1);
  }

  void aDamagedFileSaysWhy() {
    QVERIFY(writeBytes(m_temporary.filePath(QStringLiteral("torn.jpg")), "\xff\xd8\xff"));
    ThumbnailProvider provider;
    QSignalSpy failed(&provider, &ThumbnailProvider::failed);
    const auto file = toPath(m_temporary.filePath(QStringLiteral("torn.jpg")));
    QVERIFY(provider.thumbnail(file, 150).isNull());
    QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, 10000);
    QVERIFY(!provider.failure(file).isEmpty());
  }

 private:
  QTemporaryDir m_temporary;
};

QTEST_GUILESS_MAIN(TestBridge)
#include "tst_bridge.moc"
