#pragma once

#include <QWidget>

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QTimer;
class QToolButton;

namespace pleinair::ui {

/// A quiet strip that says one thing: a sentence, at most one action, details that unfold. Used for the undo offer,
/// for files that could not be read, for a project that is read-only and for failed saves.
class NoticeBar final : public QWidget {
  Q_OBJECT
 public:
  explicit NoticeBar(QWidget* parent = nullptr);

  /// `seconds` 0: stays until closed.
  void showNotice(const QString& iconName, const QString& sentence, const QString& action = {}, int seconds = 0);
  void setSentence(const QString& sentence);
  void setDetails(const QStringList& lines);
  void setClosable(bool closable);
  [[nodiscard]] QString sentence() const;
  [[nodiscard]] QString details() const;

 Q_SIGNALS:
  void actionTriggered();
  void dismissed();

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void retranslate();
  QString m_iconName;
  QLabel* m_icon;
  QLabel* m_text;
  QPushButton* m_action;
  QPushButton* m_toggle;
  QToolButton* m_close;
  QPlainTextEdit* m_details;
  QTimer* m_timer;
};

}  // namespace pleinair::ui
