#pragma once

#include <QWidget>
#include <vector>

#include "core/config/generation_request.h"
#include "ui/bridge/run_library.h"

class QLabel;
class QMenu;
class QPushButton;
class QVBoxLayout;

namespace pleinair::ui {

/// The LoRAs of a generation, each with its weight; added from the project's runs or from a file.
class LoraList final : public QWidget {
  Q_OBJECT
 public:
  explicit LoraList(QWidget* parent = nullptr);

  void setRuns(std::vector<RunSummary> runs);
  /// Bare names (from a foreign picture) are looked for among the runs' checkpoints; what is not found is left out
  /// and named in the return value.
  QStringList setLoras(const std::vector<LoraReference>& loras);
  [[nodiscard]] std::vector<LoraReference> loras() const;
  void add(const std::filesystem::path& file, double weight = 1.0);
  /// Lets every LoRA act on the text encoders as on the UNet.
  void joinWeights();

 Q_SIGNALS:
  void changed();
  /// The page about this file is asked for.
  void infoWanted(const std::filesystem::path& file);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  struct Row;

  void retranslate();
  void fillMenu();
  void browse();
  void remove(QWidget* row);
  [[nodiscard]] std::filesystem::path fileFor(const std::filesystem::path& named) const;

  std::vector<RunSummary> m_runs;
  std::vector<Row*> m_rows;
  QVBoxLayout* m_layout;
  QLabel* m_title;
  QPushButton* m_add;
  QMenu* m_menu;
};

}  // namespace pleinair::ui
