#pragma once

#include <QMenu>
#include <QObject>
#include <QUndoStack>
#include <vector>

class QAction;
class QWidget;

namespace pleinair::ui {

/// The window's actions, their keys and the project menu. Right clicks and menus show the same ones.
class WindowActions final : public QObject {
  Q_OBJECT
 public:
  WindowActions(QWidget* window, QUndoStack& undoStack);

  QAction *newProject, *openProject, *addPhotos, *save, *rename, *chooseModel, *starterModel, *showFolder,
      *closeProject, *undo, *redo, *find, *foldList, *foldInspector, *fullScreen, *ground, *settings, *keys, *about,
      *quit;
  [[nodiscard]] QMenu* menu() { return &m_menu; }

  /// What makes sense with or without an open, writable project.
  void setProjectState(bool open, bool writable);
  void retranslate();

 Q_SIGNALS:
  void panelRequested(int panel);
  void recentRequested(const QString& folder);

 private:
  QAction* make(QWidget* window, const QKeySequence& shortcut = {}, const QString& iconName = {});
  void fillRecent();
  void updateUndo();

  QUndoStack& m_undoStack;
  QMenu m_menu;
  QMenu* m_recent;
};

}  // namespace pleinair::ui
