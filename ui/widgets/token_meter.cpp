#include "ui/widgets/token_meter.h"

#include <QEvent>
#include <QPainter>

#include "ui/style/tokens.h"

namespace pleinair::ui {

TokenMeter::TokenMeter(QWidget* parent) : QWidget(parent) {
  setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
  retranslate();
}

void TokenMeter::setCount(int count, int limit) {
  m_count = count;
  m_limit = limit;
  retranslate();
  update();
}

QString TokenMeter::text() const {
  return m_count < 0 ? QStringLiteral("–/%1").arg(m_limit) : QStringLiteral("%1/%2").arg(m_count).arg(m_limit);
}

QSize TokenMeter::sizeHint() const {
  return {60 + 8 + fontMetrics().horizontalAdvance(QStringLiteral("000/75")), 20};
}

void TokenMeter::paintEvent(QPaintEvent*) {
  const Tokens& t = tokens();
  QPainter painter(this);
  const bool over = m_count > m_limit;
  const QRectF bar(0, height() / 2.0 - 2, 60, 4);
  painter.fillRect(bar, t.line);
  const double share = m_limit > 0 ? qBound(0.0, static_cast<double>(m_count) / m_limit, 1.0) : 0.0;
  painter.fillRect(QRectF(bar.topLeft(), QSizeF(bar.width() * share, bar.height())), over ? t.danger : t.quietText);
  painter.setPen(over ? t.danger : t.quietText);
  painter.drawText(rect(), Qt::AlignRight | Qt::AlignVCenter, text());
}

void TokenMeter::retranslate() {
  setToolTip(m_count > m_limit ? tr("%n tokens too many: the model does not read the end of this caption", nullptr,
                                    m_count - m_limit)
                               : tr("Tokens of this caption: the model reads at most %1").arg(m_limit));
  setAccessibleName(tr("Caption length"));
  setAccessibleDescription(text());
}

void TokenMeter::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QWidget::changeEvent(event);
}

}  // namespace pleinair::ui
