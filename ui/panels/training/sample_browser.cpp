#include "ui/panels/training/sample_browser.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/style/tokens.h"
#include "ui/widgets/quiet_inputs.h"

namespace pleinair::ui {

SampleBrowser::SampleBrowser(SampleGridModel& model, PictureLoader& loader, QWidget* parent)
    : QWidget(parent),
      m_model(model),
      m_loader(loader),
      m_stack(new QStackedWidget),
      m_grid(new SampleGrid(model, loader)),
      m_large(new WipeView),
      m_bar(new QWidget),
      m_slider(new QuietSlider(Qt::Horizontal)),
      m_step(new QLabel),
      m_gridButton(new QPushButton),
      m_wipeButton(new QPushButton) {
  m_stack->addWidget(m_grid);
  m_stack->addWidget(m_large);
  m_slider->setPageStep(1);
  auto* bar = new QHBoxLayout(m_bar);
  bar->setContentsMargins(Metrics::kMargin, 4, Metrics::kMargin, 4);
  bar->setSpacing(Metrics::kGap);
  bar->addWidget(m_gridButton);
  bar->addWidget(m_wipeButton);
  bar->addWidget(m_slider, 1);
  bar->addWidget(m_step);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(m_stack, 1);
  layout->addWidget(m_bar);

  connect(&model, &SampleGridModel::changed, this, &SampleBrowser::onModelChanged);
  connect(m_grid, &SampleGrid::currentChanged, this, &SampleBrowser::onCurrentChanged);
  connect(m_grid, &SampleGrid::opened, this, &SampleBrowser::showLarge);
  connect(m_slider, &QSlider::valueChanged, this,
          [this](int column) { m_grid->setCurrent(m_grid->currentRow(), column); });
  connect(m_large, &WipeView::walkRequested, this, [this](int sideways, int upright) {
    m_grid->setCurrent(m_grid->currentRow() + upright, m_grid->currentColumn() + sideways);
  });
  connect(m_large, &WipeView::closeRequested, this, &SampleBrowser::showGrid);
  connect(m_gridButton, &QPushButton::clicked, this, &SampleBrowser::showGrid);
  connect(m_wipeButton, &QPushButton::clicked, this, [this] {
    m_large->setMode(m_large->mode() == WipeView::Mode::Wipe ? WipeView::Mode::First : WipeView::Mode::Wipe);
  });
  connect(&loader, &PictureLoader::loaded, this, [this] {
    if (showsLarge()) loadLarge();
  });
  retranslate();
  onModelChanged();
}

QSlider* SampleBrowser::slider() const { return m_slider; }

bool SampleBrowser::showsLarge() const { return m_stack->currentWidget() == m_large; }

void SampleBrowser::showStep(int step) {
  const int column = m_model.columnNearest(step);
  if (column >= 0) m_grid->setCurrent(m_grid->currentRow(), column);
}

void SampleBrowser::showLarge(int row, int column) {
  m_grid->setCurrent(row, column);
  m_stack->setCurrentWidget(m_large);
  loadLarge();
  m_large->setFocus();
  retranslate();
}

void SampleBrowser::showGrid() {
  m_stack->setCurrentWidget(m_grid);
  m_grid->setFocus();
  retranslate();
}

void SampleBrowser::onModelChanged() {
  const bool followed = m_grid->currentColumn() >= m_columns - 1;
  m_columns = m_model.columns();
  m_bar->setVisible(m_columns > 0);
  m_slider->setRange(0, std::max(0, m_columns - 1));
  m_slider->setEnabled(m_columns > 1);
  if (m_columns == 0 && showsLarge()) showGrid();
  if (followed && m_columns > 0) m_grid->setCurrent(m_grid->currentRow(), m_columns - 1);
  onCurrentChanged();
}

void SampleBrowser::onCurrentChanged() {
  const QSignalBlocker quiet(m_slider);
  m_slider->setValue(m_grid->currentColumn());
  m_step->setText(m_columns > 0 ? stepText(m_grid->currentColumn()) : QString());
  if (showsLarge()) loadLarge();
}

QString SampleBrowser::stepText(int column) const {
  const int step = m_model.step(std::min(column, m_columns - 1));
  return step == 0 ? tr("base model") : tr("step %1").arg(step);
}

void SampleBrowser::loadLarge() {
  const int row = m_grid->currentRow(), column = m_grid->currentColumn();
  const auto file = m_model.file(row, column);
  if (file.empty()) return m_large->setMessage(tr("No sample of this prompt at this step yet."));
  const QImage picture = m_loader.picture(file);
  if (picture.isNull()) {
    if (m_loader.isBroken(file)) m_large->setMessage(tr("This sample cannot be read."));
    return;
  }
  const auto base = m_model.hasBase() && column > 0 ? m_model.file(row, 0) : std::filesystem::path();
  const QImage before = base.empty() ? QImage() : m_loader.picture(base);
  const QString prompt = m_model.prompt(row);
  m_wipeButton->setEnabled(!before.isNull());
  // The sample stands first, so that it is what one sees; the wipe brings in the base model.
  m_large->setPictures(picture, stepText(column) + QStringLiteral(" · ") + prompt, before, tr("base model"));
}

void SampleBrowser::retranslate() {
  m_gridButton->setText(tr("All samples"));
  m_wipeButton->setText(tr("Wipe with base"));
  m_gridButton->setVisible(showsLarge());
  m_wipeButton->setVisible(showsLarge());
  m_slider->setAccessibleName(tr("Step of the sample"));
  m_slider->setToolTip(tr("Walks over the steps at the same prompt and seed"));
  m_grid->setAccessibleName(tr("Samples: rows are prompts, columns are steps"));
  m_large->setAccessibleName(tr("One sample large"));
  onCurrentChanged();
}

void SampleBrowser::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QWidget::changeEvent(event);
}

}  // namespace pleinair::ui
