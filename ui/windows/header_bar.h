#pragma once

#include <QWidget>
#include <vector>

class QButtonGroup;
class QMenu;
class QPushButton;
class QToolButton;

namespace pleinair::ui {

/// The top of the window: the project's name with its menu, undo and redo, and the four panels.
class HeaderBar final : public QWidget {
  Q_OBJECT
 public:
  explicit HeaderBar(QWidget* parent = nullptr);

  void setProject(const QString& name);
  [[nodiscard]] QString projectName() const;
  void setMenu(QMenu* menu);
  void setActions(QAction* undo, QAction* redo);
  /// The panels' names, with what is worth knowing now: "Captions · 12 without".
  void setPanelTexts(const QStringList& texts);
  void setPanelsEnabled(bool enabled);
  void setCurrentPanel(int panel);
  [[nodiscard]] QPushButton* panelButton(int panel) const { return m_panels.at(static_cast<std::size_t>(panel)); }

 Q_SIGNALS:
  void panelChosen(int panel);

 private:
  QPushButton* m_project;
  QToolButton *m_undo, *m_redo;
  QButtonGroup* m_group;
  std::vector<QPushButton*> m_panels;
};

}  // namespace pleinair::ui
