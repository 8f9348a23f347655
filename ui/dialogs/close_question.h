#pragma once

#include <QDialog>

namespace pleinair::ui {

enum class CloseAnswer { GoOn, KeepRun, CancelRun };

/// Asks what becomes of a training when the window closes.
class CloseQuestion final : public QDialog {
  Q_OBJECT
 public:
  explicit CloseQuestion(QWidget* parent = nullptr);
  [[nodiscard]] CloseAnswer answer() const { return m_answer; }
  static CloseAnswer ask(QWidget* parent);

 private:
  CloseAnswer m_answer = CloseAnswer::GoOn;
};

}  // namespace pleinair::ui
