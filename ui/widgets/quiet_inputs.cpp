#include "ui/widgets/quiet_inputs.h"

#include <QWheelEvent>

namespace pleinair::ui {

QuietSpinBox::QuietSpinBox(QWidget* parent) : QSpinBox(parent) { setFocusPolicy(Qt::StrongFocus); }
void QuietSpinBox::wheelEvent(QWheelEvent* event) {
  if (hasFocus()) return QSpinBox::wheelEvent(event);
  event->ignore();
}

QuietDoubleSpinBox::QuietDoubleSpinBox(QWidget* parent) : QDoubleSpinBox(parent) {
  setFocusPolicy(Qt::StrongFocus);
  setLocale(QLocale::c());
}
void QuietDoubleSpinBox::wheelEvent(QWheelEvent* event) {
  if (hasFocus()) return QDoubleSpinBox::wheelEvent(event);
  event->ignore();
}

QuietComboBox::QuietComboBox(QWidget* parent) : QComboBox(parent) { setFocusPolicy(Qt::StrongFocus); }
void QuietComboBox::wheelEvent(QWheelEvent* event) {
  if (hasFocus()) return QComboBox::wheelEvent(event);
  event->ignore();
}

QuietSlider::QuietSlider(Qt::Orientation orientation, QWidget* parent) : QSlider(orientation, parent) {
  setFocusPolicy(Qt::StrongFocus);
}
void QuietSlider::wheelEvent(QWheelEvent* event) {
  if (hasFocus()) return QSlider::wheelEvent(event);
  event->ignore();
}

}  // namespace pleinair::ui
