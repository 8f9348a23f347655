#pragma once

#include <QLayout>
#include <QList>

namespace pleinair::ui {

/// Lays widgets out in rows like words in a text; used for chips.
class FlowRow final : public QLayout {
 public:
  explicit FlowRow(QWidget* parent = nullptr, int spacing = 4);
  ~FlowRow() override;

  void addItem(QLayoutItem* item) override;
  [[nodiscard]] int count() const override { return static_cast<int>(m_items.size()); }
  [[nodiscard]] QLayoutItem* itemAt(int index) const override;
  QLayoutItem* takeAt(int index) override;
  [[nodiscard]] Qt::Orientations expandingDirections() const override { return {}; }
  [[nodiscard]] bool hasHeightForWidth() const override { return true; }
  [[nodiscard]] int heightForWidth(int width) const override;
  [[nodiscard]] QSize minimumSize() const override;
  [[nodiscard]] QSize sizeHint() const override { return minimumSize(); }
  void setGeometry(const QRect& rect) override;

 private:
  int place(const QRect& rect, bool move) const;
  QList<QLayoutItem*> m_items;
};

}  // namespace pleinair::ui
