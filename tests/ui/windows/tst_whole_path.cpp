// The artist's whole path in the real window over the real engine: photos dropped, captions, a training with its
// curve and samples, two sets compared; and what closing the window does to a training.
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QMimeData>
#include <QPushButton>
#include <QStandardPaths>
#include <QTest>
#include <QTimer>

#include "tests/ui/support.h"
#include "ui/dialogs/close_question.h"
#include "ui/panels/captions/caption_edit.h"
#include "ui/panels/captions/captions_panel.h"
#include "ui/panels/gallery/gallery_panel.h"
#include "ui/panels/training/run_view.h"
#include "ui/panels/training/training_panel.h"
#include "ui/panels/training/training_settings.h"
#include "ui/widgets/status_strip.h"
#include "ui/windows/main_window.h"
#include "ui/windows/studio.h"

using namespace pleinair;
using namespace pleinair::ui;
using namespace pleinair::ui::test;

namespace {

constexpr int kPatienceMs = 120'000;

}  // namespace

class TestWholePath : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    QStandardPaths::setTestModeEnabled(true);
    QVERIFY(m_temporary.isValid());
    isolate(m_temporary);
    followSettings(*qApp);
    for (int i = 1; i <= 3; ++i) {
      QVERIFY(writeJpeg(m_temporary.filePath(QStringLiteral("skies/sky%1.jpg").arg(i)), 96, 64, i));
    }
  }

  void fromAFolderOfPhotosToSetsSideBySide() {
    EngineBridge bridge(DeviceConfig{DeviceChoice::Cpu, PrecisionChoice::Automatic, 1});
    MainWindow window(bridge);
    window.show();
    dropSkies(window);
    ProjectSession& session = window.session();
    QTRY_COMPARE_WITH_TIMEOUT(session.photos().size(), std::size_t{3}, kPatienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(session.importJob() == 0, kPatienceMs);
    session.setModel(std::filesystem::path(PLEINAIR_GOLDEN_DIR) / "sd15");
    session.setTrigger(QStringLiteral("SKY"));

    window.showPanel(PanelId::Captions);
    window.captions().showPhoto(QStringLiteral("sky1.jpg"));
    QTest::keyClicks(&window.captions().editor(), QStringLiteral("red clouds"));
    session.applyTemplate({0, 1, 2}, QStringLiteral("a photo of the {trigger}, {caption}"));
    QCOMPARE(session.photos().at(0).caption, QStringLiteral("a photo of the SKY, red clouds"));
    QCOMPARE(session.captionless(), 0);
    // The model's own tokenizer counts.
    QTRY_VERIFY(session.tokenCount(session.photos().at(0).caption) > 0);

    window.showPanel(PanelId::Training);
    TrainingPanel& training = window.training();
    startTraining(training, 6);
    QTRY_VERIFY_WITH_TIMEOUT(!training.hasRunningWork(), kPatienceMs);
    QCOMPARE(training.view().series().size(), std::size_t{6});
    QCOMPARE(training.view().samples().columns(), 3);  // the base model, steps 3 and 6
    QVERIFY(!training.view().samples().file(0, 2).empty());

    QTRY_COMPARE_WITH_TIMEOUT(training.runs().runs().size(), std::size_t{1}, kPatienceMs);
    const RunSummary run = training.runs().at(0);
    QVERIFY(!run.checkpoints.empty());
    Q_EMIT training.compareRequested(run.config, run.checkpoints.back().file);
    GalleryPanel& gallery = window.gallery();
    QTRY_VERIFY(gallery.isVisible());
    QTRY_VERIFY_WITH_TIMEOUT(!gallery.hasRunningWork() && gallery.sets().rowCount() == 2, kPatienceMs);
    QVERIFY(gallery.isComparing());
    for (int i = 0; i < 2; ++i) {
      const SetRecord& set = gallery.sets().at(i);
      QVERIFY(!set.set.pictures.empty());
      for (const auto& picture : set.set.pictures) QVERIFY(std::filesystem::exists(set.folder / picture.file));
    }
    // Before has no adapter, after has the run's.
    QVERIFY(gallery.sets().at(0).set.pictures.front().recipe.loras.empty() !=
            gallery.sets().at(1).set.pictures.front().recipe.loras.empty());
    QVERIFY(window.close());
  }

  void closingDuringATrainingAsksAndKeepsItResumable() {
    EngineBridge bridge(DeviceConfig{DeviceChoice::Cpu, PrecisionChoice::Automatic, 1});
    MainWindow window(bridge);
    window.show();
    openSkies(window);
    startTraining(window.training(), 5000);
    QTRY_VERIFY_WITH_TIMEOUT(window.training().view().series().size() >= 4, kPatienceMs);

    answer(QStringLiteral("goOn"));
    QVERIFY(!window.close());
    QVERIFY(window.training().hasRunningWork());

    answer(QStringLiteral("keepRun"));
    window.close();
    QTRY_VERIFY_WITH_TIMEOUT(!window.isVisible(), kPatienceMs);
    QVERIFY(!window.session().isOpen());

    MainWindow again(bridge);
    again.show();
    openSkies(again);
    QTRY_COMPARE_WITH_TIMEOUT(again.training().runs().runs().size(), std::size_t{2}, kPatienceMs);
    const auto& runs = again.training().runs().runs();
    QVERIFY(std::any_of(runs.begin(), runs.end(), [](const RunSummary& run) { return run.resumable; }));
  }

 private:
  void dropSkies(MainWindow& window) {
    QMimeData mime;
    mime.setUrls({QUrl::fromLocalFile(m_temporary.filePath(QStringLiteral("skies")))});
    QDragEnterEvent enter(QPoint(20, 20), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&window, &enter);
    QDropEvent event(QPointF(20, 20), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&window, &event);
  }
  void openSkies(MainWindow& window) {
    window.openPaths({toPath(m_temporary.filePath(QStringLiteral("projects/skies")))});
    QTRY_VERIFY_WITH_TIMEOUT(window.session().isOpen(), kPatienceMs);
    window.showPanel(PanelId::Training);
  }
  void startTraining(TrainingPanel& panel, int steps) {
    QTRY_VERIFY_WITH_TIMEOUT(!panel.settings().config().name.empty(), kPatienceMs);
    TrainingConfig config = panel.settings().config();
    config.rank = 2;
    config.alpha = 2;
    config.resolution = 64;
    config.bucketStep = 16;
    config.steps = steps;
    config.sampleEvery = steps > 100 ? 0 : 3;
    config.checkpointEvery = steps > 100 ? 0 : 3;
    config.samplePrompts = {"a photo of the SKY"};
    config.sampleSteps = 2;
    panel.settings().setConfig(config);
    auto* train = panel.findChild<QPushButton*>(QStringLiteral("train"));
    QVERIFY(train != nullptr);
    QTRY_VERIFY2(train->isEnabled(), qPrintable(panel.plan().obstacle));
    QTest::mouseClick(train, Qt::LeftButton);
    QVERIFY(panel.hasRunningWork());
  }
  /// Presses a button of the question that is about to be asked.
  void answer(const QString& button) {
    QTimer::singleShot(200, this, [button] {
      auto* question = qobject_cast<CloseQuestion*>(QApplication::activeModalWidget());
      QVERIFY(question != nullptr);
      question->findChild<QPushButton*>(button)->click();
    });
  }

  QTemporaryDir m_temporary;
};

QTEST_MAIN(TestWholePath)
#include "tst_whole_path.moc"
