#pragma once

#include <QDialog>
#include <filesystem>
#include <vector>

#include "core/config/lora_export_choice.h"
#include "core/engine/events.h"

class QLabel;
class QLineEdit;
class QPushButton;

namespace pleinair::ui {

class QuietComboBox;

/// What an artist wants exported, where to and how.
struct LoraExportWish {
  std::filesystem::path lora, target;
  LoraExportChoice choice;
};

/// Asks which checkpoint of a run goes to which file, and in which format. Touches no file itself.
class LoraExportDialog final : public QDialog {
  Q_OBJECT
 public:
  /// `checkpoints` by step, at least one; the last is chosen. `folder` is where the file is proposed to go.
  LoraExportDialog(QString run, std::vector<event::CheckpointSaved> checkpoints, QString folder,
                   QWidget* parent = nullptr);

  [[nodiscard]] LoraExportWish wish() const;

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void retranslate();
  void browse();
  void proposeName();
  void showReaders();

  QString m_run, m_folder;
  std::vector<event::CheckpointSaved> m_checkpoints;
  QString m_proposed;  ///< the target as proposed; what the artist typed is left alone
  QLabel *m_title, *m_checkpointLabel, *m_formatLabel, *m_precisionLabel, *m_fileLabel, *m_readers;
  QuietComboBox *m_checkpoint, *m_format, *m_precision;
  QLineEdit* m_file;
  QPushButton *m_browse, *m_cancel, *m_export;
};

/// Asks whether a file that is there already may be replaced.
class ReplaceQuestion final : public QDialog {
  Q_OBJECT
 public:
  explicit ReplaceQuestion(const std::filesystem::path& file, QWidget* parent = nullptr);
};

}  // namespace pleinair::ui
