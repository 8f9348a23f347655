#pragma once

#include <QWidget>
#include <functional>

#include "ui/bridge/engine_bridge.h"
#include "ui/dialogs/lora_export_dialog.h"

namespace pleinair::ui {

class NoticeBar;

/// Exports checkpoints for other programs: asks where to and how, writes on the engine's file lane, and says in a
/// strip of its own how it went. A file that is there already is replaced only when the artist says so.
class LoraExporter final : public QWidget {
  Q_OBJECT
 public:
  explicit LoraExporter(EngineBridge& bridge, QWidget* parent = nullptr);

  /// Opens the dialog; `checkpoints` by step, at least one.
  void ask(const QString& run, std::vector<event::CheckpointSaved> checkpoints);
  void write(const LoraExportWish& wish);

 Q_SIGNALS:
  /// The file is written.
  void exported(const std::filesystem::path& file);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void say(std::function<void()> sentence);
  void onAnswer(const LoraExportWish& wish, const Result<LoraExportOutcome>& outcome);
  void askToReplace(const LoraExportWish& wish);

  EngineBridge& m_bridge;
  NoticeBar* m_notice;
  std::function<void()> m_sentence;  ///< says the last thing anew, in the language of the moment
};

}  // namespace pleinair::ui
