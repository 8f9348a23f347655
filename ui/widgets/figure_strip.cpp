#include "ui/widgets/figure_strip.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

#include "ui/style/tokens.h"

namespace pleinair::ui {

FigureStrip::FigureStrip(int figures, QWidget* parent) : QWidget(parent) {
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(Metrics::kWideMargin);
  for (int index = 0; index < figures; ++index) {
    const Figure figure{new QLabel, new QLabel(QStringLiteral("–"))};
    figure.caption->setProperty("role", "quiet");
    auto* column = new QVBoxLayout;
    column->setSpacing(0);
    column->addWidget(figure.caption);
    column->addWidget(figure.value);
    layout->addLayout(column);
    m_figures.push_back(figure);
  }
  layout->addStretch();
}

void FigureStrip::setCaption(int figure, const QString& caption) {
  m_figures[static_cast<std::size_t>(figure)].caption->setText(caption);
  m_figures[static_cast<std::size_t>(figure)].value->setAccessibleName(caption);
}

void FigureStrip::setValue(int figure, const QString& value) {
  QLabel* label = m_figures[static_cast<std::size_t>(figure)].value;
  if (label->text() == value) return;
  label->setText(value.isEmpty() ? QStringLiteral("–") : value);
  label->setMinimumWidth(std::max(label->minimumWidth(), label->sizeHint().width()));
}

QString FigureStrip::value(int figure) const { return m_figures[static_cast<std::size_t>(figure)].value->text(); }

}  // namespace pleinair::ui
