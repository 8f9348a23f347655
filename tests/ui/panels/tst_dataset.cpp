// The Dataset panel over the real session and thumbnails.
#include <QAbstractItemModelTester>
#include <QLineEdit>
#include <QListWidget>
#include <QScrollBar>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTest>

#include "tests/ui/support.h"
#include "ui/panels/dataset/dataset_panel.h"
#include "ui/widgets/full_look.h"
#include "ui/widgets/image_view.h"
#include "ui/widgets/photo_grid.h"
#include "ui/widgets/quiet_inputs.h"

using namespace pleinair;
using namespace pleinair::ui;
using namespace pleinair::ui::test;

class TestDataset : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    QStandardPaths::setTestModeEnabled(true);
    QVERIFY(m_temporary.isValid());
    isolate(m_temporary);
    for (int i = 1; i <= kPhotos; ++i) {
      const QString group = i > kPhotos - 5 ? QStringLiteral("night/") : QString();
      QVERIFY(writeJpeg(m_temporary.filePath(QStringLiteral("photos/%1sky%2.jpg").arg(group).arg(i)), 48, 32, i));
    }
    m_bridge = std::make_unique<EngineBridge>(DeviceConfig{DeviceChoice::Cpu, PrecisionChoice::Automatic, 1});
    m_session = std::make_unique<ProjectSession>(*m_bridge);
    m_session->create(toPath(m_temporary.filePath(QStringLiteral("project"))), QStringLiteral("Skies"));
    QTRY_VERIFY_WITH_TIMEOUT(m_session->isOpen(), 10'000);
    m_session->importPhotos({toPath(m_temporary.filePath(QStringLiteral("photos")))});
    QTRY_COMPARE_WITH_TIMEOUT(m_session->photos().size(), std::size_t{kPhotos}, 30'000);
    QTRY_VERIFY_WITH_TIMEOUT(m_session->importJob() == 0, 20'000);
  }

  void init() {
    m_thumbnails = std::make_unique<ThumbnailProvider>();
    m_model = std::make_unique<DatasetModel>(*m_session, *m_thumbnails);
    m_tester = std::make_unique<QAbstractItemModelTester>(m_model.get(),
                                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    m_panel = std::make_unique<DatasetPanel>(*m_bridge, *m_session, *m_thumbnails, *m_model);
    m_panel->resize(1100, 700);
  }

  void cleanup() {
    m_panel.reset();
    m_tester.reset();
    m_model.reset();
    m_thumbnails.reset();
  }

  void cleanupTestCase() {
    m_session.reset();
    m_bridge.reset();
  }

  void onlyWhatIsSeenIsDecoded() {
    QSignalSpy ready(m_thumbnails.get(), &ThumbnailProvider::ready);
    m_tester.reset();  // it asks for every row's data, which a view never does
    show();
    QTRY_VERIFY_WITH_TIMEOUT(ready.count() >= 6, 10'000);
    QTest::qWait(300);
    QVERIFY2(ready.count() < kPhotos / 2, qPrintable(QString::number(ready.count())));
    PhotoGrid& grid = m_panel->grid();
    grid.verticalScrollBar()->setValue(grid.verticalScrollBar()->maximum());
    const auto last = m_session->photoFile(kPhotos - 1);
    QTRY_VERIFY_WITH_TIMEOUT(!m_thumbnails->thumbnail(last, 160).isNull(), 10'000);
  }

  void groupsAndWordsNarrowTheGrid() {
    show();
    PhotoGrid& grid = m_panel->grid();
    QCOMPARE(grid.model()->rowCount(), kPhotos);
    auto* groups = m_panel->findChild<QListWidget*>();
    QCOMPARE(groups->count(), 4);
    groups->setCurrentRow(3);
    QCOMPARE(grid.model()->rowCount(), 5);
    groups->setCurrentRow(0);
    m_panel->focusFilter();
    QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("sky11"));
    QCOMPARE(grid.model()->rowCount(), 11);  // sky11, sky110 to sky119
  }

  void spaceLooksAndEscComesBack() {
    show();
    PhotoGrid& grid = m_panel->grid();
    grid.setCurrentIndex(grid.model()->index(2, 0));
    grid.setFocus();
    QTest::keyClick(&grid, Qt::Key_Space);
    auto* look = m_panel->findChild<FullLook*>();
    QVERIFY(look->isVisible());
    QTRY_VERIFY(!look->view().image().isNull());
    QTest::keyClick(&look->view(), Qt::Key_Right);
    QCOMPARE(grid.currentIndex().row(), 3);
    QTest::keyClick(&look->view(), Qt::Key_Escape);
    QVERIFY(!look->isVisible());
    QVERIFY(grid.isVisible());
  }

  void oneKeyStars() {
    show();
    PhotoGrid& grid = m_panel->grid();
    grid.setCurrentIndex(grid.model()->index(4, 0));
    QTest::keyClick(&grid, Qt::Key_S);
    QVERIFY(m_session->photos().at(4).starred);
    QTest::keyClick(&grid, Qt::Key_S);
    QVERIFY(!m_session->photos().at(4).starred);
  }

  void theWheelLeavesInputsAlone() {
    QuietSpinBox box;
    box.setValue(5);
    box.show();
    QWheelEvent wheel(QPointF(5, 5), QPointF(5, 5), {}, {0, 120}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase,
                      false);
    QApplication::sendEvent(&box, &wheel);
    QCOMPARE(box.value(), 5);
    QVERIFY(!wheel.isAccepted());
  }

  void zoomKeepsThePointUnderThePointer() {
    ImageView view;
    view.resize(400, 300);
    view.setImage(QImage(1600, 1200, QImage::Format_RGB32));
    QCOMPARE(view.pictureRect(), QRectF(0, 0, 400, 300));
    const QPointF pointer(100, 75);
    QWheelEvent wheel(pointer, pointer, {}, {0, 120}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
    QApplication::sendEvent(&view, &wheel);
    const QRectF zoomed = view.pictureRect();
    QVERIFY(zoomed.width() > 400);
    QVERIFY(std::abs((pointer.x() - zoomed.x()) / zoomed.width() - 0.25) < 1e-6);
    QVERIFY(std::abs((pointer.y() - zoomed.y()) / zoomed.height() - 0.25) < 1e-6);
    view.zoomToFit();
    QCOMPARE(view.pictureRect(), QRectF(0, 0, 400, 300));
  }

 private:
  static constexpr int kPhotos = 120;
  void show() {
    m_panel->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_panel.get()));
  }

  QTemporaryDir m_temporary;
  std::unique_ptr<EngineBridge> m_bridge;
  std::unique_ptr<ProjectSession> m_session;
  std::unique_ptr<ThumbnailProvider> m_thumbnails;
  std::unique_ptr<DatasetModel> m_model;
  std::unique_ptr<QAbstractItemModelTester> m_tester;
  std::unique_ptr<DatasetPanel> m_panel;
};

QTEST_MAIN(TestDataset)
#include "tst_dataset.moc"
