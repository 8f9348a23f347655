#include "ui/windows/main_window.h"

#include <QCloseEvent>
#include <QDir>
#include <QMimeData>
#include <QPushButton>
#include <QStackedWidget>
#include <QStandardPaths>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/bridge/app_settings.h"
#include "ui/bridge/qt_convert.h"
#include "ui/dialogs/close_question.h"
#include "ui/dialogs/keys_overlay.h"
#include "ui/panels/captions/caption_edit.h"
#include "ui/panels/captions/captions_panel.h"
#include "ui/panels/dataset/dataset_panel.h"
#include "ui/panels/gallery/gallery_panel.h"
#include "ui/panels/training/training_panel.h"
#include "ui/style/theme.h"
#include "ui/widgets/drop_frame.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/panel_splitter.h"
#include "ui/widgets/photo_grid.h"
#include "ui/widgets/state_view.h"
#include "ui/widgets/status_strip.h"
#include "ui/windows/drop_reader.h"
#include "ui/windows/header_bar.h"
#include "ui/windows/welcome_page.h"
#include "ui/windows/window_actions.h"

namespace pleinair::ui {
namespace {

constexpr int kUndoOfferSeconds = 12;
constexpr int kHeaderDelayMs = 100;

std::filesystem::path thumbnailCache() {
  const QString folder = QStandardPaths::writableLocation(QStandardPaths::CacheLocation);
  return folder.isEmpty() ? std::filesystem::path() : toPath(folder) / "thumbnails";
}

}  // namespace

MainWindow::MainWindow(EngineBridge& bridge, QWidget* parent)
    : QMainWindow(parent),
      m_bridge(bridge),
      m_thumbnails(thumbnailCache()),
      m_session(bridge),
      m_model(new DatasetModel(m_session, m_thumbnails, this)),
      m_actions(new WindowActions(this, m_session.undoStack())),
      m_header(new HeaderBar),
      m_readOnly(new NoticeBar),
      m_skipped(new NoticeBar),
      m_notice(new NoticeBar),
      m_pages(new QStackedWidget),
      m_panels(new QStackedWidget),
      m_welcome(new WelcomePage(bridge, m_thumbnails)),
      m_error(new StateView),
      m_dataset(new DatasetPanel(bridge, m_session, m_thumbnails, *m_model)),
      m_captions(new CaptionsPanel(bridge, m_session, m_thumbnails, *m_model)),
      m_training(new TrainingPanel(bridge, m_session)),
      m_gallery(new GalleryPanel(bridge, m_session)),
      m_status(new StatusStrip(bridge, m_session)),
      m_keys(nullptr),
      m_dropFrame(nullptr),
      m_headerTimer(new QTimer(this)) {
  build();
  connectActions();
  connectSession();
  connectBridge();
  connectPanels();
  retranslate();
  m_welcome->refresh();
  showPage();
}

MainWindow::~MainWindow() {
  // Closed while everyone can still hear it; then what holds on to the session goes before it does.
  m_session.close();
  delete takeCentralWidget();
  delete m_actions;
  delete m_model;
}

void MainWindow::build() {
  auto* center = new QWidget;
  auto* layout = new QVBoxLayout(center);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(m_header);
  layout->addWidget(m_readOnly);
  layout->addWidget(m_skipped);
  layout->addWidget(m_pages, 1);
  layout->addWidget(m_notice);
  layout->addWidget(m_status);
  for (QWidget* panel : std::initializer_list<QWidget*>{m_dataset, m_captions, m_training, m_gallery}) {
    m_panels->addWidget(panel);
  }
  m_pages->addWidget(m_welcome);
  m_pages->addWidget(m_panels);
  m_pages->addWidget(m_error);
  setCentralWidget(center);
  m_keys = new KeysOverlay(this);
  m_dropFrame = new DropFrame(m_panels);
  m_header->setMenu(m_actions->menu());
  m_header->setActions(m_actions->undo, m_actions->redo);
  m_readOnly->setClosable(false);
  m_headerTimer->setSingleShot(true);
  m_headerTimer->setInterval(kHeaderDelayMs);
  connect(m_headerTimer, &QTimer::timeout, this, [this] { updateHeader(); });
  setAcceptDrops(true);
  setMinimumSize(1024, 700);
  resize(1440, 900);
  restoreGeometry(AppSettings::instance().value(QStringLiteral("window/geometry")).toByteArray());
}

void MainWindow::connectSession() {
  connect(&m_session, &ProjectSession::opened, this, [this] {
    m_openError.clear();
    if (m_pendingSources.empty()) AppSettings::instance().addRecentProject(m_session.folder());
    m_skippedLines.clear();
    m_skipped->hide();
    showPage();
    showPanel(PanelId::Dataset);
    m_firstImport = m_pendingSources.empty() ? 0 : m_session.importPhotos(std::exchange(m_pendingSources, {}));
  });
  connect(&m_session, &ProjectSession::openFailed, this, [this](const QString& reason) {
    m_openError = reason;
    m_pendingSources.clear();
    showPage();
  });
  connect(&m_session, &ProjectSession::closed, this, [this] {
    m_welcome->refresh();
    showPage();
  });
  connect(&m_session, &ProjectSession::saveFailed, this, [this](const QString& reason) {
    m_notice->showNotice(QStringLiteral("warning"), tr("Not saved. %1").arg(reason));
  });
  const auto soon = [this] {
    if (!m_headerTimer->isActive()) m_headerTimer->start();
  };
  connect(&m_session, &ProjectSession::projectChanged, this, soon);
  connect(&m_session, &ProjectSession::photosReset, this, soon);
  connect(&m_session, &ProjectSession::photoAdded, this, soon);
  connect(&m_session, &ProjectSession::photoRemoved, this, soon);
  connect(&m_session, &ProjectSession::photoChanged, this, soon);
}

void MainWindow::connectBridge() {
  connect(&m_bridge, &EngineBridge::photoSkipped, this, [this](quint64, const QString& file, const QString& reason) {
    m_skippedLines << QStringLiteral("%1: %2").arg(file, reason);
    reportSkipped();
  });
  connect(&m_bridge, &EngineBridge::loraPartlyUsed, this,
          [this](quint64, const QString& file, int layers, const QString& first) {
            m_notice->showNotice(QStringLiteral("warning"),
                                 tr("%1 acts only in part: %n of its layers have no place in this model, for example "
                                    "%2.", nullptr, layers).arg(file, first));
          });
  connect(&m_bridge, &EngineBridge::finished, this, [this](quint64 job, const event::Finished& result) {
    if (m_firstImport != 0 && m_firstImport == job) endFirstImport();
    // Panels say themselves what became of trainings and sets; an import has no panel of its own.
    if (result.outcome == event::Outcome::Failed && m_importJob == job) {
      m_notice->showNotice(QStringLiteral("warning"), EngineBridge::errorText(result.error));
    }
    if (m_closing && m_bridge.activeJobs().empty()) close();
  });
  connect(&m_bridge, &EngineBridge::jobSubmitted, this, [this](quint64 job) {
    if (m_bridge.kindOf(job) != JobKind::Import) return;
    m_importJob = job;
    m_skippedLines.clear();
    m_skipped->hide();
  });
  AppSettings& settings = AppSettings::instance();
  connect(&settings, &AppSettings::deviceChanged, this,
          [this] { m_bridge.setDevice(AppSettings::instance().device()); });
}

void MainWindow::endFirstImport() {
  m_firstImport = 0;
  if (!m_session.isOpen()) return;
  if (m_session.photos().empty()) {
    const QStringList skipped = m_skippedLines;  // what was dropped held no photo: no empty project stays behind
    m_session.discardEmpty();
    m_skippedLines = skipped;
    if (!skipped.isEmpty()) reportSkipped();
    return;
  }
  AppSettings::instance().addRecentProject(m_session.folder());
}

void MainWindow::connectPanels() {
  connect(m_header, &HeaderBar::panelChosen, this, [this](int panel) { showPanel(static_cast<PanelId>(panel)); });
  const auto go = [this](int panel) { showPanel(static_cast<PanelId>(panel)); };
  connect(m_dataset, &DatasetPanel::requestPanel, this, go);
  connect(m_captions, &CaptionsPanel::requestPanel, this, go);
  connect(m_training, &TrainingPanel::requestPanel, this, go);
  connect(m_gallery, &GalleryPanel::requestPanel, this, go);
  connect(m_gallery, &GalleryPanel::weightsDropped, this,
          [this](const std::filesystem::path& file) { openWeights(file); });
  connect(m_training, &TrainingPanel::compareRequested, this,
          [this](const TrainingConfig& config, const std::filesystem::path& checkpoint) {
            showPanel(PanelId::Gallery);
            m_gallery->compareBeforeAfter(config, checkpoint);
          });
  connect(m_dataset, &DatasetPanel::addPhotosRequested, this, [this] { askPhotos(); });
  connect(m_dataset, &DatasetPanel::captionRequested, this, [this](const QString& path) {
    showPanel(PanelId::Captions);
    m_captions->showPhoto(path);
  });
  connect(m_dataset, &DatasetPanel::photosRemoved, this,
          [this](int count) { offerUndo(tr("%n photos removed.", nullptr, count)); });
  connect(m_captions, &CaptionsPanel::applied, this, [this](const QString& sentence) { offerUndo(sentence); });
  connect(m_welcome, &WelcomePage::newRequested, this, [this] { askNewProject(); });
  connect(m_welcome, &WelcomePage::openRequested, this, [this] { askOpenProject(); });
  connect(m_welcome, &WelcomePage::projectChosen, this,
          [this](const QString& folder) { openProject(toPath(folder)); });
  connect(m_error, &StateView::actionTriggered, this, [this] {
    m_openError.clear();
    m_welcome->refresh();
    showPage();
  });
  connect(m_error, &StateView::secondActionTriggered, this, [this] { askOpenProject(); });
  // Once something else was done, "Undo" would take back the wrong thing.
  connect(&m_session.undoStack(), &QUndoStack::indexChanged, this, [this](int index) {
    if (m_offerIndex >= 0 && index != m_offerIndex) {
      m_offerIndex = -1;
      m_notice->hide();
    }
  });
  connect(m_notice, &NoticeBar::actionTriggered, &m_session.undoStack(), &QUndoStack::undo);
}

void MainWindow::showPanel(PanelId panel) {
  m_panels->setCurrentIndex(static_cast<int>(panel));
  m_header->setCurrentPanel(static_cast<int>(panel));
  if (panel == PanelId::Dataset) m_dataset->grid().setFocus();
  if (panel == PanelId::Captions) m_captions->editor().setFocus();
}

bool MainWindow::isSettled() const { return !m_session.isOpening() && m_welcome->isListed(); }

void MainWindow::showPage() {
  const bool open = m_session.isOpen();
  if (!m_openError.isEmpty() && !open) {
    m_error->showError(tr("This project could not be opened"), m_openError, tr("Back to the start"));
    m_error->setSecondAction(tr("Open another"));
    m_pages->setCurrentWidget(m_error);
  } else {
    m_pages->setCurrentWidget(open ? static_cast<QWidget*>(m_panels) : m_welcome);
  }
  if (open && m_session.readOnly()) {
    m_readOnly->showNotice(QStringLiteral("lock"),
                           tr("This project is open in another window, or its folder cannot be "
                              "written. You can look at everything; changes are off."));
  } else {
    m_readOnly->hide();
  }
  if (m_pages->currentWidget() == m_welcome) m_welcome->setFocus();
  m_actions->setProjectState(open, open && !m_session.readOnly());
  m_header->setPanelsEnabled(open);
  m_notice->hide();
  updateHeader();
}

void MainWindow::updateHeader() {
  const bool open = m_session.isOpen();
  const QString name = QString::fromStdString(m_session.project().name);
  m_header->setProject(open ? (name.isEmpty() ? toQString(m_session.folder().filename()) : name) : tr("Pleinair"));
  setWindowTitle(open ? tr("%1 – Pleinair").arg(m_header->projectName()) : tr("Pleinair"));
  const int photos = static_cast<int>(m_session.photos().size());
  const int without = m_session.captionless();
  m_header->setPanelTexts({photos > 0 ? tr("Dataset · %1").arg(photos) : tr("Dataset"),
                           without > 0 ? tr("Captions · %n without", nullptr, without) : tr("Captions"),
                           tr("Training"), tr("Gallery")});
}

void MainWindow::offerUndo(const QString& sentence) {
  m_notice->showNotice(QString(), sentence, tr("Undo"), kUndoOfferSeconds);
  m_offerIndex = m_session.undoStack().index();
}

void MainWindow::reportSkipped() {
  const int count = static_cast<int>(m_skippedLines.size());
  if (m_skipped->isHidden()) m_skipped->showNotice(QStringLiteral("warning"), QString());
  m_skipped->setSentence(tr("%n files could not be read.", nullptr, count));
  m_skipped->setDetails(m_skippedLines);
}

void MainWindow::foldSide(bool left) {
  QWidget* panel = m_panels->currentWidget();
  if (auto* splitter = panel->findChild<PanelSplitter*>()) {
    if (left) {
      splitter->toggleLeft();
    } else {
      splitter->toggleRight();
    }
    return;
  }
  bool& hidden = m_folded[{m_panels->currentIndex(), left}];
  hidden = !hidden;
  if (panel == m_training && left) m_training->setSideVisible(!hidden);
  if (panel == m_gallery && left) m_gallery->setSideVisible(!hidden);
  if (panel == m_gallery && !left) m_gallery->setInspectorVisible(!hidden);
}

void MainWindow::retranslate() {
  m_actions->retranslate();
  showPage();
}

bool MainWindow::mayLeaveProject() {
  const std::vector<JobId> jobs = m_bridge.activeJobs();
  const auto trains = [this](JobId job) { return m_bridge.kindOf(job) == JobKind::Train; };
  CloseAnswer answer = CloseAnswer::CancelRun;
  if (std::any_of(jobs.begin(), jobs.end(), trains)) answer = CloseQuestion::ask(this);
  if (answer == CloseAnswer::GoOn) return false;
  if (answer == CloseAnswer::KeepRun) m_training->stopAndKeep();
  for (const JobId job : jobs) {
    if (answer == CloseAnswer::CancelRun || !trains(job)) m_bridge.cancel(job);
  }
  return true;
}

bool MainWindow::readyToClose() {
  if (m_bridge.activeJobs().empty()) return true;
  if (!m_closing && !mayLeaveProject()) return false;
  m_closing = true;
  m_notice->showNotice(QString(), tr("Saving. The window closes in a moment."));
  return m_bridge.activeJobs().empty();
}

void MainWindow::closeEvent(QCloseEvent* event) {
  if (!readyToClose()) return event->ignore();
  AppSettings::instance().setValue(QStringLiteral("window/geometry"), saveGeometry());
  m_session.flush();
  m_session.close();
  event->accept();
}

void MainWindow::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QMainWindow::changeEvent(event);
}

}  // namespace pleinair::ui
