#include "ui/widgets/flow_row.h"

#include <QWidget>

namespace pleinair::ui {

FlowRow::FlowRow(QWidget* parent, int spacing) : QLayout(parent) {
  setContentsMargins(0, 0, 0, 0);
  setSpacing(spacing);
}

FlowRow::~FlowRow() { qDeleteAll(m_items); }

void FlowRow::addItem(QLayoutItem* item) { m_items.append(item); }

QLayoutItem* FlowRow::itemAt(int index) const { return m_items.value(index); }

QLayoutItem* FlowRow::takeAt(int index) {
  return index >= 0 && index < m_items.size() ? m_items.takeAt(index) : nullptr;
}

int FlowRow::heightForWidth(int width) const { return place({0, 0, width, 0}, false); }

QSize FlowRow::minimumSize() const {
  QSize size;
  for (const QLayoutItem* item : m_items) size = size.expandedTo(item->minimumSize());
  return size;
}

void FlowRow::setGeometry(const QRect& rect) {
  QLayout::setGeometry(rect);
  place(rect, true);
}

int FlowRow::place(const QRect& rect, bool move) const {
  int x = rect.x(), y = rect.y(), rowHeight = 0;
  for (QLayoutItem* item : m_items) {
    const QSize size = item->sizeHint().boundedTo({rect.width(), QWIDGETSIZE_MAX});
    if (x > rect.x() && x + size.width() > rect.right() + 1) {
      x = rect.x();
      y += rowHeight + spacing();
      rowHeight = 0;
    }
    if (move) item->setGeometry({{x, y}, size});
    x += size.width() + spacing();
    rowHeight = qMax(rowHeight, size.height());
  }
  return y + rowHeight - rect.y();
}

}  // namespace pleinair::ui
