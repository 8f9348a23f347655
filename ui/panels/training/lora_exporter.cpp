#include "ui/panels/training/lora_exporter.h"

#include <QDesktopServices>
#include <QDir>
#include <QEvent>
#include <QStandardPaths>
#include <QUrl>
#include <QVBoxLayout>

#include "ui/bridge/app_settings.h"
#include "ui/bridge/lora_reader.h"
#include "ui/bridge/qt_convert.h"
#include "ui/widgets/notice_bar.h"

namespace pleinair::ui {
namespace {

const QString kFolderKey = QStringLiteral("exportFolder");

QString exportFolder() {
  const QString last = AppSettings::instance().value(kFolderKey).toString();
  if (!last.isEmpty()) return last;
  const QString documents = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
  return documents.isEmpty() ? QDir::homePath() : documents;
}

}  // namespace

LoraExporter::LoraExporter(EngineBridge& bridge, QWidget* parent)
    : QWidget(parent), m_bridge(bridge), m_notice(new NoticeBar) {
  m_notice->setObjectName(QStringLiteral("exportNotice"));
  m_notice->hide();
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(m_notice);
  connect(m_notice, &NoticeBar::actionTriggered, this,
          [] { QDesktopServices::openUrl(QUrl::fromLocalFile(exportFolder())); });
}

void LoraExporter::ask(const QString& run, std::vector<event::CheckpointSaved> checkpoints) {
  auto* dialog = new LoraExportDialog(run, std::move(checkpoints), exportFolder(), this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &QDialog::accepted, this, [this, dialog] { write(dialog->wish()); });
  dialog->open();
}

void LoraExporter::write(const LoraExportWish& wish) {
  say([this, name = toQString(wish.target.filename())] {
    m_notice->showNotice(QStringLiteral("info"), tr("“%1” is being written…").arg(name));
  });
  exportLora(m_bridge, wish.lora, wish.target, wish.choice, this,
             [this, wish](const Result<LoraExportOutcome>& outcome) { onAnswer(wish, outcome); });
}

void LoraExporter::onAnswer(const LoraExportWish& wish, const Result<LoraExportOutcome>& outcome) {
  if (!outcome) {
    return say([this, error = outcome.error()] {
      m_notice->showNotice(QStringLiteral("warning"), EngineBridge::weightsErrorText(error));
      m_notice->setDetails({QString::fromStdString(error.text())});
    });
  }
  if (*outcome == LoraExportOutcome::FileExists) return askToReplace(wish);
  AppSettings::instance().setValue(kFolderKey, toQString(wish.target.parent_path()));
  say([this, file = QDir::toNativeSeparators(toQString(wish.target))] {
    m_notice->showNotice(QStringLiteral("check"), tr("The LoRA is exported: %1").arg(file), tr("Open the folder"));
  });
  Q_EMIT exported(wish.target);
}

void LoraExporter::askToReplace(const LoraExportWish& wish) {
  auto* question = new ReplaceQuestion(wish.target, this);
  question->setAttribute(Qt::WA_DeleteOnClose);
  connect(question, &QDialog::accepted, this, [this, wish] {
    LoraExportWish again = wish;
    again.choice.overwrite = true;
    write(again);
  });
  connect(question, &QDialog::rejected, this, [this] {
    say([this] {
      m_notice->showNotice(QStringLiteral("info"), tr("Nothing was exported: the file that is there stays."), {}, 8);
    });
  });
  question->open();
}

void LoraExporter::say(std::function<void()> sentence) {
  m_sentence = std::move(sentence);
  m_sentence();
}

void LoraExporter::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange && m_sentence && !m_notice->isHidden()) m_sentence();
  QWidget::changeEvent(event);
}

}  // namespace pleinair::ui
