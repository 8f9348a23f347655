#pragma once

#include <QWidget>

class QHBoxLayout;
class QLabel;

namespace pleinair::ui {

/// A dashed field with a sentence and room for buttons; its owner takes the drops and lights it meanwhile.
class DropTarget final : public QWidget {
  Q_OBJECT
 public:
  explicit DropTarget(QWidget* parent = nullptr);

  void setSentence(const QString& sentence);
  void addButton(QWidget* button);
  void setActive(bool active);

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QLabel* m_sentence;
  QHBoxLayout* m_buttons;
  bool m_active = false;
};

}  // namespace pleinair::ui
