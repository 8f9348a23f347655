// The artist's whole path in the real window over the real engine: photos dropped, captions, a training with its
// curve and samples, two sets compared; and what closing the window does to a training.
#include <QLabel>
#include <QProcess>
#include <QPushButton>
#include <QTest>
#include <QTimer>

#include "tests/ui/window_support.h"
#include "ui/dialogs/close_question.h"
#include "ui/panels/captions/caption_edit.h"
#include "ui/panels/captions/captions_panel.h"
#include "ui/panels/gallery/gallery_panel.h"
#include "ui/panels/training/run_view.h"
#include "ui/panels/training/training_panel.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/picture_grid.h"
#include "ui/windows/main_window.h"

using namespace pleinair;
using namespace pleinair::ui;
using namespace pleinair::ui::test;

class TestWholePath : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    QVERIFY(startIsolated(m_temporary));
    for (int i = 1; i <= 3; ++i) {
      QVERIFY(writeJpeg(m_temporary.filePath(QStringLiteral("skies/sky%1.jpg").arg(i)), 96, 64, i));
    }
  }

  void fromAFolderOfPhotosToSetsSideBySide() {
    EngineBridge bridge(DeviceConfig{DeviceChoice::Cpu, PrecisionChoice::Automatic, 1});
    MainWindow window(bridge);
    window.show();
    QVERIFY(dropPaths(window, {m_temporary.filePath(QStringLiteral("skies"))}));
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
    // A project is captioned after it was opened: the captions are proposed as sample prompts all the same.
    const std::vector<std::string> proposed{"a photo of the SKY, red clouds", "a photo of the SKY"};
    QTRY_COMPARE(training.settings().config().samplePrompts, proposed);
    QVERIFY(startSmallTraining(training, 6, [](TrainingConfig& config) {
      config.sampleEvery = 3;
      config.checkpointEvery = 3;
    }));
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
    // The same prompt and seed: what the training sampled is what the sets show.
    for (int i = 0; i < 2; ++i) {
      const SetRecord& set = gallery.sets().at(i);
      const auto& picture = set.set.pictures.front();
      const int column = picture.recipe.loras.empty() ? 0 : 2;
      QCOMPARE(QImage(toQString(set.folder / picture.file)),
               QImage(toQString(training.view().samples().file(0, column))));
    }
    QVERIFY(window.close());
  }

  void closingDuringATrainingAsksAndKeepsItResumable() {
    EngineBridge bridge(DeviceConfig{DeviceChoice::Cpu, PrecisionChoice::Automatic, 1});
    MainWindow window(bridge);
    window.show();
    openSkies(window);
    QVERIFY(startSmallTraining(window.training(), 5000));
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

    // One press goes on where it stopped, and the curve keeps what was there.
    NoticeBar& notice = noticeOf(again.training());
    QTRY_VERIFY_WITH_TIMEOUT(notice.isVisible() && notice.sentence().contains("can go on"), kPatienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(again.training().view().lastStep() >= 4, kPatienceMs);
    const int before = again.training().view().lastStep();
    press(notice, QStringLiteral("Resume from step %1").arg(before));
    QTRY_VERIFY_WITH_TIMEOUT(again.training().view().lastStep() >= before + 2, kPatienceMs);
    QVERIFY(again.training().view().series().size() >= static_cast<std::size_t>(before) + 2);
    answer(QStringLiteral("cancelRun"));
    again.close();
    QTRY_VERIFY_WITH_TIMEOUT(!again.isVisible(), kPatienceMs);
  }

  void aSetAskedForDuringATrainingSaysThatItWaits() {
    EngineBridge bridge(DeviceConfig{DeviceChoice::Cpu, PrecisionChoice::Automatic, 1});
    MainWindow window(bridge);
    window.show();
    openSkies(window);
    QVERIFY(startSmallTraining(window.training(), 5000));
    QTRY_VERIFY_WITH_TIMEOUT(window.training().view().lastStep() >= 1, kPatienceMs);
    window.showPanel(PanelId::Gallery);
    GalleryPanel& gallery = window.gallery();
    GalleryPanel::Wish wish;
    wish.request.prompts = {"a red sky"};
    wish.request.steps = 2;
    wish.request.width = wish.request.height = 64;
    wish.name = QStringLiteral("waiting");
    gallery.draw({wish}, false);
    QTRY_VERIFY(gallery.hasRunningWork());
    const auto says = [&gallery](const QString& words) {
      const auto labels = gallery.findChildren<QLabel*>();
      return std::any_of(labels.begin(), labels.end(),
                         [&](const QLabel* label) { return label->isVisible() && label->text().contains(words); });
    };
    QTRY_VERIFY(says(QStringLiteral("Waits for Training “")));

    // A set that only waits is gone the moment it is cancelled; the training goes on.
    QTest::mouseClick(gallery.findChild<QPushButton*>(QStringLiteral("cancel")), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(!gallery.hasRunningWork(), 2000);
    QVERIFY(window.training().hasRunningWork());

    // Another one is drawn once the training has been stopped.
    gallery.draw({wish}, false);
    QTRY_VERIFY(gallery.hasRunningWork());
    window.training().stopAndKeep();
    QTRY_VERIFY_WITH_TIMEOUT(!gallery.hasRunningWork() && gallery.grid().tiles().size() == 1, kPatienceMs);
    QVERIFY(!gallery.grid().tiles().front().file.empty());
    QVERIFY(!window.training().hasRunningWork());
  }

  void afterAKillTheProjectShowsWhatWasSaved() {
    const QString project = m_temporary.filePath(QStringLiteral("killed"));
    QProcess cli;
    cli.setProgram(QCoreApplication::applicationDirPath() + QStringLiteral("/pleinair-cli"));
    cli.setArguments({"import", m_temporary.filePath(QStringLiteral("skies")), "-p", project});
    cli.start();
    QVERIFY2(cli.waitForFinished(kPatienceMs) && cli.exitCode() == 0, cli.readAllStandardError().constData());
    cli.setArguments({"train", "-p", project, "--model", QStringLiteral(PLEINAIR_GOLDEN_DIR "/sd15"), "--resolution",
                      "64", "--steps", "100000", "--checkpoint-every", "5", "--sample-every", "0", "--name",
                      "killed"});
    cli.start();
    const QString saved = project + QStringLiteral("/runs/killed/checkpoints/step_000010.safetensors");
    QVERIFY(QTest::qWaitFor([&] { return QFile::exists(saved); }, kPatienceMs));
    cli.kill();
    QVERIFY(cli.waitForFinished(kPatienceMs));

    EngineBridge bridge(DeviceConfig{DeviceChoice::Cpu, PrecisionChoice::Automatic, 1});
    MainWindow window(bridge);
    window.show();
    window.openPaths({toPath(project)});
    QTRY_VERIFY_WITH_TIMEOUT(window.session().isOpen(), kPatienceMs);
    QVERIFY(!window.session().readOnly());
    QCOMPARE(window.session().photos().size(), std::size_t{3});
    window.showPanel(PanelId::Training);
    QTRY_COMPARE_WITH_TIMEOUT(window.training().runs().rowCount(), 1, kPatienceMs);
    const RunSummary& run = window.training().runs().at(0);
    QVERIFY(run.resumable);
    QVERIFY(!run.checkpoints.empty());
    QTRY_VERIFY_WITH_TIMEOUT(window.training().view().series().size() >= 10, kPatienceMs);
    QTRY_VERIFY(noticeOf(window.training()).sentence().contains("can go on"));
  }

 private:
  void openSkies(MainWindow& window) {
    window.openPaths({toPath(m_temporary.filePath(QStringLiteral("projects/skies")))});
    QTRY_VERIFY_WITH_TIMEOUT(window.session().isOpen(), kPatienceMs);
    window.showPanel(PanelId::Training);
  }
  static NoticeBar& noticeOf(QWidget& panel) { return *panel.findChild<NoticeBar*>(); }
  static void press(QWidget& place, const QString& text) {
    for (auto* button : place.findChildren<QPushButton*>()) {
      if (button->text() == text) return QTest::mouseClick(button, Qt::LeftButton);
    }
    QFAIL(qPrintable(QStringLiteral("no button ") + text));
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
