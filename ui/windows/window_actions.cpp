#include "ui/windows/window_actions.h"

#include <QAction>
#include <QWidget>

#include "ui/bridge/app_settings.h"
#include "ui/bridge/qt_convert.h"
#include "ui/style/icons.h"

namespace pleinair::ui {
namespace {

constexpr int kPanelCount = 4;

}  // namespace

WindowActions::WindowActions(QWidget* window, QUndoStack& undoStack)
    : QObject(window), m_undoStack(undoStack), m_recent(new QMenu(&m_menu)) {
  newProject = make(window, QKeySequence::New);
  openProject = make(window, QKeySequence::Open, QStringLiteral("folder-open"));
  addPhotos = make(window, {}, QStringLiteral("plus"));
  save = make(window, QKeySequence::Save);
  rename = make(window);
  chooseModel = make(window, {}, QStringLiteral("model"));
  starterModel = make(window);
  showFolder = make(window, {}, QStringLiteral("folder"));
  closeProject = make(window, QKeySequence::Close);
  undo = make(window, QKeySequence::Undo, QStringLiteral("undo"));
  redo = make(window, QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z), QStringLiteral("redo"));
  find = make(window, QKeySequence::Find);
  foldList = make(window, Qt::Key_F6, QStringLiteral("sidebar-left"));
  foldInspector = make(window, Qt::Key_F7, QStringLiteral("sidebar-right"));
  fullScreen = make(window, Qt::Key_F11);
  fullScreen->setShortcuts({Qt::Key_F11, Qt::Key_F});
  ground = make(window, Qt::Key_B);
  settings = make(window, QKeySequence(Qt::CTRL | Qt::Key_Comma), QStringLiteral("settings"));
  keys = make(window, Qt::Key_F1, QStringLiteral("keyboard"));
  about = make(window, {}, QStringLiteral("info"));
  quit = make(window, QKeySequence(Qt::CTRL | Qt::Key_Q));
  for (int i = 0; i < kPanelCount; ++i) {
    QAction* panel = make(window, QKeySequence(Qt::CTRL | static_cast<Qt::Key>(Qt::Key_1 + i)));
    connect(panel, &QAction::triggered, this, [this, i] { Q_EMIT panelRequested(i); });
  }

  m_menu.addActions({newProject, openProject});
  m_menu.addMenu(m_recent);
  m_menu.addSeparator();
  m_menu.addActions({addPhotos, save, rename, chooseModel, starterModel, showFolder, closeProject});
  m_menu.addSeparator();
  m_menu.addActions({undo, redo, find});
  m_menu.addSeparator();
  m_menu.addActions({foldList, foldInspector, fullScreen, ground});
  m_menu.addSeparator();
  m_menu.addActions({settings, keys, about, quit});

  connect(m_recent, &QMenu::aboutToShow, this, [this] { fillRecent(); });
  connect(undo, &QAction::triggered, &m_undoStack, &QUndoStack::undo);
  connect(redo, &QAction::triggered, &m_undoStack, &QUndoStack::redo);
  connect(&m_undoStack, &QUndoStack::indexChanged, this, [this] { updateUndo(); });
  connect(&m_undoStack, &QUndoStack::undoTextChanged, this, [this] { updateUndo(); });
  connect(&m_undoStack, &QUndoStack::redoTextChanged, this, [this] { updateUndo(); });
  retranslate();
}

QAction* WindowActions::make(QWidget* window, const QKeySequence& shortcut, const QString& iconName) {
  auto* action = new QAction(window);
  action->setShortcut(shortcut);
  if (!iconName.isEmpty()) action->setIcon(icon(iconName));
  window->addAction(action);
  return action;
}

void WindowActions::fillRecent() {
  m_recent->clear();
  const QStringList folders = AppSettings::instance().recentProjects();
  for (const QString& folder : folders) {
    const QString name = toQString(toPath(folder).filename());
    QAction* action = m_recent->addAction(QString(name).replace(QLatin1Char('&'), QLatin1String("&&")));
    action->setToolTip(folder);
    connect(action, &QAction::triggered, this, [this, folder] { Q_EMIT recentRequested(folder); });
  }
  if (folders.isEmpty()) m_recent->addAction(tr("None yet"))->setEnabled(false);
}

void WindowActions::setProjectState(bool open, bool writable) {
  for (QAction* action : {addPhotos, save, rename, starterModel}) action->setEnabled(open && writable);
  for (QAction* action : {showFolder, closeProject, find, foldList, foldInspector}) action->setEnabled(open);
}

void WindowActions::updateUndo() {
  const QString undoName = m_undoStack.undoText(), redoName = m_undoStack.redoText();
  undo->setText(undoName.isEmpty() ? tr("Undo") : tr("Undo: %1").arg(undoName));
  redo->setText(redoName.isEmpty() ? tr("Redo") : tr("Redo: %1").arg(redoName));
  undo->setEnabled(m_undoStack.canUndo());
  redo->setEnabled(m_undoStack.canRedo());
}

void WindowActions::retranslate() {
  newProject->setText(tr("New project"));
  openProject->setText(tr("Open project"));
  m_recent->setTitle(tr("Recent projects"));
  addPhotos->setText(tr("Add photos"));
  save->setText(tr("Save now"));
  rename->setText(tr("Rename the project"));
  chooseModel->setText(tr("Choose a model"));
  starterModel->setText(tr("Use the starter model"));
  showFolder->setText(tr("Show the project’s folder"));
  closeProject->setText(tr("Close the project"));
  find->setText(tr("Find"));
  foldList->setText(tr("Fold the list"));
  foldInspector->setText(tr("Fold the inspector"));
  fullScreen->setText(tr("Full screen"));
  ground->setText(tr("Next ground behind pictures"));
  settings->setText(tr("Settings"));
  keys->setText(tr("Keys"));
  about->setText(tr("About Pleinair"));
  quit->setText(tr("Quit"));
  updateUndo();
}

}  // namespace pleinair::ui
