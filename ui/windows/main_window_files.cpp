// What brings files into the window: drops, dialogs, the command line.
#include <QDesktopServices>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QInputDialog>
#include <QMimeData>
#include <QUrl>

#include "ui/bridge/app_settings.h"
#include "ui/bridge/qt_convert.h"
#include "ui/dialogs/about_dialog.h"
#include "ui/dialogs/keys_overlay.h"
#include "ui/dialogs/settings_dialog.h"
#include "ui/panels/captions/captions_panel.h"
#include "ui/panels/dataset/dataset_panel.h"
#include "ui/panels/gallery/gallery_panel.h"
#include "ui/panels/gallery/lora_list.h"
#include "ui/panels/gallery/recipe_form.h"
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
  on(m_actions->chooseModel, [this] { askModel(); });
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
  if (paths.size() == 1 && isModelFolder(paths.front())) {
    if (m_session.isOpen()) return m_session.setModel(paths.front());
    return m_notice->showNotice(QStringLiteral("info"),
                                tr("This is a model. Open a project first, then drop it again."));
  }
  if (paths.size() == 1 && openModelFile(paths.front())) return;
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

bool MainWindow::openModelFile(const std::filesystem::path& path) {
  const QString ending = toQString(path.extension()).toLower();
  if (ending == QLatin1String(".ckpt") || ending == QLatin1String(".pt") || ending == QLatin1String(".pth")) {
    m_notice->showNotice(
        QStringLiteral("warning"),
        tr("%1 was left closed: files of this kind can run programs when they are opened. Look for the "
           "same model as a .safetensors file.")
            .arg(toQString(path.filename())));
    return true;
  }
  if (ending != QLatin1String(".safetensors")) return false;
  if (!m_session.isOpen()) {
    m_notice->showNotice(QStringLiteral("info"), tr("This is a LoRA. Open a project first, then drop it again."));
    return true;
  }
  showPanel(PanelId::Gallery);
  m_gallery->form().loras().add(path);
  return true;
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

void MainWindow::askModel() {
  const QUrl chosen =
      QFileDialog::getExistingDirectoryUrl(this, tr("Choose a model: a folder in the diffusers layout"),
                                           QUrl::fromLocalFile(toQString(m_session.modelFolder())));
  if (!chosen.isLocalFile()) return;
  const std::filesystem::path folder = toPath(chosen);
  if (isModelFolder(folder)) return m_session.setModel(folder);
  m_notice->showNotice(QStringLiteral("warning"),
                       tr("%1 is no model folder: it has no model_index.json.").arg(toQString(folder)));
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
