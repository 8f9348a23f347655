// What brings files into the window: drops, dialogs, the command line.
#include <QDesktopServices>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QInputDialog>
#include <QMimeData>
#include <QUrl>

#include "ui/bridge/app_settings.h"
#include "ui/bridge/model_reader.h"
#include "ui/bridge/qt_convert.h"
#include "ui/dialogs/about_dialog.h"
#include "ui/dialogs/keys_overlay.h"
#include "ui/dialogs/settings_dialog.h"
#include "ui/panels/captions/captions_panel.h"
#include "ui/panels/dataset/dataset_panel.h"
#include "ui/panels/gallery/gallery_panel.h"
#include "ui/panels/gallery/recipe_form.h"
#include "ui/panels/training/training_panel.h"
#include "ui/panels/training/training_settings.h"
#include "ui/style/theme.h"
#include "ui/widgets/drop_frame.h"
#include "ui/widgets/notice_bar.h"
#include "ui/windows/drop_reader.h"
#include "ui/windows/main_window.h"
#include "ui/windows/welcome_page.h"
#include "ui/windows/window_actions.h"

namespace pleinair::ui {

void MainWindow::connectActions() {
  const auto on = [this](QAction* action, auto&& act) { connect(action, &QAction::triggered, this, act); };
  on(m_actions->newProject, [this] { askNewProject(); });
  on(m_actions->openProject, [this] { askOpenProject(); });
  on(m_actions->addPhotos, [this] { askPhotos(); });
  on(m_actions->save, [this] { m_session.save(); });
  on(m_actions->rename, [this] { askRename(); });
  on(m_actions->chooseModel, [this] { showModelPage(); });
  on(m_actions->starterModel, [this] { m_session.setModel({}); });
  on(m_actions->showFolder,
     [this] { QDesktopServices::openUrl(QUrl::fromLocalFile(toQString(m_session.folder()))); });
  on(m_actions->closeProject, [this] {
    if (mayLeaveProject()) m_session.close();
  });
  on(m_actions->find, [this] {
    if (m_captions->isVisible()) return m_captions->focusFind();
    showPanel(PanelId::Dataset);
    m_dataset->focusFilter();
  });
  on(m_actions->foldList, [this] { foldSide(true); });
  on(m_actions->foldInspector, [this] { foldSide(false); });
  on(m_actions->fullScreen, [this] { setWindowState(windowState() ^ Qt::WindowFullScreen); });
  on(m_actions->ground, [] { Theme::instance().nextGround(); });
  on(m_actions->settings, [this] { SettingsDialog(this).exec(); });
  on(m_actions->keys, [this] { m_keys->toggle(); });
  on(m_actions->about, [this] { AboutDialog(this).exec(); });
  on(m_actions->quit, [this] { close(); });
  connect(m_actions, &WindowActions::panelRequested, this, [this](int panel) {
    if (m_session.isOpen()) showPanel(static_cast<PanelId>(panel));
  });
  connect(m_actions, &WindowActions::recentRequested, this,
          [this](const QString& folder) { openProject(toPath(folder)); });
}

void MainWindow::openPaths(const std::vector<std::filesystem::path>& paths) {
  if (paths.empty()) return;
  if (paths.size() == 1 && ProjectSession::isProject(paths.front())) return openProject(paths.front());
  if (paths.size() == 1 && isModelFolder(paths.front())) return showModelPage(paths.front());
  if (paths.size() == 1 && isWeightsFile(paths.front())) return openWeights(paths.front());
  if (!m_session.isOpen())
    return createProject(newProjectFolder(AppSettings::instance().projectsFolder(), paths), paths);
  if (m_session.readOnly()) {
    return m_notice->showNotice(QStringLiteral("lock"), tr("This project can only be read; photos cannot be added."));
  }
  showPanel(PanelId::Dataset);
  m_session.importPhotos(paths);
}

void MainWindow::openProject(const std::filesystem::path& folder) {
  if (!mayLeaveProject()) return;
  m_pendingSources.clear();
  m_session.open(folder);
}

void MainWindow::openWeights(const std::filesystem::path& file) {
  readWeightsKind(m_bridge, file, this, [this, file](WeightsKind kind) {
    if (kind == WeightsKind::Model) return showModelPage(file);
    if (!m_session.isOpen()) {
      return m_notice->showNotice(QStringLiteral("info"),
                                  tr("This is a LoRA. Open a project first, then drop it again."));
    }
    showPanel(PanelId::Gallery);
    m_gallery->addLora(file);
  });
}

void MainWindow::showModelPage(const std::filesystem::path& model) {
  if (!m_modelPage || !m_modelPage->isVisible()) {
    const GenerationRequest request = m_gallery->form().request();
    const ModelUse use{request.width, request.height, m_training->settings().config(), m_training->basis(),
                       false};
    const auto measured = [this](const std::filesystem::path& path, TrainingConfig config) {
      config.model = path;
      return m_training->runs().memoryBytes(config);
    };
    m_modelPage = new ModelDialog(m_bridge, m_session, use, measured, this);
    m_modelPage->setAttribute(Qt::WA_DeleteOnClose);
  }
  m_modelPage->show();
  if (!model.empty()) m_modelPage->take(model);
  m_modelPage->raise();
  m_modelPage->activateWindow();
}

void MainWindow::createProject(const std::filesystem::path& folder, std::vector<std::filesystem::path> sources) {
  m_pendingSources = std::move(sources);
  m_session.create(folder, toQString(folder.filename()));
}

void MainWindow::askNewProject() {
  const QString name = QInputDialog::getText(this, tr("New project"), tr("Name of the project"));
  if (name.trimmed().isEmpty() || !mayLeaveProject()) return;
  QString folder = name.trimmed();
  folder.replace(QLatin1Char('/'), QLatin1Char('-'));
  if (folder.startsWith(QLatin1Char('.'))) folder.prepend(QLatin1Char('_'));
  m_pendingSources.clear();
  m_session.create(freeFolder(AppSettings::instance().projectsFolder(), folder.toStdString()), name.trimmed());
}

void MainWindow::askOpenProject() {
  const QString start = toQString(AppSettings::instance().projectsFolder());
  const QUrl chosen = QFileDialog::getExistingDirectoryUrl(this, tr("Open project"), QUrl::fromLocalFile(start));
  if (!chosen.isLocalFile()) return;
  openProject(toPath(chosen));
}

void MainWindow::askPhotos() {
  if (!m_session.isOpen() || m_session.readOnly()) return;
  const QString filter = tr("Photos (%1)")
                             .arg(QStringLiteral("*.jpg *.jpeg *.png *.webp *.tif *.tiff *.bmp *.JPG *.JPEG "
                                                 "*.PNG *.WEBP *.TIF *.TIFF *.BMP"));
  const QList<QUrl> chosen = QFileDialog::getOpenFileUrls(this, tr("Add photos"), {}, filter);
  std::vector<std::filesystem::path> paths;
  for (const QUrl& url : chosen) {
    if (url.isLocalFile()) paths.push_back(toPath(url));
  }
  m_session.importPhotos(std::move(paths));
}

void MainWindow::askRename() {
  bool accepted = false;
  const QString name =
      QInputDialog::getText(this, tr("Rename the project"), tr("Name of the project"), QLineEdit::Normal,
                            QString::fromStdString(m_session.project().name), &accepted);
  if (accepted && !name.trimmed().isEmpty()) m_session.setName(name.trimmed());
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (droppedPaths(event->mimeData()).empty()) return;
  event->acceptProposedAction();
  m_welcome->setDropActive(true);
  if (m_session.isOpen() && !m_session.readOnly()) m_dropFrame->showFor(tr("Add to the project"));
}

void MainWindow::dragLeaveEvent(QDragLeaveEvent*) {
  m_welcome->setDropActive(false);
  m_dropFrame->hide();
}

void MainWindow::dropEvent(QDropEvent* event) {
  m_welcome->setDropActive(false);
  m_dropFrame->hide();
  const std::vector<std::filesystem::path> paths = droppedPaths(event->mimeData());
  if (paths.empty()) return;
  event->acceptProposedAction();
  openPaths(paths);
}

}  // namespace pleinair::ui
