#pragma once

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QSlider>
#include <QSpinBox>

namespace pleinair::ui {

/// A spin box whose value the wheel changes only while it has the focus, so that scrolling a page never edits it.
class QuietSpinBox : public QSpinBox {
  Q_OBJECT
 public:
  explicit QuietSpinBox(QWidget* parent = nullptr);

 protected:
  void wheelEvent(QWheelEvent* event) override;
};

/// As QuietSpinBox, for fractions. The decimal separator is a point in every language.
class QuietDoubleSpinBox : public QDoubleSpinBox {
  Q_OBJECT
 public:
  explicit QuietDoubleSpinBox(QWidget* parent = nullptr);

 protected:
  void wheelEvent(QWheelEvent* event) override;
};

/// As QuietSpinBox, for choices.
class QuietComboBox : public QComboBox {
  Q_OBJECT
 public:
  explicit QuietComboBox(QWidget* parent = nullptr);

 protected:
  void wheelEvent(QWheelEvent* event) override;
};

/// As QuietSpinBox, for sliders.
class QuietSlider : public QSlider {
  Q_OBJECT
 public:
  explicit QuietSlider(Qt::Orientation orientation, QWidget* parent = nullptr);

 protected:
  void wheelEvent(QWheelEvent* event) override;
};

}  // namespace pleinair::ui
