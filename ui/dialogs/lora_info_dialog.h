#pragma once

#include <QDialog>
#include <filesystem>
#include <optional>

#include "core/base/result.h"
#include "core/config/lora_description.h"

class QFormLayout;
class QLabel;
class QPushButton;
class QScrollArea;
class QVBoxLayout;

namespace pleinair::ui {

class EngineBridge;

/// What a LoRA file is: what it was made for and how large, its trigger word and captions, when and on how many
/// photos it was trained, and with what settings.
class LoraInfoDialog final : public QDialog {
  Q_OBJECT
 public:
  LoraInfoDialog(EngineBridge& bridge, const std::filesystem::path& file, QWidget* parent = nullptr);
  /// Opens the page beside `parent`; it goes when it is closed.
  static void showFor(EngineBridge& bridge, const std::filesystem::path& file, QWidget* parent);

 Q_SIGNALS:
  /// The page is complete, or says why it cannot be.
  void filled();

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void retranslate();
  void addFacts(QVBoxLayout& page, const LoraDescription& lora);
  void addTraining(QFormLayout& form, const LoraDescription& lora);
  void addTags(QVBoxLayout& page, const LoraDescription& lora);
  void addSettings(QVBoxLayout& page, const LoraDescription& lora);
  void addUnknown(QVBoxLayout& page, const LoraDescription& lora);

  std::filesystem::path m_file;
  std::optional<Result<LoraDescription>> m_read;  ///< nothing until the file was read
  QLabel* m_title;
  QScrollArea* m_scroll;
  QPushButton* m_close;
};

}  // namespace pleinair::ui
