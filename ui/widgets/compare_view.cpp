#include "ui/widgets/compare_view.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QRandomGenerator>
#include <QStackedWidget>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/style/tokens.h"

namespace pleinair::ui {

CompareView::CompareView(PictureLoader& loader, QWidget* parent)
    : QWidget(parent),
      m_loader(loader),
      m_stack(new QStackedWidget),
      m_grid(new CompareGrid(loader)),
      m_wipe(new WipeView),
      m_blind(new BlindView(loader)),
      m_keys(new QLabel),
      m_back(new QPushButton),
      m_wipeButton(new QPushButton),
      m_flipButton(new QPushButton),
      m_blindButton(new QPushButton) {
  m_stack->addWidget(m_grid);
  m_stack->addWidget(m_wipe);
  m_stack->addWidget(m_blind);
  m_keys->setProperty("role", "quiet");
  m_keys->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  auto* bar = new QHBoxLayout;
  bar->setContentsMargins(Metrics::kMargin, 4, Metrics::kMargin, 4);
  bar->setSpacing(Metrics::kGap);
  bar->addWidget(m_back);
  bar->addWidget(m_keys, 1);
  bar->addWidget(m_wipeButton);
  bar->addWidget(m_flipButton);
  bar->addWidget(m_blindButton);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addLayout(bar);
  layout->addWidget(m_stack, 1);

  connect(m_grid, &CompareGrid::opened, this, [this] { showPair(WipeView::Mode::Second); });
  connect(m_grid, &CompareGrid::wipeRequested, this, [this] { showPair(WipeView::Mode::Wipe); });
  connect(m_grid, &CompareGrid::flipRequested, this, [this] { showPair(WipeView::Mode::First); });
  connect(m_grid, &CompareGrid::blindRequested, this, &CompareView::showBlind);
  connect(m_blind, &BlindView::closeRequested, this, &CompareView::showGrid);
  connect(m_blindButton, &QPushButton::clicked, this, &CompareView::showBlind);
  connect(m_grid, &CompareGrid::closeRequested, this, &CompareView::closeRequested);
  connect(m_wipe, &WipeView::closeRequested, this, &CompareView::showGrid);
  connect(m_wipe, &WipeView::modeChanged, this, [this] { m_wanted = m_wipe->mode(); });
  connect(m_wipe, &WipeView::walkRequested, this, [this](int sideways, int upright) {
    const auto [first, second] = pair();
    const int column = std::clamp(second + sideways, first + 1, static_cast<int>(m_grid->sets().size()) - 1);
    m_grid->setCurrent(m_grid->currentRow() + upright, column);
    loadPair();
  });
  connect(&loader, &PictureLoader::loaded, this, [this] {
    if (showsPair()) loadPair();
  });
  connect(m_back, &QPushButton::clicked, this,
          [this] { m_stack->currentWidget() == m_grid ? Q_EMIT closeRequested() : showGrid(); });
  connect(m_wipeButton, &QPushButton::clicked, this, [this] { showPair(WipeView::Mode::Wipe); });
  connect(m_flipButton, &QPushButton::clicked, this,
          [this] { showsPair() ? m_wipe->flip() : showPair(WipeView::Mode::First); });
  retranslate();
}

void CompareView::setSets(std::vector<SetRecord> sets) {
  m_grid->setSets(std::move(sets));
  showGrid();
}

void CompareView::updateSet(const SetRecord& record) { m_grid->updateSet(record); }

bool CompareView::showsPair() const { return m_stack->currentWidget() == m_wipe; }

std::pair<int, int> CompareView::pair() const { return {0, std::max(1, m_grid->currentColumn())}; }

QString CompareView::label(int column) const {
  if (column >= static_cast<int>(m_grid->sets().size())) return {};
  return QString::fromStdString(m_grid->sets()[static_cast<std::size_t>(column)].set.name);
}

void CompareView::showPair(WipeView::Mode mode) {
  if (m_grid->rows().empty()) return;
  m_wanted = mode;
  m_stack->setCurrentWidget(m_wipe);
  loadPair();
  m_wipe->setFocus();
  retranslate();
}

void CompareView::loadPair() {
  const auto [first, second] = pair();
  const int row = m_grid->currentRow();
  const auto picture = [&](int column) {
    const auto file = m_grid->file(row, column);
    return file.empty() ? QImage() : m_loader.picture(file);
  };
  const QImage one = picture(first), two = picture(second);
  const WipeView::Mode wanted = m_wanted;
  if (one.isNull() && two.isNull()) {
    m_wipe->setMessage(tr("These sets have no picture of this prompt and seed yet."));
  } else if (one.isNull()) {
    m_wipe->setPictures(two, label(second));
  } else {
    m_wipe->setPictures(one, label(first), two, label(second));
  }
  // The wish outlives a picture that is still being read.
  m_wipe->setMode(wanted);
  m_wanted = wanted;
}

bool CompareView::showsBlind() const { return m_stack->currentWidget() == m_blind; }

void CompareView::showBlind() {
  const auto [first, second] = pair();
  std::vector<BlindView::Pair> pairs;
  for (int row = 0; row < static_cast<int>(m_grid->rows().size()); ++row) {
    BlindView::Pair each{m_grid->file(row, first), m_grid->file(row, second),
                         QString::fromStdString(m_grid->rows()[static_cast<std::size_t>(row)].prompt)};
    if (!each.first.empty() && !each.second.empty()) pairs.push_back(std::move(each));
  }
  m_blind->begin(std::move(pairs), label(first), label(second), QRandomGenerator::global()->generate());
  m_stack->setCurrentWidget(m_blind);
  m_blind->setFocus();
  retranslate();
}

void CompareView::showGrid() {
  m_stack->setCurrentWidget(m_grid);
  m_grid->setFocus();
  retranslate();
}

void CompareView::retranslate() {
  m_back->setText(m_stack->currentWidget() == m_grid ? tr("Back to the set") : tr("Back to the grid"));
  m_wipeButton->setText(tr("Wipe"));
  m_flipButton->setText(tr("Flip"));
  m_blindButton->setText(tr("Judge blind"));
  m_blindButton->setToolTip(tr("Pairs without the sets’ names, in a drawn order: vote with 1 and 2 (V)"));
  m_blind->setAccessibleName(tr("Two pictures to choose from"));
  m_wipeButton->setToolTip(tr("A divider between the first set and the current one (W)"));
  m_flipButton->setToolTip(tr("The first set and the current one in turn, on the same place (Tab)"));
  m_grid->setAccessibleName(tr("Sets side by side"));
  m_wipe->setAccessibleName(tr("Two pictures to wipe and flip"));
  m_keysText = showsBlind()  ? tr("1 left · 2 right · 0 neither · Backspace takes back · Esc back")
               : showsPair() ? tr("W wipe · Tab flip · arrows: next row, next set · wheel zooms · Esc back")
                             : tr("W wipe · Tab flip · Ctrl+wheel zooms all · drag pans all");
  fitKeys();
}

void CompareView::fitKeys() {
  const bool fits = m_keys->fontMetrics().horizontalAdvance(m_keysText) <= m_keys->width();
  m_keys->setText(fits ? m_keysText : QString());
}

void CompareView::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  // After the bar has been laid out in the new width.
  QTimer::singleShot(0, this, [this] { fitKeys(); });
}

void CompareView::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QWidget::changeEvent(event);
}

}  // namespace pleinair::ui
