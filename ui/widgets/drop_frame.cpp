#include "ui/widgets/drop_frame.h"

#include <QPainter>

#include "ui/style/tokens.h"

namespace pleinair::ui {

DropFrame::DropFrame(QWidget* parent) : QWidget(parent) {
  setAttribute(Qt::WA_TransparentForMouseEvents);
  hide();
}

void DropFrame::showFor(const QString& sentence) {
  m_sentence = sentence;
  setGeometry(parentWidget()->rect());
  show();
  raise();
}

void DropFrame::paintEvent(QPaintEvent*) {
  const Tokens& t = tokens();
  QPainter painter(this);
  painter.setPen(QPen(t.accent, 2));
  painter.drawRect(rect().adjusted(1, 1, -1, -1));
  const QRect text =
      painter.boundingRect(rect(), Qt::AlignHCenter | Qt::AlignBottom, m_sentence).adjusted(-16, -24, 16, -8);
  painter.fillRect(text, t.raised);
  painter.setPen(t.text);
  painter.drawText(text, Qt::AlignCenter, m_sentence);
}

}  // namespace pleinair::ui
