#include "ui/dialogs/lora_export_dialog.h"

#include <QDir>
#include <QEvent>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

#include "ui/bridge/qt_convert.h"
#include "ui/style/tokens.h"
#include "ui/widgets/quiet_inputs.h"

namespace pleinair::ui {
namespace {

using Keys = LoraExportChoice::Keys;
using Numbers = LoraExportChoice::Numbers;

constexpr int kWidth = 560;

const QString kEnding = QStringLiteral(".safetensors");

/// Replaces a box's texts and keeps its choice.
void fill(QComboBox* box, const QStringList& texts) {
  const int chosen = box->currentIndex();
  const QSignalBlocker quiet(box);
  box->clear();
  box->addItems(texts);
  box->setCurrentIndex(qMax(0, chosen));
}

QHBoxLayout* buttonLine(std::initializer_list<QPushButton*> buttons) {
  auto* line = new QHBoxLayout;
  line->setSpacing(Metrics::kGap);
  line->addStretch();
  for (QPushButton* button : buttons) line->addWidget(button);
  return line;
}

}  // namespace

LoraExportDialog::LoraExportDialog(QString run, std::vector<event::CheckpointSaved> checkpoints, QString folder,
                                   QWidget* parent)
    : QDialog(parent),
      m_run(std::move(run)),
      m_folder(std::move(folder)),
      m_checkpoints(std::move(checkpoints)),
      m_title(new QLabel),
      m_checkpointLabel(new QLabel),
      m_formatLabel(new QLabel),
      m_precisionLabel(new QLabel),
      m_fileLabel(new QLabel),
      m_readers(new QLabel),
      m_checkpoint(new QuietComboBox),
      m_format(new QuietComboBox),
      m_precision(new QuietComboBox),
      m_file(new QLineEdit),
      m_browse(new QPushButton),
      m_cancel(new QPushButton),
      m_export(new QPushButton) {
  m_title->setProperty("role", "title");
  m_title->setWordWrap(true);
  m_readers->setProperty("role", "quiet");
  m_readers->setWordWrap(true);
  m_export->setProperty("primary", true);
  m_export->setDefault(true);
  m_browse->setAutoDefault(false);
  m_checkpoint->setObjectName(QStringLiteral("checkpoint"));
  m_format->setObjectName(QStringLiteral("format"));
  m_precision->setObjectName(QStringLiteral("precision"));
  m_file->setObjectName(QStringLiteral("file"));
  m_export->setObjectName(QStringLiteral("export"));
  auto* file = new QHBoxLayout;
  file->setSpacing(Metrics::kGap);
  file->addWidget(m_file, 1);
  file->addWidget(m_browse);
  auto* form = new QFormLayout;
  form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  form->setHorizontalSpacing(Metrics::kWideMargin);
  form->setVerticalSpacing(Metrics::kGap);
  form->addRow(m_checkpointLabel, m_checkpoint);
  form->addRow(m_formatLabel, m_format);
  form->addRow(nullptr, m_readers);
  form->addRow(m_precisionLabel, m_precision);
  form->addRow(m_fileLabel, file);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(Metrics::kWideMargin, Metrics::kWideMargin, Metrics::kWideMargin, 16);
  layout->setSpacing(16);
  layout->addWidget(m_title);
  layout->addLayout(form);
  layout->addLayout(buttonLine({m_cancel, m_export}));
  setMinimumWidth(kWidth);

  retranslate();
  m_checkpoint->setCurrentIndex(m_checkpoint->count() - 1);
  proposeName();
  connect(m_checkpoint, &QComboBox::currentIndexChanged, this, &LoraExportDialog::proposeName);
  connect(m_format, &QComboBox::currentIndexChanged, this, &LoraExportDialog::showReaders);
  connect(m_file, &QLineEdit::textChanged, this,
          [this](const QString& text) { m_export->setEnabled(!text.trimmed().isEmpty()); });
  connect(m_browse, &QPushButton::clicked, this, &LoraExportDialog::browse);
  connect(m_cancel, &QPushButton::clicked, this, &QDialog::reject);
  connect(m_export, &QPushButton::clicked, this, &QDialog::accept);
}

LoraExportWish LoraExportDialog::wish() const {
  LoraExportWish wish;
  wish.lora = m_checkpoints[static_cast<std::size_t>(m_checkpoint->currentIndex())].file;
  QString target = m_file->text().trimmed();
  if (!target.endsWith(kEnding, Qt::CaseInsensitive)) target += kEnding;
  wish.target = toPath(QDir(m_folder).absoluteFilePath(target));
  wish.choice.keys = static_cast<Keys>(m_format->currentIndex());
  wish.choice.numbers = static_cast<Numbers>(m_precision->currentIndex());
  return wish;
}

void LoraExportDialog::proposeName() {
  if (m_file->text() != m_proposed) return;
  QString name = m_run;
  if (m_checkpoint->currentIndex() + 1 < m_checkpoint->count()) {
    const int step = m_checkpoints[static_cast<std::size_t>(m_checkpoint->currentIndex())].step;
    name += QStringLiteral("-%1").arg(step, 6, 10, QLatin1Char('0'));
  }
  m_proposed = QDir::toNativeSeparators(QDir(m_folder).filePath(name + kEnding));
  m_file->setText(m_proposed);
}

void LoraExportDialog::browse() {
  // Whether a file may be replaced is asked once, by whoever writes it.
  const QString chosen = QFileDialog::getSaveFileName(this, windowTitle(), m_file->text(), tr("LoRA (*.safetensors)"),
                                                      nullptr, QFileDialog::DontConfirmOverwrite);
  if (!chosen.isEmpty()) m_file->setText(QDir::toNativeSeparators(chosen));
}

void LoraExportDialog::showReaders() {
  switch (static_cast<Keys>(m_format->currentIndex())) {
    case Keys::Kohya:
      m_readers->setText(tr("For A1111, Forge, ComfyUI, InvokeAI and nearly everything else."));
      break;
    case Keys::Diffusers:
      m_readers->setText(tr("For programs written with the diffusers library."));
      break;
    case Keys::Peft:
      m_readers->setText(tr("For programs written with the PEFT library."));
      break;
  }
}

void LoraExportDialog::retranslate() {
  setWindowTitle(tr("Export the LoRA"));
  m_title->setText(tr("Export “%1”").arg(m_run));
  m_checkpointLabel->setText(tr("Checkpoint"));
  m_formatLabel->setText(tr("Format"));
  m_precisionLabel->setText(tr("Precision"));
  m_fileLabel->setText(tr("File"));
  m_browse->setText(tr("Browse"));
  m_cancel->setText(tr("Cancel"));
  m_export->setText(tr("Export"));
  QStringList steps;
  for (const auto& checkpoint : m_checkpoints) steps << tr("step %1").arg(checkpoint.step);
  fill(m_checkpoint, steps);
  fill(m_format, {QStringLiteral("kohya"), QStringLiteral("diffusers"), QStringLiteral("PEFT")});
  fill(m_precision, {tr("16 bits (float16), half the size"), tr("32 bits (float32), as trained")});
  m_checkpoint->setAccessibleName(m_checkpointLabel->text());
  m_format->setAccessibleName(m_formatLabel->text());
  m_precision->setAccessibleName(m_precisionLabel->text());
  m_file->setAccessibleName(m_fileLabel->text());
  showReaders();
}

void LoraExportDialog::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QDialog::changeEvent(event);
}

ReplaceQuestion::ReplaceQuestion(const std::filesystem::path& file, QWidget* parent) : QDialog(parent) {
  setWindowTitle(tr("Replace the file?"));
  auto* title = new QLabel(tr("“%1” is there already").arg(toQString(file.filename())));
  title->setProperty("role", "title");
  title->setWordWrap(true);
  auto* sentence = new QLabel(tr("It lies in %1. What it holds is lost when it is replaced.")
                                  .arg(QDir::toNativeSeparators(toQString(file.parent_path()))));
  sentence->setWordWrap(true);
  auto* replace = new QPushButton(tr("Replace"));
  auto* leave = new QPushButton(tr("Leave it"));
  replace->setObjectName(QStringLiteral("replace"));
  leave->setObjectName(QStringLiteral("leave"));
  leave->setDefault(true);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(Metrics::kWideMargin, Metrics::kWideMargin, Metrics::kWideMargin, 16);
  layout->setSpacing(16);
  layout->addWidget(title);
  layout->addWidget(sentence);
  layout->addLayout(buttonLine({replace, leave}));
  setMinimumWidth(kWidth);
  connect(replace, &QPushButton::clicked, this, &QDialog::accept);
  connect(leave, &QPushButton::clicked, this, &QDialog::reject);
}

}  // namespace pleinair::ui
