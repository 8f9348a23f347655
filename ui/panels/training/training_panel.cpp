#include "ui/panels/training/training_panel.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "ui/panels/training/lora_exporter.h"
#include "ui/panels/training/runs_list.h"
#include "ui/panels/training/training_settings.h"
#include "ui/style/tokens.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/settings_form.h"
#include "ui/widgets/state_view.h"

namespace pleinair::ui {

namespace {

constexpr int kSideWidth = 348, kSideLeast = 300, kSideMost = 460;
constexpr int kPlanDelayMs = 60;

}  // namespace

TrainingPanel::TrainingPanel(EngineBridge& bridge, ProjectSession& session, QWidget* parent)
    : QWidget(parent),
      m_bridge(bridge),
      m_session(session),
      m_splitter(new QSplitter(Qt::Horizontal)),
      m_sidePages(new QStackedWidget),
      m_settings(new TrainingSettings),
      m_runsList(new RunsList(m_runs)),
      m_pages(new QStackedWidget),
      m_state(new StateView),
      m_notice(new NoticeBar),
      m_exporter(new LoraExporter(bridge)),
      m_view(new RunView) {
  m_side = buildSide();
  auto* right = new QWidget;
  auto* column = new QVBoxLayout(right);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(m_notice);
  column->addWidget(m_exporter);
  column->addWidget(m_pages, 1);
  m_notice->hide();
  m_pages->addWidget(m_state);
  m_pages->addWidget(m_view);
  m_splitter->addWidget(m_side);
  m_splitter->addWidget(right);
  m_splitter->setStretchFactor(1, 1);
  m_splitter->setChildrenCollapsible(false);
  m_splitter->setSizes({kSideWidth, 1000});
  rememberSplitter(m_splitter, QStringLiteral("trainingSplitter"));
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(m_splitter);

  m_planTimer.setSingleShot(true);
  m_planTimer.setInterval(kPlanDelayMs);
  connect(&m_planTimer, &QTimer::timeout, this, [this] {
    updatePlan();
    updateShare();
  });
  connect(m_settings, &TrainingSettings::changed, &m_planTimer, qOverload<>(&QTimer::start));
  connect(m_runsList, &RunsList::chosen, this, &TrainingPanel::openRun);
  connect(m_runsList, &RunsList::resumeRequested, this, &TrainingPanel::resumeRun);
  connect(m_runsList, &RunsList::compareRequested, this, &TrainingPanel::compare);
  connect(m_runsList, &RunsList::settingsRequested, this, [this](const TrainingConfig& config) {
    m_settings->setConfig(config);
    m_settingsTab->setChecked(true);
  });
  connect(m_notice, &NoticeBar::actionTriggered, this, &TrainingPanel::onNoticeAction);
  connect(m_state, &StateView::actionTriggered, this, [this] {
    if (m_session.photos().empty()) Q_EMIT requestPanel(0);
  });
  connect(m_view, &RunView::exportRequested, m_exporter, &LoraExporter::ask);
  connectSession();
  connectJob();
  retranslate();
  if (m_session.isOpen()) onOpened();
}

QWidget* TrainingPanel::buildSide() {
  auto* side = new QWidget;
  side->setProperty("surface", "panel");
  side->setMinimumWidth(kSideLeast);
  side->setMaximumWidth(kSideMost);
  m_settingsTab = new QPushButton;
  m_runsTab = new QPushButton;
  auto* tabs = new QHBoxLayout;
  tabs->setContentsMargins(0, 0, 0, 0);
  tabs->setSpacing(0);
  for (QPushButton* tab : {m_settingsTab, m_runsTab}) {
    tab->setProperty("segment", true);
    tab->setCheckable(true);
    tab->setAutoExclusive(true);
    tab->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    tabs->addWidget(tab);
  }
  m_settingsTab->setChecked(true);
  auto* scroll = new QScrollArea;
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setWidget(m_settings);
  m_sidePages->addWidget(scroll);
  m_sidePages->addWidget(m_runsList);
  auto* layout = new QVBoxLayout(side);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addLayout(tabs);
  layout->addWidget(m_sidePages, 1);
  layout->addWidget(buildFooter());
  connect(m_settingsTab, &QPushButton::toggled, this, [this](bool settings) {
    m_sidePages->setCurrentIndex(settings ? 0 : 1);
    m_footer->setVisible(settings);
  });
  return side;
}

QWidget* TrainingPanel::buildFooter() {
  m_footer = new QWidget;
  m_summary = new QLabel;
  m_doubts = new QLabel;
  m_captionText = new QLabel;
  m_useTrigger = new QPushButton;
  m_toCaptions = new QPushButton;
  m_train = new QPushButton;
  m_train->setProperty("primary", true);
  m_train->setObjectName(QStringLiteral("train"));
  m_doubts->setProperty("role", "quiet");
  for (QLabel* label : {m_summary, m_doubts, m_captionText}) label->setWordWrap(true);
  auto* choices = new QHBoxLayout;
  choices->setSpacing(Metrics::kGap);
  choices->addWidget(m_useTrigger);
  choices->addWidget(m_toCaptions);
  choices->addStretch();
  auto* layout = new QVBoxLayout(m_footer);
  layout->setContentsMargins(Metrics::kMargin, Metrics::kGap, Metrics::kMargin, Metrics::kMargin);
  layout->setSpacing(Metrics::kGap);
  layout->addWidget(m_summary);
  layout->addWidget(m_doubts);
  layout->addWidget(m_captionText);
  layout->addLayout(choices);
  layout->addWidget(m_train);
  connect(m_train, &QPushButton::clicked, this, &TrainingPanel::train);
  connect(m_useTrigger, &QPushButton::clicked, this, &TrainingPanel::useTriggerAsCaption);
  connect(m_toCaptions, &QPushButton::clicked, this, [this] { Q_EMIT requestPanel(1); });
  return m_footer;
}

void TrainingPanel::setSideVisible(bool visible) { m_side->setVisible(visible); }

void TrainingPanel::useTriggerAsCaption() {
  std::vector<std::pair<int, QString>> captions;
  const QString trigger = QString::fromStdString(m_session.project().trigger);
  for (std::size_t row = 0; row < m_session.photos().size(); ++row) {
    if (m_session.photos()[row].caption.trimmed().isEmpty()) captions.emplace_back(static_cast<int>(row), trigger);
  }
  if (!captions.empty()) m_session.setCaptions(captions, tr("trigger as caption"));
}

void TrainingPanel::updatePlan() {
  const TrainingConfig config = m_settings->config();
  TrainingConfig measured = config;
  measured.model = m_session.isOpen() ? m_session.modelFolder() : config.model;
  const TrainingForecast forecast{m_runs.secondsPerStep(measured), m_runs.memoryBytes(measured),
                                  m_bridge.deviceStatus().memoryTotalBytes};
  m_plan = m_session.isOpen() ? planTraining(m_session, config, forecast) : TrainingPlan{};
  m_summary->setText(m_plan.obstacle.isEmpty() ? m_plan.summary : m_plan.obstacle);
  m_doubts->setText(m_plan.doubts.join(QLatin1Char('\n')));
  m_doubts->setVisible(!m_plan.doubts.isEmpty());
  const bool bare = m_plan.captionless > 0 && !m_session.readOnly();
  const bool trigger = m_session.isOpen() && !m_session.project().trigger.empty();
  m_captionText->setVisible(bare);
  m_useTrigger->setVisible(bare && trigger);
  m_toCaptions->setVisible(bare);
  m_captionText->setText(
      trigger ? tr("%n photo(s) without caption: the trigger stands for it.", nullptr, m_plan.captionless)
              : tr("%n photo(s) without caption, and no trigger word is set.", nullptr, m_plan.captionless));
  m_train->setEnabled(m_session.isOpen() && m_plan.obstacle.isEmpty() && !hasRunningWork());
  m_runsList->setBusy(hasRunningWork() || (m_session.isOpen() && m_session.readOnly()));
  showPage();
}

void TrainingPanel::updateShare() {
  if (!m_session.isOpen()) return;
  const quint64 ticket = ++m_shareTicket;
  const auto share = std::make_shared<QString>();
  m_bridge.post(
      [share, outline = m_session.modelReading().outline, config = m_settings->config()] {
        if (!outline) return;
        if (const auto counted = outline->trainableShare(config)) {
          const double percent = counted->total > 0 ? 100.0 * static_cast<double>(counted->trainable) /
                                                          static_cast<double>(counted->total)
                                                    : 0;
          *share = tr("Trains %1 % of %2 M parameters.")
                       .arg(QString::number(percent, 'g', 2),
                            QString::number(static_cast<double>(counted->total) / 1e6, 'f', 1));
        }
      },
      this,
      [this, share, ticket] {
        if (ticket == m_shareTicket) m_settings->setTrainableText(*share);
      });
}

void TrainingPanel::showPage() {
  const bool hasRun = hasRunningWork() || !m_view->series().isEmpty() || !m_view->samples().isEmpty();
  m_pages->setCurrentWidget(hasRun ? static_cast<QWidget*>(m_view) : m_state);
  if (hasRun) return;
  if (!m_session.isOpen() || m_session.photos().empty()) {
    m_state->showEmpty(QStringLiteral("curve"), tr("Training needs photos"),
                       tr("Add photos first; a dozen of one subject is a good start."), tr("Go to Dataset"));
  } else {
    m_state->showEmpty(
        QStringLiteral("curve"), tr("Ready to train"),
        tr("Choose how thorough it shall be and press Train. The curve and the samples grow here while "
           "it runs."));
  }
}

void TrainingPanel::showSideHeader() {
  m_settingsTab->setText(tr("New run"));
  const int count = m_runs.rowCount();
  m_runsTab->setText(count > 0 ? tr("Runs (%1)").arg(count) : tr("Runs"));
}

void TrainingPanel::retranslate() {
  m_train->setText(tr("Train"));
  m_useTrigger->setText(tr("Use the trigger alone"));
  m_useTrigger->setToolTip(tr("Writes the trigger word as the caption of these photos; can be undone"));
  m_toCaptions->setText(tr("Go to Captions"));
  showSideHeader();
  if (!m_notice->isHidden()) showNotice(m_noticeAction);  // said anew in the language of the moment
  updatePlan();
}

void TrainingPanel::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  proposePrompts();
}

void TrainingPanel::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) {
    retranslate();
    updateShare();
  }
  QWidget::changeEvent(event);
}

}  // namespace pleinair::ui
