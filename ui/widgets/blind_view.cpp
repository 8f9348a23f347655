#include "ui/widgets/blind_view.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QRandomGenerator>
#include <algorithm>

#include "ui/style/theme.h"
#include "ui/widgets/picture_paint.h"

namespace pleinair::ui {

namespace {

constexpr int kMargin = 16, kGap = 8;
constexpr int kLine = 28;  // the prompt above, the numbers below

}  // namespace

BlindView::BlindView(PictureLoader& loader, QWidget* parent) : QWidget(parent), m_loader(loader) {
  setFocusPolicy(Qt::StrongFocus);
  connect(&loader, &PictureLoader::loaded, this, qOverload<>(&QWidget::update));
  connect(&loader, &PictureLoader::failed, this, qOverload<>(&QWidget::update));
  connect(&Theme::instance(), &Theme::groundChanged, this, qOverload<>(&QWidget::update));
}

void BlindView::begin(std::vector<Pair> pairs, const QString& firstName, const QString& secondName, quint32 seed) {
  m_pairs = std::move(pairs);
  m_names[0] = firstName;
  m_names[1] = secondName;
  m_votes.clear();
  m_swapped.clear();
  QRandomGenerator random(seed);
  for (std::size_t i = 0; i < m_pairs.size(); ++i) m_swapped.push_back(random.bounded(2) == 1);
  update();
  Q_EMIT changed();
}

bool BlindView::isSwapped() const { return !isDone() && m_swapped[m_votes.size()]; }

void BlindView::vote(Vote vote) {
  if (isDone()) return;
  const bool right = vote == Vote::Right;
  m_votes.push_back(vote == Vote::Neither ? -1 : (right != isSwapped() ? 1 : 0));
  update();
  Q_EMIT changed();
}

void BlindView::back() {
  if (m_votes.empty()) return;
  m_votes.pop_back();
  update();
  Q_EMIT changed();
}

int BlindView::votesFor(int set) const { return static_cast<int>(std::count(m_votes.begin(), m_votes.end(), set)); }

QString BlindView::result() const {
  if (!isDone() || m_pairs.empty()) return {};
  const auto part = [](const QString& name, int count) { return QStringLiteral("%1: %2").arg(name).arg(count); };
  QStringList parts{part(m_names[0], votesFor(0)), part(m_names[1], votesFor(1))};
  if (votesFor(1) > votesFor(0)) parts.swapItemsAt(0, 1);
  if (const int neither = votesFor(-1); neither > 0) parts << part(tr("neither"), neither);
  return parts.join(QStringLiteral(" · "));
}

QRectF BlindView::side(bool right) const {
  const double wide = (width() - 2 * kMargin - kGap) / 2.0;
  return {kMargin + (right ? wide + kGap : 0), kMargin + kLine, wide, height() - 2.0 * (kMargin + kLine)};
}

void BlindView::drawSide(QPainter& painter, bool right) {
  const Pair& pair = m_pairs[m_votes.size()];
  const auto& file = right != isSwapped() ? pair.second : pair.first;
  const QRectF place = side(right);
  const QImage picture = m_loader.picture(file);
  if (picture.isNull()) {
    drawPlaceholder(painter, place, m_loader.isBroken(file) ? Placeholder::Broken : Placeholder::Waiting);
  } else {
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.drawImage(fitted(picture.size(), place), picture);
  }
  painter.drawText(QRectF(place.left(), place.bottom(), place.width(), kLine), Qt::AlignCenter,
                   right ? QStringLiteral("2") : QStringLiteral("1"));
}

void BlindView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const QColor ground = groundColor(Theme::instance().ground());
  painter.fillRect(rect(), ground);
  painter.setPen(textOn(ground));
  if (isDone()) {
    const QString text = m_pairs.empty() ? tr("These two sets share no prompt and seed.")
                                         : tr("All %n pairs are judged.", nullptr, static_cast<int>(m_pairs.size())) +
                                               QStringLiteral("\n\n") + result();
    painter.drawText(rect().adjusted(kMargin, kMargin, -kMargin, -kMargin), Qt::AlignCenter | Qt::TextWordWrap, text);
    return;
  }
  const QRect line(kMargin, kMargin, width() - 2 * kMargin, kLine);
  const QString place = tr("%1 of %2").arg(m_votes.size() + 1).arg(m_pairs.size());
  painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, place);
  const int room = line.width() - painter.fontMetrics().horizontalAdvance(place) - 24;
  painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                   painter.fontMetrics().elidedText(m_pairs[m_votes.size()].prompt, Qt::ElideRight, room));
  for (const bool right : {false, true}) drawSide(painter, right);
}

void BlindView::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton || isDone()) return;
  for (const bool right : {false, true}) {
    if (side(right).contains(event->position())) return vote(right ? Vote::Right : Vote::Left);
  }
}

void BlindView::keyPressEvent(QKeyEvent* event) {
  switch (event->key()) {
    case Qt::Key_1:
      return vote(Vote::Left);
    case Qt::Key_2:
      return vote(Vote::Right);
    case Qt::Key_0:
      return vote(Vote::Neither);
    case Qt::Key_Backspace:
      return back();
    case Qt::Key_Escape:
      return Q_EMIT closeRequested();
    default:
      return QWidget::keyPressEvent(event);
  }
}

}  // namespace pleinair::ui
