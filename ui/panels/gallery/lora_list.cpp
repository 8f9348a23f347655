#include "ui/panels/gallery/lora_list.h"

#include <QEvent>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <optional>

#include "ui/bridge/qt_convert.h"
#include "ui/models/sets_model.h"
#include "ui/style/icons.h"
#include "ui/style/tokens.h"
#include "ui/widgets/quiet_inputs.h"

namespace pleinair::ui {

namespace {

constexpr int kPercentMost = 200;

}  // namespace

/// One LoRA: name, weight as slider and number, and buttons that tell about it and take it out.
struct LoraList::Row final : QWidget {
  Row(std::filesystem::path path, double weight, LoraList& list) : file(std::move(path)) {
    name = new QLabel(loraLabel(file));
    name->setToolTip(toQString(file));
    name->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    slider = new QuietSlider(Qt::Horizontal);
    slider->setRange(0, kPercentMost);
    number = new QuietDoubleSpinBox;
    number->setRange(-5, 5);
    number->setDecimals(2);
    number->setSingleStep(0.05);
    number->setFixedWidth(72);
    number->setValue(weight);
    slider->setValue(static_cast<int>(std::lround(weight * 100)));
    infoButton = new QToolButton;
    infoButton->setIcon(icon(QStringLiteral("info")));
    removeButton = new QToolButton;
    removeButton->setIcon(icon(QStringLiteral("close")));
    auto* top = new QHBoxLayout;
    top->addWidget(name, 1);
    top->addWidget(infoButton);
    top->addWidget(removeButton);
    auto* bottom = new QHBoxLayout;
    bottom->addWidget(slider, 1);
    bottom->addWidget(number);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(top);
    layout->addLayout(bottom);
    QObject::connect(slider, &QSlider::valueChanged, number,
                     [this](int percent) { number->setValue(percent / 100.0); });
    QObject::connect(number, &QDoubleSpinBox::valueChanged, &list, [this, &list](double value) {
      const QSignalBlocker quiet(slider);
      slider->setValue(static_cast<int>(std::lround(value * 100)));
      Q_EMIT list.changed();
    });
    QObject::connect(infoButton, &QToolButton::clicked, &list, [this, &list] { Q_EMIT list.infoWanted(file); });
    QObject::connect(removeButton, &QToolButton::clicked, &list, [this, &list] { list.remove(this); });
  }

  std::filesystem::path file;
  QLabel* name;
  QuietSlider* slider;
  QuietDoubleSpinBox* number;
  QToolButton* infoButton;
  QToolButton* removeButton;
  std::optional<double> textEncoderWeight;  ///< from a recipe; kept so that the same picture comes back
  double weightShown = 0, weightMeant = 0;  ///< a recipe's weight, which the number rounds
};

LoraList::LoraList(QWidget* parent)
    : QWidget(parent),
      m_layout(new QVBoxLayout(this)),
      m_title(new QLabel),
      m_add(new QPushButton),
      m_menu(new QMenu(this)) {
  m_layout->setContentsMargins(0, 0, 0, 0);
  m_layout->setSpacing(Metrics::kGap);
  auto* top = new QHBoxLayout;
  top->addWidget(m_title, 1);
  top->addWidget(m_add);
  m_layout->addLayout(top);
  m_add->setMenu(m_menu);
  connect(m_menu, &QMenu::aboutToShow, this, &LoraList::fillMenu);
  retranslate();
}

void LoraList::setRuns(std::vector<RunSummary> runs) { m_runs = std::move(runs); }

std::filesystem::path LoraList::fileFor(const std::filesystem::path& named) const {
  if (named.is_absolute()) return named;
  for (const RunSummary& run : m_runs) {
    if (run.checkpoints.empty()) continue;
    if (run.name == toQString(named) || run.name == toQString(named.stem())) return run.checkpoints.back().file;
    for (const auto& checkpoint : run.checkpoints) {
      if (checkpoint.file.stem() == named || checkpoint.file.filename() == named) return checkpoint.file;
    }
  }
  return {};
}

QStringList LoraList::setLoras(const std::vector<LoraReference>& loras) {
  while (!m_rows.empty()) remove(m_rows.back());
  QStringList missing;
  for (const LoraReference& lora : loras) {
    const auto file = fileFor(lora.file);
    if (file.empty()) {
      missing << toQString(lora.file);
    } else {
      add(file, lora.weight);
      m_rows.back()->textEncoderWeight = lora.textEncoderWeight;
    }
  }
  Q_EMIT changed();
  return missing;
}

std::vector<LoraReference> LoraList::loras() const {
  std::vector<LoraReference> all;
  for (const Row* row : m_rows) {
    const double shown = row->number->value();
    all.push_back({row->file, shown == row->weightShown ? row->weightMeant : shown, row->textEncoderWeight});
  }
  return all;
}

void LoraList::add(const std::filesystem::path& file, double weight) {
  auto* row = new Row(file, weight, *this);
  row->weightShown = row->number->value();
  row->weightMeant = weight;
  m_rows.push_back(row);
  m_layout->addWidget(row);
  retranslate();
  Q_EMIT changed();
}

void LoraList::joinWeights() {
  for (Row* row : m_rows) row->textEncoderWeight.reset();
  Q_EMIT changed();
}

void LoraList::remove(QWidget* row) {
  std::erase(m_rows, static_cast<Row*>(row));
  row->hide();
  row->deleteLater();
  Q_EMIT changed();
}

void LoraList::fillMenu() {
  m_menu->clear();
  for (const RunSummary& run : m_runs) {
    if (run.checkpoints.empty()) continue;
    QMenu* steps = m_menu->addMenu(run.name);
    for (auto checkpoint = run.checkpoints.rbegin(); checkpoint != run.checkpoints.rend(); ++checkpoint) {
      const auto file = checkpoint->file;
      steps->addAction(tr("step %1").arg(checkpoint->step), this, [this, file] { add(file); });
    }
  }
  if (m_menu->isEmpty()) m_menu->addAction(tr("No run has saved a checkpoint yet"))->setEnabled(false);
  m_menu->addSeparator();
  m_menu->addAction(tr("Browse…"), this, &LoraList::browse);
}

void LoraList::browse() {
  const QString file = QFileDialog::getOpenFileName(this, tr("Choose a LoRA file"), {}, tr("LoRA (*.safetensors)"));
  if (!file.isEmpty()) add(toPath(file));
}

void LoraList::retranslate() {
  m_title->setText(tr("LoRA"));
  m_add->setText(tr("Add"));
  m_add->setAccessibleName(tr("Add a LoRA"));
  for (Row* row : m_rows) {
    row->name->setText(loraLabel(row->file));
    row->infoButton->setToolTip(tr("About this LoRA"));
    row->infoButton->setAccessibleName(tr("About %1").arg(row->name->text()));
    row->removeButton->setToolTip(tr("Take out"));
    row->removeButton->setAccessibleName(tr("Take out %1").arg(row->name->text()));
    row->slider->setAccessibleName(tr("Weight of %1").arg(row->name->text()));
    row->number->setAccessibleName(tr("Weight of %1").arg(row->name->text()));
  }
}

void LoraList::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QWidget::changeEvent(event);
}

}  // namespace pleinair::ui
