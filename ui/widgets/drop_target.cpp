#include "ui/widgets/drop_target.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>

#include "ui/style/tokens.h"

namespace pleinair::ui {

DropTarget::DropTarget(QWidget* parent) : QWidget(parent), m_sentence(new QLabel), m_buttons(new QHBoxLayout) {
  m_sentence->setAlignment(Qt::AlignCenter);
  m_sentence->setWordWrap(true);
  m_buttons->setSpacing(Metrics::kGap);
  m_buttons->addStretch();
  m_buttons->addStretch();
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(Metrics::kMargin, Metrics::kMargin, Metrics::kMargin, Metrics::kMargin);
  layout->setSpacing(Metrics::kGap);
  layout->addWidget(m_sentence);
  layout->addLayout(m_buttons);
}

void DropTarget::setSentence(const QString& sentence) { m_sentence->setText(sentence); }

void DropTarget::addButton(QWidget* button) { m_buttons->insertWidget(m_buttons->count() - 1, button); }

void DropTarget::setActive(bool active) {
  m_active = active;
  update();
}

void DropTarget::paintEvent(QPaintEvent*) {
  const Tokens& t = tokens();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  QPen pen(m_active ? t.accent : t.control, m_active ? 2 : 1);
  if (!m_active) pen.setDashPattern({6, 5});
  painter.setPen(pen);
  painter.setBrush(m_active ? QBrush(t.raised) : QBrush(Qt::NoBrush));
  painter.drawRoundedRect(QRectF(rect()).adjusted(1.5, 1.5, -1.5, -1.5), 6, 6);
}

}  // namespace pleinair::ui
