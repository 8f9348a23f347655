#pragma once

#include <QWidget>

namespace pleinair::ui {

/// "31/75" with a thin bar: how much of the caption the model reads. Red once it is too long.
class TokenMeter final : public QWidget {
  Q_OBJECT
 public:
  explicit TokenMeter(QWidget* parent = nullptr);
  /// `count` < 0: not known yet.
  void setCount(int count, int limit);
  [[nodiscard]] QString text() const;
  [[nodiscard]] QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void retranslate();
  int m_count = -1, m_limit = 75;
};

}  // namespace pleinair::ui
