// The whole training path with the real engine and a tiny model: settings, Train, curve, samples, stop, resume.
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QSlider>
#include <QSpinBox>
#include <QStandardPaths>
#include <QTest>
#include <algorithm>

#include "core/engine/lora_page.h"
#include "tests/ui/support.h"
#include "ui/panels/training/lora_exporter.h"
#include "ui/panels/training/training_panel.h"
#include "ui/panels/training/training_settings.h"
#include "ui/style/language.h"
#include "ui/widgets/loss_curve.h"
#include "ui/widgets/notice_bar.h"

using namespace pleinair;
using namespace pleinair::ui;
using namespace pleinair::ui::test;

namespace {

constexpr int kPatienceMs = 120'000;

}  // namespace

class TestTraining : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    QStandardPaths::setTestModeEnabled(true);
    QVERIFY(m_temporary.isValid());
    isolate(m_temporary);
    for (int i = 1; i <= 3; ++i) {
      QVERIFY(writeJpeg(m_temporary.filePath(QStringLiteral("photos/sky%1.jpg").arg(i)), 96, 96, i));
    }
  }

  void init() {
    m_bridge = std::make_unique<EngineBridge>(DeviceConfig{DeviceChoice::Cpu, PrecisionChoice::Automatic, 1});
    m_session = std::make_unique<ProjectSession>(*m_bridge);
    m_panel = std::make_unique<TrainingPanel>(*m_bridge, *m_session);
    m_panel->resize(1200, 800);
    m_panel->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_panel.get()));
    static int count = 0;
    m_session->create(toPath(m_temporary.filePath(QStringLiteral("project%1").arg(++count))),
                      QStringLiteral("Skies"));
    QTRY_VERIFY_WITH_TIMEOUT(m_session->isOpen(), 10'000);
    m_session->setModel(std::filesystem::path(PLEINAIR_GOLDEN_DIR) / "sd15");
    m_session->setTrigger(QStringLiteral("SKY"));
    m_session->importPhotos({toPath(m_temporary.filePath(QStringLiteral("photos")))});
    QTRY_COMPARE_WITH_TIMEOUT(m_session->photos().size(), std::size_t{3}, 20'000);
    QTRY_VERIFY_WITH_TIMEOUT(m_session->importJob() == 0, 20'000);
    // The first look at the project's runs fills the fields; nothing is typed before that.
    QTRY_VERIFY(!m_panel->settings().config().name.empty());
    QTRY_VERIFY(m_panel->basis().nativeSize != 256);
  }

  void cleanup() {
    applyLanguage(QStringLiteral("en"));
    m_panel.reset();
    m_session.reset();
    m_bridge.reset();
  }

  void aPresetChangesTheNumbersAndAnEditLeavesIt() {
    auto* rank = m_panel->findChild<QSpinBox*>(QStringLiteral("rank"));
    auto* steps = m_panel->findChild<QSpinBox*>(QStringLiteral("steps"));
    m_panel->settings().applyPreset(TrainingPreset::Quick);
    QCOMPARE(rank->value(), 8);
    QCOMPARE(steps->value(), 150);
    m_panel->settings().applyPreset(TrainingPreset::Thorough);
    QCOMPARE(rank->value(), 32);
    QCOMPARE(m_panel->settings().config().alpha, 32.0);
    QVERIFY(button(QStringLiteral("Thorough"))->isChecked());
    steps->setValue(77);
    QVERIFY(!button(QStringLiteral("Thorough"))->isChecked());
    QCOMPARE(m_panel->settings().config().steps, 77);
  }

  void settingsFollowTheModel() {
    TrainingSettings& settings = m_panel->settings();
    const int native = m_panel->basis().nativeSize;
    QVERIFY(native != 256);  // the starter model's, which a new project begins with
    QCOMPARE(settings.config().resolution, native);
    auto* second = m_panel->findChild<QCheckBox*>(QStringLiteral("secondTextEncoder"));
    QVERIFY(second->isHidden());
    TrainingConfig config = settings.config();
    config.resolution = native + 32;
    config.steps = 123;
    settings.setConfig(config);
    m_session->setModel(std::filesystem::path(PLEINAIR_GOLDEN_DIR) / "sdxl");
    QTRY_VERIFY(!second->isHidden());
    second->setChecked(true);
    QCOMPARE(settings.config().resolution, native + 32);
    QCOMPARE(settings.config().steps, 123);
    m_session->setModel(std::filesystem::path(PLEINAIR_GOLDEN_DIR) / "sd15");
    QTRY_VERIFY(second->isHidden());
    QVERIFY(!settings.config().targets.textEncoder2Attention);
  }

  void everySettingSurvivesTheForm() {
    TrainingConfig config;
    config.name = "skies-9";
    config.rank = 5;
    config.alpha = 2.5;
    config.targets.unetAttention = false;
    config.targets.unetFeedForward = true;
    config.targets.unetConvolutions = true;
    config.targets.textEncoderAttention = true;
    config.targets.textEncoder2Attention = true;
    config.textEncoder2LearningRate = 8e-6;
    config.timestepShift = 2.5;
    config.prediction = PredictionChoice::Noise;
    config.zeroTerminalSnr = true;
    config.resolution = 192;
    config.bucketStep = 8;
    config.batchSize = 3;
    config.accumulate = 2;
    config.steps = 41;
    config.learningRate = 3e-5;
    config.textEncoderLearningRate = 7e-6;
    config.schedule = LearningRateSchedule::Linear;
    config.warmupSteps = 4;
    config.beta2 = 0.99;
    config.weightDecay = 0.02;
    config.maxGradientNorm = 0.5;
    config.minSnrGamma = 5;
    config.noiseOffset = 0.05;
    config.captionDropout = 0.2;
    config.seed = 123456789012345ULL;
    config.sampleEvery = 9;
    config.checkpointEvery = 11;
    config.samplePrompts = {"a sea", "a hill"};
    config.sampleNegativePrompt = "people";
    config.sampleSeed = 99;
    config.sampleSteps = 7;
    config.sampleGuidance = 3.5;
    config.sampleSampler = "euler";
    m_panel->settings().setConfig(config);
    QCOMPARE(m_panel->settings().config(), config);
  }

  void finerNumbersThanAFieldShowsSurviveIt() {
    TrainingConfig config = small();
    config.timestepShift = 1.25;
    TrainingSettings& settings = m_panel->settings();
    settings.setConfig(config);
    auto* shift = m_panel->findChild<QDoubleSpinBox*>(QStringLiteral("timestepShift"));
    QCOMPARE(shift->text(), QStringLiteral("1.25"));
    config.timestepShift = 4.0 / 3;
    config.alpha = 1.0 / 3;
    config.captionDropout = 0.0725;
    config.learningRate = 1.0 / 30'000;
    config.textEncoderLearningRate = config.textEncoder2LearningRate = 1e-13;
    config.minSnrGamma = 60.125;
    config.noiseOffset = 0.03571;
    config.weightDecay = 0.012345;
    config.maxGradientNorm = 1234.5678;
    config.sampleGuidance = 0.625;
    config.rank = 1000;
    config.batchSize = 100;
    config.sampleSteps = 250;
    settings.setConfig(config);
    QCOMPARE(settings.config(), config);
    QCOMPARE(shift->text(), QStringLiteral("1.333333"));
    // Editing one number leaves the others alone, and the edited one counts as it is shown.
    shift->setValue(2.5);
    config.timestepShift = 2.5;
    QCOMPARE(settings.config(), config);
    // A preset's numbers are not mistaken for the ones they replace.
    settings.applyPreset(TrainingPreset::Balanced);
    QCOMPARE(settings.config(), withPreset(config, TrainingPreset::Balanced, m_panel->basis()));
    QCOMPARE(shift->text(), QStringLiteral("3.00"));
  }

  void predictionAndZeroTerminalSnrReachTheRun() {
    TrainingConfig config = small();
    config.sampleSampler = "ddim";
    m_panel->settings().setConfig(config);
    QCOMPARE(m_panel->settings().config().prediction, PredictionChoice::Automatic);
    QVERIFY(!m_panel->settings().config().zeroTerminalSnr);
    auto* prediction = m_panel->findChild<QComboBox*>(QStringLiteral("prediction"));
    auto* zeroSnr = m_panel->findChild<QCheckBox*>(QStringLiteral("zeroSnr"));
    prediction->setCurrentIndex(prediction->findText(QStringLiteral("Velocity"), Qt::MatchStartsWith));
    zeroSnr->click();
    m_panel->train();
    QTRY_VERIFY_WITH_TIMEOUT(m_panel->hasRunningWork(), 1000);
    QTRY_VERIFY_WITH_TIMEOUT(!m_panel->hasRunningWork(), kPatienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(m_panel->runs().rowCount(), 1, 10'000);
    QCOMPARE(m_panel->runs().at(0).lastStep, config.steps);
    QCOMPARE(m_panel->runs().at(0).config.prediction, PredictionChoice::Velocity);
    QVERIFY(m_panel->runs().at(0).config.zeroTerminalSnr);
    // A preset leaves both alone.
    m_panel->settings().applyPreset(TrainingPreset::Quick);
    QVERIFY(zeroSnr->isChecked());
    QCOMPARE(prediction->currentIndex(), 2);
  }

  void photosWithoutCaptionAreToldAndHelpedWithOneClick() {
    QTRY_COMPARE(m_panel->plan().captionless, 3);
    QPushButton* use = button(QStringLiteral("Use the trigger alone"));
    QVERIFY(use->isVisible());
    QTest::mouseClick(use, Qt::LeftButton);
    QTRY_COMPARE(m_session->captionless(), 0);
    QCOMPARE(m_session->photos().front().caption, QStringLiteral("SKY"));
    QTRY_VERIFY(!use->isVisible());
    // Nothing is left to do in Captions, so the way there goes too.
    QVERIFY(!button(QStringLiteral("Go to Captions"))->isVisible());
  }

  void aRunsStageTimeAndMemoryFollowTheLanguage() {
    RunView& view = m_panel->view();
    view.begin(m_panel->settings().config());
    view.setState(RunView::State::Preparing);
    view.setStage(stage::kEncodingPhotos, 3, 8, -1);
    QVERIFY(shows("Encoding photos · 3 of 8"));
    applyLanguage(QStringLiteral("ru"));
    QTRY_VERIFY(shows("Кодирование снимков · 3 из 8"));
    applyLanguage(QStringLiteral("en"));
    view.setState(RunView::State::Running);
    event::TrainingStep step;
    step.step = 1;
    step.secondsLeft = 40;
    step.memoryBytes = qint64{604} << 20;
    view.addSteps({step});
    QVERIFY(shows("604 MiB"));
    QVERIFY(shows("40 s left"));
    applyLanguage(QStringLiteral("ru"));
    QTRY_VERIFY(shows("604 МиБ"));
    QVERIFY(shows("ещё 40 с"));
  }

  void trainStopAndResumeOnTheRealEngine() {
    TrainingConfig config = small();
    config.steps = 400;
    m_panel->settings().setConfig(config);
    auto* train = m_panel->findChild<QPushButton*>(QStringLiteral("train"));
    QTRY_VERIFY2(train->isEnabled(), qPrintable(m_panel->plan().obstacle));
    QTest::mouseClick(train, Qt::LeftButton);
    QVERIFY(m_panel->hasRunningWork());
    RunView& view = m_panel->view();
    QTRY_VERIFY_WITH_TIMEOUT(view.series().size() >= 6, kPatienceMs);
    // The base model first, then the sample of step 4, for each prompt.
    QTRY_VERIFY_WITH_TIMEOUT(view.samples().columns() >= 2, kPatienceMs);
    QVERIFY(view.samples().hasBase());
    QVERIFY(!view.samples().file(1, 0).empty());
    QCOMPARE(view.series().samples().front(), 0);

    QTest::mouseClick(button(QStringLiteral("Pause")), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(view.state(), RunView::State::Paused, kPatienceMs);
    const int paused = view.lastStep();
    QTest::qWait(300);
    QVERIFY(view.lastStep() <= paused + 1);
    QTest::mouseClick(button(QStringLiteral("Resume")), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(view.lastStep() > paused + 1, kPatienceMs);

    QTest::mouseClick(button(QStringLiteral("Stop")), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(!m_panel->hasRunningWork(), kPatienceMs);
    const int stopped = view.lastStep();
    QVERIFY(stopped > 0 && stopped < config.steps);
    QTRY_COMPARE_WITH_TIMEOUT(m_panel->runs().rowCount(), 1, 10'000);
    const RunSummary run = m_panel->runs().at(0);
    QVERIFY(run.resumable);
    QCOMPARE(run.lastStep, stopped);

    m_panel->resumeRun(run);
    QTRY_VERIFY_WITH_TIMEOUT(view.lastStep() > stopped, kPatienceMs);
    // One curve: the earlier steps are there, and none twice.
    QCOMPARE(view.series().firstStep(), 1);
    QCOMPARE(static_cast<int>(view.series().size()), view.series().lastStep());
    m_panel->stopAndKeep();
    QTRY_VERIFY_WITH_TIMEOUT(!m_panel->hasRunningWork(), kPatienceMs);
  }

  void aFinishedRunIsExportedForOtherPrograms() {
    m_panel->settings().setConfig(small());
    auto* button = m_panel->findChild<QPushButton*>(QStringLiteral("exportRun"));
    QVERIFY(!button->isVisible());
    m_panel->train();
    QTRY_VERIFY_WITH_TIMEOUT(m_panel->hasRunningWork(), 1000);
    QTRY_VERIFY_WITH_TIMEOUT(!m_panel->hasRunningWork(), kPatienceMs);
    QTRY_VERIFY(button->isVisible());
    QCOMPARE(m_panel->view().series().checkpoints().back(), 8);
    const QString folder = m_temporary.filePath(QStringLiteral("exports"));
    QVERIFY(QDir().mkpath(folder));
    AppSettings::instance().setValue(QStringLiteral("exportFolder"), folder);
    LoraExporter* exporter = m_panel->findChild<LoraExporter*>();
    QSignalSpy exported(exporter, &LoraExporter::exported);
    auto* notice = m_panel->findChild<NoticeBar*>(QStringLiteral("exportNotice"));

    // As proposed: the last checkpoint, kohya's keys, half the size.
    LoraExportDialog* dialog = openExport(button);
    const QString proposed = dialog->findChild<QLineEdit*>(QStringLiteral("file"))->text();
    QCOMPARE(proposed, QDir(folder).filePath(QString::fromStdString(small().name) + QStringLiteral(".safetensors")));
    QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("export")), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(exported.count(), 1, 20'000);
    QVERIFY2(notice->sentence().contains(proposed), qPrintable(notice->sentence()));
    auto described = describeLoraFile(toPath(proposed));
    QVERIFY2(described.ok(), described ? "" : described.error().text().c_str());
    QCOMPARE(described->format, std::string("kohya"));
    QCOMPARE(described->trigger, std::string("SKY"));
    const QByteArray first = readBytes(proposed);
    QVERIFY(first.contains(R"("dtype":"F16")") && !first.contains(R"("dtype":"F32")"));

    // A second time the file is there: it is asked, and Leave it leaves it.
    dialog = openExport(button);
    pick(dialog, "format", 2);
    pick(dialog, "precision", 1);
    pick(dialog, "checkpoint", 0);
    auto* file = dialog->findChild<QLineEdit*>(QStringLiteral("file"));
    QVERIFY2(file->text().contains(QStringLiteral("-000004.safetensors")), qPrintable(file->text()));
    file->setText(QString::fromStdString(small().name));  // the folder and the ending may be left out
    QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("export")), Qt::LeftButton);
    answer("leave");
    QTRY_VERIFY(notice->sentence().contains(QStringLiteral("stays")));
    QCOMPARE(readBytes(proposed), first);
    QCOMPARE(exported.count(), 1);

    dialog = openExport(button);
    pick(dialog, "format", 2);
    pick(dialog, "precision", 1);
    QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("export")), Qt::LeftButton);
    answer("replace");
    QTRY_COMPARE_WITH_TIMEOUT(exported.count(), 2, 20'000);
    described = describeLoraFile(toPath(proposed));
    QVERIFY(described.ok());
    QCOMPARE(described->format, std::string("PEFT"));
    const QByteArray second = readBytes(proposed);
    QVERIFY(second.contains(R"("dtype":"F32")") && !second.contains(R"("dtype":"F16")"));

    // Neither the checkpoint itself nor a folder that is not there.
    LoraExportWish wish;
    wish.lora = m_panel->runs().at(0).checkpoints.back().file;
    wish.target = wish.lora;
    wish.choice.overwrite = true;
    const QByteArray checkpoint = readBytes(toQString(wish.lora));
    exporter->write(wish);
    QTRY_VERIFY2(notice->sentence().contains(QStringLiteral("the LoRA itself")), qPrintable(notice->sentence()));
    QCOMPARE(readBytes(toQString(wish.lora)), checkpoint);
    wish.target = toPath(m_temporary.filePath(QStringLiteral("nowhere/x.safetensors")));
    exporter->write(wish);
    QTRY_VERIFY2(notice->sentence().contains(QStringLiteral("nowhere")), qPrintable(notice->sentence()));
    QCOMPARE(exported.count(), 2);
  }

  void aFinishedRunOffersTheComparisonAndOpensAgain() {
    m_panel->settings().setConfig(small());
    QSignalSpy compared(m_panel.get(), &TrainingPanel::compareRequested);
    QSignalSpy asked(m_panel.get(), &TrainingPanel::requestPanel);
    m_panel->train();
    QTRY_VERIFY_WITH_TIMEOUT(m_panel->hasRunningWork(), 1000);
    QTRY_VERIFY_WITH_TIMEOUT(!m_panel->hasRunningWork(), kPatienceMs);
    RunView& view = m_panel->view();
    QCOMPARE(view.lastStep(), 8);
    QCOMPARE(view.series().checkpoints().back(), 8);
    QCOMPARE(view.samples().columns(), 3);  // steps 0, 4 and 8
    QTRY_COMPARE_WITH_TIMEOUT(m_panel->runs().rowCount(), 1, 10'000);
    QVERIFY(!m_panel->runs().at(0).resumable);
    QTRY_VERIFY(button(QStringLiteral("Compare before and after"), true)->isVisible());
    QTest::mouseClick(button(QStringLiteral("Compare before and after"), true), Qt::LeftButton);
    QCOMPARE(compared.count(), 1);
    QCOMPARE(asked.back().front().toInt(), 3);

    // A second window on the same folder reads the run back: the same curve, the same pictures.
    std::vector<double> losses;
    for (std::size_t index = 0; index < view.series().size(); ++index) losses.push_back(view.series().at(index).loss);
    TrainingPanel again(*m_bridge, *m_session);
    QTRY_COMPARE_WITH_TIMEOUT(again.view().series().size(), losses.size(), 10'000);
    for (std::size_t index = 0; index < losses.size(); ++index) {
      QCOMPARE(again.view().series().at(index).loss, losses[index]);
    }
    QCOMPARE(again.view().samples().columns(), 3);
    QVERIFY(again.view().series().at(7).elapsedSeconds > 0);

    // The slider walks over the steps at a fixed prompt.
    SampleBrowser& browser = again.view().browser();
    browser.slider()->setValue(0);
    QCOMPARE(browser.grid().currentColumn(), 0);
    browser.showStep(8);
    QCOMPARE(browser.grid().currentColumn(), 2);
    QCOMPARE(browser.slider()->value(), 2);
  }

  void aMissingModelIsSaidNotHidden() {
    m_session->setModel(toPath(m_temporary.filePath(QStringLiteral("no such model"))));
    m_panel->settings().setConfig(small());
    m_panel->train();
    QTRY_VERIFY_WITH_TIMEOUT(!m_panel->hasRunningWork(), kPatienceMs);
    auto* notice = m_panel->findChild<NoticeBar*>();
    QVERIFY(notice->isVisible());
    QVERIFY2(notice->sentence().contains(QStringLiteral("no such model")), qPrintable(notice->sentence()));
    QVERIFY(m_panel->findChild<QPushButton*>(QStringLiteral("train"))->isEnabled());
  }

 private:
  LoraExportDialog* openExport(QPushButton* button) {
    QTest::mouseClick(button, Qt::LeftButton);
    LoraExportDialog* open = nullptr;
    for (auto* dialog : m_panel->findChildren<LoraExportDialog*>()) {
      if (dialog->isVisible()) open = dialog;
    }
    return open;
  }
  static void pick(QDialog* dialog, const char* box, int index) {
    dialog->findChild<QComboBox*>(QLatin1String(box))->setCurrentIndex(index);
  }
  /// Waits for the question about the file that is there and presses one of its buttons.
  void answer(const char* name) {
    ReplaceQuestion* question = nullptr;
    QTRY_VERIFY_WITH_TIMEOUT((question = m_panel->findChild<ReplaceQuestion*>()) && question->isVisible(), 20'000);
    QTest::mouseClick(question->findChild<QPushButton*>(QLatin1String(name)), Qt::LeftButton);
  }
  bool shows(const char* text) {
    const auto labels = m_panel->view().findChildren<QLabel*>();
    return std::ranges::any_of(labels, [&](const QLabel* label) { return label->text() == QString::fromUtf8(text); });
  }

  QPushButton* button(const QString& text, bool visible = false) {
    for (QPushButton* each : m_panel->findChildren<QPushButton*>()) {
      if (each->text() == text && (!visible || each->isVisible())) return each;
    }
    qWarning("no button \"%s\"", qPrintable(text));
    return nullptr;
  }

  static TrainingConfig small() {
    TrainingConfig config;
    config.name = "skies-1";
    config.rank = 2;
    config.alpha = 2;
    config.resolution = 64;
    config.steps = 8;
    config.sampleEvery = 4;
    config.checkpointEvery = 4;
    config.sampleSteps = 2;
    config.samplePrompts = {"a sea at night", "a red sky"};
    return config;
  }

  QTemporaryDir m_temporary;
  std::unique_ptr<EngineBridge> m_bridge;
  std::unique_ptr<ProjectSession> m_session;
  std::unique_ptr<TrainingPanel> m_panel;
};

QTEST_MAIN(TestTraining)
#include "tst_training.moc"
