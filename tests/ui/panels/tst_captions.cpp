// Captions typed with real keys into the real panel, read back from the sidecar files.
#include <QAbstractItemModelTester>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTest>
#include <QUndoStack>

#include "tests/ui/support.h"
#include "ui/panels/captions/caption_edit.h"
#include "ui/panels/captions/caption_tools.h"
#include "ui/panels/captions/captions_panel.h"
#include "ui/panels/captions/frequent_words.h"
#include "ui/widgets/token_meter.h"

using namespace pleinair;
using namespace pleinair::ui;
using namespace pleinair::ui::test;

class TestCaptions : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    QStandardPaths::setTestModeEnabled(true);
    QVERIFY(m_temporary.isValid());
    isolate(m_temporary);
    for (int i = 1; i <= 3; ++i) {
      QVERIFY(writeJpeg(m_temporary.filePath(QStringLiteral("photos/sky%1.jpg").arg(i)), 240, 160, i));
    }
  }

  void init() {
    m_bridge = std::make_unique<EngineBridge>(DeviceConfig{DeviceChoice::Cpu, PrecisionChoice::Automatic, 1});
    m_session = std::make_unique<ProjectSession>(*m_bridge);
    m_thumbnails = std::make_unique<ThumbnailProvider>();
    m_model = std::make_unique<DatasetModel>(*m_session, *m_thumbnails);
    m_tester = std::make_unique<QAbstractItemModelTester>(m_model.get(),
                                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    m_panel = std::make_unique<CaptionsPanel>(*m_bridge, *m_session, *m_thumbnails, *m_model);
    m_panel->resize(1200, 700);
    m_panel->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_panel.get()));
    static int count = 0;
    m_session->create(toPath(m_temporary.filePath(QStringLiteral("project%1").arg(++count))),
                      QStringLiteral("Skies"));
    QTRY_VERIFY_WITH_TIMEOUT(m_session->isOpen(), 10000);
    m_session->importPhotos({toPath(m_temporary.filePath(QStringLiteral("photos")))});
    QTRY_COMPARE_WITH_TIMEOUT(m_session->photos().size(), std::size_t{3}, 20000);
    QTRY_VERIFY_WITH_TIMEOUT(m_session->importJob() == 0, 20000);
  }

  void cleanup() {
    m_panel.reset();
    m_tester.reset();
    m_model.reset();
    m_session.reset();
    m_thumbnails.reset();
    m_bridge.reset();
  }

  void typedCaptionsReachTheSidecar() {
    m_panel->showPhoto(QStringLiteral("sky2.jpg"));
    QTest::keyClicks(&m_panel->editor(), QStringLiteral("a red sky, evening"));
    QCOMPARE(m_session->photos().at(1).caption, QStringLiteral("a red sky, evening"));
    // Without any further act it is on disk within a second.
    QTRY_COMPARE_WITH_TIMEOUT(sidecar(2), QStringLiteral("a red sky, evening"), 5000);
    QCOMPARE(m_session->captionless(), 2);
  }

  void typingIsOneStepOfUndo() {
    m_panel->showPhoto(QStringLiteral("sky1.jpg"));
    QTest::keyClicks(&m_panel->editor(), QStringLiteral("clouds"));
    QCOMPARE(m_session->undoStack().count(), 1);
    m_session->undoStack().undo();
    QCOMPARE(m_session->photos().at(0).caption, QString());
    QCOMPARE(m_panel->editor().toPlainText(), QString());
    m_session->undoStack().redo();
    QCOMPARE(m_panel->editor().toPlainText(), QStringLiteral("clouds"));
    m_session->flush();
    QCOMPARE(sidecar(1), QStringLiteral("clouds"));
  }

  void theFieldKeepsItsOwnUndoWhileTyping() {
    m_panel->showPhoto(QStringLiteral("sky1.jpg"));
    QTest::keyClicks(&m_panel->editor(), QStringLiteral("fog"));
    QTest::keyClick(&m_panel->editor(), Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(m_panel->editor().toPlainText(), QString());
    QCOMPARE(m_session->photos().at(0).caption, QString());
    // Back at the start, nothing is left of the step.
    QCOMPARE(m_session->undoStack().count(), 0);
  }

  void keysWalkThroughThePhotos() {
    m_panel->showPhoto(QStringLiteral("sky1.jpg"));
    QTest::keyClick(&m_panel->editor(), Qt::Key_PageDown);
    QCOMPARE(m_panel->currentPath(), QStringLiteral("sky2.jpg"));
    QTest::keyClick(&m_panel->editor(), Qt::Key_Right, Qt::AltModifier);
    QCOMPARE(m_panel->currentPath(), QStringLiteral("sky3.jpg"));
    QTest::keyClick(&m_panel->editor(), Qt::Key_PageUp);
    QCOMPARE(m_panel->currentPath(), QStringLiteral("sky2.jpg"));
    m_session->setCaption(2, QStringLiteral("has one"));
    QTest::keyClick(&m_panel->editor(), Qt::Key_Return, Qt::ControlModifier);
    QCOMPARE(m_panel->currentPath(), QStringLiteral("sky1.jpg"));
  }

  void oneKeyInsertsTheTrigger() {
    m_session->setTrigger(QStringLiteral("SKY"));
    m_panel->showPhoto(QStringLiteral("sky1.jpg"));
    QTest::keyClicks(&m_panel->editor(), QStringLiteral("evening"));
    QTest::keyClick(&m_panel->editor(), Qt::Key_T, Qt::ControlModifier);
    QCOMPARE(m_panel->editor().toPlainText(), QStringLiteral("evening, SKY"));
  }

  void theTemplateFillsAllAndComesBackWhole() {
    m_session->setTrigger(QStringLiteral("SKY"));
    m_session->setCaption(1, QStringLiteral("with birds"));
    const int before = m_session->undoStack().count();
    m_session->applyTemplate({0, 1, 2}, QStringLiteral("a photo of the {trigger}, {caption}"));
    QCOMPARE(m_session->photos().at(0).caption, QStringLiteral("a photo of the SKY"));
    QCOMPARE(m_session->photos().at(1).caption, QStringLiteral("a photo of the SKY, with birds"));
    QCOMPARE(m_session->undoStack().count(), before + 1);
    m_session->flush();
    QCOMPARE(sidecar(2), QStringLiteral("a photo of the SKY, with birds"));
    m_session->undoStack().undo();
    m_session->flush();
    QCOMPARE(sidecar(2), QStringLiteral("with birds"));
    QVERIFY(!QFile::exists(sidecarFile(1)));
  }

  void findAndReplaceMindsCase() {
    m_session->setCaption(0, QStringLiteral("Red sky"));
    m_session->setCaption(1, QStringLiteral("red sea"));
    QCOMPARE(m_session->replaceInCaptions({0, 1, 2}, QStringLiteral("red"), QStringLiteral("violet"), true), 1);
    QCOMPARE(m_session->photos().at(0).caption, QStringLiteral("Red sky"));
    QCOMPARE(m_session->photos().at(1).caption, QStringLiteral("violet sea"));
    QCOMPARE(m_session->replaceInCaptions({0, 1, 2}, QStringLiteral("red"), QStringLiteral("blue"), false), 1);
    QCOMPARE(m_session->photos().at(0).caption, QStringLiteral("blue sky"));
  }

  void captionsOfOtherWritersAreKeptWhenAPhotoComesAndGoes() {
    m_session->setCaption(0, QStringLiteral("first"));
    m_session->removePhotos({0});
    QCOMPARE(m_session->photos().size(), std::size_t{2});
    m_session->undoStack().undo();
    QCOMPARE(m_session->photos().at(0).caption, QStringLiteral("first"));
    m_session->flush();
    QCOMPARE(sidecar(1), QStringLiteral("first"));
  }

  void theMeterCountsAndWarns() {
    TokenMeter meter;
    meter.setCount(-1, 75);
    QCOMPARE(meter.text(), QStringLiteral("–/75"));
    meter.setCount(76, 75);
    QCOMPARE(meter.text(), QStringLiteral("76/75"));
    QVERIFY(meter.toolTip().contains(QLatin1String("1 token")));
  }

  void frequentWordsAreThoseUsedTwice() {
    const std::vector<PhotoRow> rows{{{}, {}, QStringLiteral("SKY, red clouds"), false},
                                     {{}, {}, QStringLiteral("SKY,  red clouds , sea"), false},
                                     {{}, {}, QStringLiteral("SKY"), false}};
    QCOMPARE(frequentWords(rows, 5), (QStringList{"SKY", "red clouds"}));
    QCOMPARE(frequentWords(rows, 1), QStringList{"SKY"});
  }

 private:
  QString sidecarFile(int number) const {
    return toQString(m_session->folder()) + QStringLiteral("/dataset/sky%1.txt").arg(number);
  }
  QString sidecar(int number) const { return readText(sidecarFile(number)).trimmed(); }

  QTemporaryDir m_temporary;
  std::unique_ptr<EngineBridge> m_bridge;
  std::unique_ptr<ProjectSession> m_session;
  std::unique_ptr<ThumbnailProvider> m_thumbnails;
  std::unique_ptr<DatasetModel> m_model;
  std::unique_ptr<QAbstractItemModelTester> m_tester;
  std::unique_ptr<CaptionsPanel> m_panel;
};

QTEST_MAIN(TestCaptions)
#include "tst_captions.moc"
