#include "ui/panels/training/run_view.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/bridge/qt_convert.h"
#include "ui/style/icons.h"
#include "ui/style/tokens.h"
#include "ui/widgets/figure_strip.h"
#include "ui/widgets/loss_curve.h"
#include "ui/widgets/number_inputs.h"
#include "ui/widgets/settings_form.h"

namespace pleinair::ui {

RunView::RunView(QWidget* parent)
    : QWidget(parent),
      m_title(new QLabel),
      m_stateText(new QLabel),
      m_progress(new QProgressBar),
      m_pause(new QPushButton),
      m_stop(new QPushButton),
      m_sample(new QPushButton),
      m_save(new QPushButton),
      m_export(new QPushButton),
      m_figures(new FigureStrip(kFigures)),
      m_curve(new LossCurve),
      m_browser(new SampleBrowser(m_samples, m_loader)),
      m_splitter(new QSplitter(Qt::Vertical)) {
  m_splitter->addWidget(m_curve);
  m_splitter->addWidget(m_browser);
  m_splitter->setStretchFactor(0, 2);
  m_splitter->setStretchFactor(1, 3);
  m_splitter->setChildrenCollapsible(false);
  rememberSplitter(m_splitter, QStringLiteral("curveAndSamples"));
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(buildHeader());
  layout->addWidget(m_splitter, 1);

  m_curve->setSeries(&m_series);
  connect(m_curve, &LossCurve::hovered, this, [this](int step) {
    if (step >= 0) m_browser->showStep(step);
  });
  connect(m_curve, &LossCurve::picked, m_browser, &SampleBrowser::showStep);
  connect(m_pause, &QPushButton::clicked, this, [this] { Q_EMIT pauseRequested(m_state != State::Paused); });
  connect(m_stop, &QPushButton::clicked, this, &RunView::stopRequested);
  connect(m_sample, &QPushButton::clicked, this, &RunView::sampleRequested);
  connect(m_save, &QPushButton::clicked, this, &RunView::saveRequested);
  m_export->setObjectName(QStringLiteral("exportRun"));
  connect(m_export, &QPushButton::clicked, this,
          [this] { Q_EMIT exportRequested(QString::fromStdString(m_config.name), m_checkpoints); });
  retranslate();
}

QWidget* RunView::buildHeader() {
  auto* header = new QWidget;
  header->setProperty("surface", "panel");
  m_title->setProperty("role", "heading");
  m_stateText->setProperty("role", "quiet");
  m_stateText->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  m_progress->setTextVisible(false);
  auto* line = new QHBoxLayout;
  line->setSpacing(Metrics::kGap);
  line->addWidget(m_title);
  line->addWidget(m_stateText, 1);
  for (QPushButton* button : {m_pause, m_stop, m_sample, m_save, m_export}) line->addWidget(button);
  auto* layout = new QVBoxLayout(header);
  layout->setContentsMargins(Metrics::kMargin, Metrics::kGap, Metrics::kMargin, Metrics::kGap);
  layout->setSpacing(Metrics::kGap);
  layout->addLayout(line);
  layout->addWidget(m_progress);
  layout->addWidget(m_figures);
  return header;
}

void RunView::begin(const TrainingConfig& config) {
  m_config = config;
  m_lastStep = 0;
  m_earlierSeconds = 0;
  m_secondsLeft = -1;
  m_memoryBytes = 0;
  m_stage = {};
  m_series.clear();
  m_checkpoints.clear();
  setWindowFor(config.steps);
  QStringList prompts;
  for (const std::string& prompt : config.samplePrompts) prompts << QString::fromStdString(prompt);
  m_samples.reset(prompts);
  for (int figure = 0; figure < kFigures; ++figure) m_figures->setValue(figure, {});
  setState(State::Waiting);
}

void RunView::showRecord(const RunRecord& record) {
  begin(record.summary.config);
  m_series.append(record.steps);
  m_lastStep = record.summary.lastStep;
  m_earlierSeconds = record.steps.empty() ? 0 : record.steps.back().elapsedSeconds;
  for (const auto& sample : record.samples) addSample(sample);
  for (const auto& checkpoint : record.summary.checkpoints) addCheckpoint(checkpoint);
  if (!record.steps.empty()) {
    const QLocale c = QLocale::c();
    m_figures->setValue(Loss, c.toString(m_series.smoothedAt(m_series.size() - 1), 'f', 4));
    m_figures->setValue(Rate, rateText(record.steps.back().learningRate));
    if (record.summary.secondsPerStep > 0) {
      m_figures->setValue(Speed, c.toString(1 / record.summary.secondsPerStep, 'f', 2));
    }
  }
  setState(State::Ended);
}

void RunView::setWindowFor(int steps) { m_series.setWindow(std::clamp(steps / 15, 10, 400)); }

void RunView::setState(State state) {
  m_state = state;
  const bool alive = state == State::Running || state == State::Paused || state == State::Preparing;
  for (QPushButton* button : {m_pause, m_stop, m_sample, m_save}) button->setVisible(state != State::Ended);
  m_pause->setEnabled(state == State::Running || state == State::Paused);
  m_sample->setEnabled(state == State::Running);
  m_save->setEnabled(state == State::Running);
  m_stop->setEnabled(alive || state == State::Waiting);
  m_export->setVisible(state == State::Ended && !m_checkpoints.empty());
  showTitle();
}

void RunView::setStage(const std::string& stage, qint64 done, qint64 total, double secondsLeft) {
  m_stage = {stage, done, total, secondsLeft};
  showTitle();
}

QString RunView::stageLine() const {
  if (m_stage.name.empty()) return {};
  QString line = EngineBridge::stageText(m_stage.name);
  if (m_stage.total > 0) line += QStringLiteral(" · ") + tr("%1 of %2").arg(m_stage.done).arg(m_stage.total);
  if (const QString left = timeLeftText(m_stage.secondsLeft); !left.isEmpty()) line += QStringLiteral(" · ") + left;
  return line;
}

void RunView::setBegan(const event::TrainingBegan& run) {
  m_config.name = run.runName;
  m_config.steps = run.steps;
  m_lastStep = run.firstStep;
  if (run.firstStep > 0) m_samples.cutAfter(run.firstStep);
  m_clock.start();
  setState(State::Running);
}

void RunView::addSteps(const std::vector<event::TrainingStep>& steps) {
  if (steps.empty()) return;
  const double now = m_earlierSeconds + static_cast<double>(m_clock.elapsed()) / 1000;
  std::vector<RunStep> points;
  for (const auto& step : steps) {
    points.push_back({step.step, step.loss, step.learningRate, now, step.validationLoss});
  }
  m_series.append(points);
  const event::TrainingStep& last = steps.back();
  m_lastStep = last.step;
  m_stage = {};
  const QLocale c = QLocale::c();
  if (!m_series.isEmpty()) m_figures->setValue(Loss, c.toString(m_series.smoothedAt(m_series.size() - 1), 'f', 4));
  m_figures->setValue(Rate, rateText(last.learningRate));
  m_figures->setValue(Speed, last.stepsPerSecond > 0 ? c.toString(last.stepsPerSecond, 'f', 2) : QString());
  m_secondsLeft = last.secondsLeft;
  m_memoryBytes = last.memoryBytes;
  showTitle();
}

void RunView::addSample(const event::SampleReady& sample) {
  m_loader.forget(sample.file);
  m_samples.add(sample);
  m_series.addSample(sample.step);
}

void RunView::addCheckpoint(const event::CheckpointSaved& checkpoint) {
  m_series.addCheckpoint(checkpoint.step);
  // A run that was resumed may save a step again.
  std::erase_if(m_checkpoints, [&](const auto& earlier) { return earlier.step >= checkpoint.step; });
  m_checkpoints.push_back(checkpoint);
}

void RunView::showTitle() {
  m_title->setText(QString::fromStdString(m_config.name));
  m_figures->setValue(Step, QStringLiteral("%1 / %2").arg(m_lastStep).arg(m_config.steps));
  m_progress->setRange(0, std::max(1, m_config.steps));
  m_progress->setValue(m_lastStep);
  m_progress->setVisible(m_state != State::Ended);
  m_figures->setValue(Left, m_state == State::Ended ? QString() : timeLeftText(m_secondsLeft));
  m_figures->setValue(Memory, m_memoryBytes > 0 ? sizeText(m_memoryBytes) : QString());
  m_pause->setText(m_state == State::Paused ? tr("Resume") : tr("Pause"));
  QString text;
  switch (m_state) {
    case State::Waiting:
      text = tr("waits until other work has ended");
      break;
    case State::Preparing:
    case State::Running:
      text = stageLine();
      break;
    case State::Paused:
      text = tr("paused");
      break;
    case State::Ending:
      text = tr("saving, so that it can be resumed");
      break;
    case State::Ended:
      break;
  }
  m_stateText->setText(text);
}

void RunView::retranslate() {
  m_stop->setText(tr("Stop"));
  m_stop->setToolTip(tr("Ends after this step; the run can be resumed later"));
  m_sample->setText(tr("Sample now"));
  m_save->setText(tr("Save now"));
  m_export->setText(tr("Export…"));
  m_export->setToolTip(tr("Writes the LoRA as a file for other programs"));
  m_figures->setCaption(Step, tr("step"));
  m_figures->setCaption(Loss, tr("loss, smoothed"));
  m_figures->setCaption(Rate, tr("learning rate"));
  m_figures->setCaption(Speed, tr("steps a second"));
  m_figures->setCaption(Left, tr("time left"));
  m_figures->setCaption(Memory, tr("memory"));
  m_curve->setAccessibleName(tr("Loss curve"));
  m_curve->setAccessibleDescription(tr("Left and Right move the crosshair, plus and minus zoom, 0 shows all."));
  showTitle();
}

void RunView::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QWidget::changeEvent(event);
}

}  // namespace pleinair::ui
