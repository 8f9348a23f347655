#pragma once

#include <QWidget>

namespace pleinair::ui {

/// All keys on one sheet over the window. F1, Esc or a click closes it.
class KeysOverlay final : public QWidget {
  Q_OBJECT
 public:
  explicit KeysOverlay(QWidget* window);
  void toggle();

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;
};

}  // namespace pleinair::ui
