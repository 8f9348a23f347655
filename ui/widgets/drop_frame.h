#pragma once

#include <QWidget>

namespace pleinair::ui {

/// A frame over its parent while something is dragged over the window, with a line on what a drop would do.
/// Takes no mouse events.
class DropFrame final : public QWidget {
  Q_OBJECT
 public:
  explicit DropFrame(QWidget* parent);
  void showFor(const QString& sentence);

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QString m_sentence;
};

}  // namespace pleinair::ui
