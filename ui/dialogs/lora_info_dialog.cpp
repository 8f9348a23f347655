#include "ui/dialogs/lora_info_dialog.h"

#include <QDateTime>
#include <QEvent>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/bridge/lora_reader.h"
#include "ui/bridge/qt_convert.h"
#include "ui/dialogs/fact_form.h"
#include "ui/style/tokens.h"

namespace pleinair::ui {
namespace {

constexpr std::size_t kTagsShown = 60;
constexpr std::size_t kUnknownShown = 30;

QString text(const std::string& value) { return QString::fromStdString(value); }

}  // namespace

LoraInfoDialog::LoraInfoDialog(EngineBridge& bridge, const std::filesystem::path& file, QWidget* parent)
    : QDialog(parent),
      m_file(file),
      m_title(selectableText(toQString(file.stem()), "title")),
      m_scroll(new QScrollArea),
      m_close(new QPushButton) {
  m_scroll->setFrameShape(QFrame::NoFrame);
  m_scroll->setWidgetResizable(true);
  m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_close->setDefault(true);
  auto* buttons = new QHBoxLayout;
  buttons->addStretch();
  buttons->addWidget(m_close);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(Metrics::kWideMargin, Metrics::kWideMargin, Metrics::kWideMargin, 16);
  layout->setSpacing(Metrics::kMargin);
  layout->addWidget(m_title);
  layout->addWidget(selectableText(toQString(file), "quiet"));
  layout->addWidget(m_scroll, 1);
  layout->addLayout(buttons);
  resize(560, 620);
  connect(m_close, &QPushButton::clicked, this, &QDialog::accept);
  retranslate();
  readLoraDescription(bridge, file, this, [this](const Result<LoraDescription>& read) {
    m_read = read;
    retranslate();
    Q_EMIT filled();
  });
}

void LoraInfoDialog::showFor(EngineBridge& bridge, const std::filesystem::path& file, QWidget* parent) {
  auto* dialog = new LoraInfoDialog(bridge, file, parent);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->show();
}

void LoraInfoDialog::retranslate() {
  setWindowTitle(tr("About this LoRA"));
  m_close->setText(tr("Close"));
  auto* content = new QWidget;
  auto* page = new QVBoxLayout(content);
  page->setContentsMargins(0, 0, Metrics::kMargin, 0);
  page->setSpacing(Metrics::kMargin);
  if (!m_read) {
    page->addWidget(selectableText(tr("Reading the file…")));
  } else if (!*m_read) {
    page->addWidget(selectableText(EngineBridge::weightsErrorText(m_read->error()), "danger"));
  } else {
    const LoraDescription& lora = **m_read;
    if (!lora.title.empty()) m_title->setText(text(lora.title));
    if (!lora.description.empty()) page->addWidget(selectableText(text(lora.description)));
    addFacts(*page, lora);
    addTags(*page, lora);
    addSettings(*page, lora);
    addUnknown(*page, lora);
  }
  page->addStretch();
  m_scroll->setWidget(content);
}

void LoraInfoDialog::addFacts(QVBoxLayout& page, const LoraDescription& lora) {
  const QLocale locale;
  QFormLayout* form = addFactForm(page);
  addFact(*form, tr("Made for"), text(lora.family));
  addFact(*form, tr("Trigger word"), text(lora.trigger));
  addFact(*form, tr("Base model"), text(lora.baseModel));
  addFact(*form, tr("Author"), text(lora.author));
  addFact(*form, tr("Kind"), tr("%1, %2 format").arg(text(lora.kind), text(lora.format)));
  const QString rank = lora.smallestRank == lora.rank ? QString::number(lora.rank)
                                                      : tr("%1 to %2").arg(lora.smallestRank).arg(lora.rank);
  if (lora.rank > 0) {
    addFact(*form, tr("Detail (rank)"), tr("%1, alpha %2").arg(rank, locale.toString(lora.alpha, 'g', 4)));
  }
  QStringList changes;
  if (lora.unetLayers > 0) changes << tr("%n layers of the UNet", nullptr, lora.unetLayers);
  if (lora.textEncoderLayers > 0) changes << tr("%n layers of the text encoders", nullptr, lora.textEncoderLayers);
  addFact(*form, tr("What it changes"), changes.join(QStringLiteral(", ")));
  addFact(
      *form, tr("Size"),
      tr("%1, %2 parameters").arg(sizeText(lora.bytes), locale.toString(static_cast<qlonglong>(lora.parameters))));
  addTraining(*form, lora);
}

void LoraInfoDialog::addTraining(QFormLayout& form, const LoraDescription& lora) {
  const QLocale locale;
  if (lora.trainedAt > 0) {
    addFact(form, tr("Trained"), locale.toString(QDateTime::fromSecsSinceEpoch(lora.trainedAt), QLocale::LongFormat));
  }
  if (lora.photos > 0) addFact(form, tr("Photos"), locale.toString(lora.photos));
  if (lora.steps > 0) addFact(form, tr("Steps"), locale.toString(lora.steps));
  if (lora.epochs > 0) addFact(form, tr("Rounds over all photos"), locale.toString(lora.epochs));
}

void LoraInfoDialog::addTags(QVBoxLayout& page, const LoraDescription& lora) {
  if (lora.tags.empty()) return;
  page.addWidget(selectableText(tr("Captions it was trained with, and how often"), "heading"));
  QStringList shown;
  for (std::size_t i = 0; i < std::min(kTagsShown, lora.tags.size()); ++i) {
    shown << QStringLiteral("%1 (%2)").arg(text(lora.tags[i].first)).arg(lora.tags[i].second);
  }
  QString line = shown.join(QStringLiteral(", "));
  if (lora.tags.size() > kTagsShown) {
    line += QLatin1Char(' ') + tr("and %n more", nullptr, static_cast<int>(lora.tags.size() - kTagsShown));
  }
  page.addWidget(selectableText(line));
}

void LoraInfoDialog::addSettings(QVBoxLayout& page, const LoraDescription& lora) {
  if (lora.settings.empty()) return;
  page.addWidget(selectableText(tr("Settings, as the trainer wrote them"), "heading"));
  QFormLayout* form = addFactForm(page);
  for (const auto& [name, value] : lora.settings) addFact(*form, text(name), text(value));
}

void LoraInfoDialog::addUnknown(QVBoxLayout& page, const LoraDescription& lora) {
  if (lora.unknownKeys.empty()) return;
  page.addWidget(selectableText(tr("Tensors that will not act"), "heading"));
  page.addWidget(selectableText(tr("%n tensors have no meaning for this program and will not act:", nullptr,
                                   static_cast<int>(lora.unknownKeys.size()))));
  QStringList names;
  const std::size_t shown = std::min(kUnknownShown, lora.unknownKeys.size());
  for (std::size_t i = 0; i < shown; ++i) names << text(lora.unknownKeys[i]);
  if (shown < lora.unknownKeys.size()) {
    names << tr("and %n more", nullptr, static_cast<int>(lora.unknownKeys.size() - shown));
  }
  page.addWidget(selectableText(names.join(QLatin1Char('\n')), "quiet"));
}

void LoraInfoDialog::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QDialog::changeEvent(event);
}

}  // namespace pleinair::ui
