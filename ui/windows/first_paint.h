#pragma once

#include <QObject>

namespace pleinair::ui {

class MainWindow;

/// Milliseconds since the kernel started this process, the loading of libraries included, to within a clock tick
/// (10 ms); < 0 where it cannot be told.
double msSinceProcessStart();

/// Ends the program with 0 once the window was painted whole and holds still: its recent projects are listed, or the
/// project it was started with is open. Prints the milliseconds from the process's start to the first paint and to
/// that moment. For `--quit-when-shown`.
class QuitWhenShown final : public QObject {
  Q_OBJECT
 public:
  explicit QuitWhenShown(MainWindow& window);
  /// What the program was started with was handed to the window: from now on it may hold still.
  void begin();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void lookAgain();

  MainWindow& m_window;
  double m_firstPaint = -1;
  bool m_begun = false, m_stillBefore = false;
};

}  // namespace pleinair::ui
