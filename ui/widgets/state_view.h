#pragma once

#include <QWidget>

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace pleinair::ui {

/// What a view shows when it has nothing else: empty (what to do, and the button that does it), working, or an error
/// (a sentence, details that unfold, Copy). Texts are set by the owner, also after a change of language.
class StateView : public QWidget {
  Q_OBJECT
 public:
  explicit StateView(QWidget* parent = nullptr);

  /// Nothing here yet: an icon by name, a title, a sentence, and a button when `action` is not empty.
  void showEmpty(const QString& iconName, const QString& title, const QString& sentence, const QString& action = {});
  void showWorking(const QString& title, const QString& sentence = {});
  /// What went wrong, where and what to do; `details` unfold under it.
  void showError(const QString& title, const QString& sentence, const QString& action = {},
                 const QString& details = {});
  /// A second, quiet button beside the action; empty hides it.
  void setSecondAction(const QString& text);

 Q_SIGNALS:
  void actionTriggered();
  void secondActionTriggered();

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void retranslate();
  void show(const QString& iconName, const QString& title, const QString& sentence, const QString& action);

  QString m_iconName;
  QLabel* m_icon;
  QLabel* m_title;
  QLabel* m_sentence;
  QLabel* m_details;
  QPushButton* m_action;
  QPushButton* m_secondAction;
  QPushButton* m_detailsToggle;
  QPushButton* m_copy;
};

}  // namespace pleinair::ui
