#pragma once

#include <QDialog>
#include <filesystem>
#include <functional>
#include <optional>

#include "core/base/result.h"
#include "core/config/model_description.h"
#include "ui/bridge/project_session.h"

class QFormLayout;
class QLabel;
class QListWidget;
class QPushButton;
class QScrollArea;
class QVBoxLayout;

namespace pleinair::ui {

class DropTarget;

/// What the project's model is and may become: a field for a file or folder, the recent models with the starter model
/// first, and all about the selected one. Nothing is changed until "Use this model". GUI thread; files are read on
/// the file lane, headers only.
class ModelDialog final : public QDialog {
  Q_OBJECT
 public:
  /// Memory at the peak of a run with this model and such settings as measured, or 0.
  using Measured = std::function<qint64(const std::filesystem::path&, TrainingConfig)>;

  ModelDialog(EngineBridge& bridge, ProjectSession& session, ModelUse use, Measured measured = {},
              QWidget* parent = nullptr);

  /// Shows what `model` is and, where it can be run, remembers it. Not yet the project's.
  void take(const std::filesystem::path& model);
  /// The one that is shown; the starter model's own folder for the starter model.
  [[nodiscard]] std::filesystem::path selected() const { return m_shown; }

 Q_SIGNALS:
  /// The page tells what the selected model is, or why it cannot be used.
  void filled();
  void chosen(const std::filesystem::path& model);

 protected:
  void changeEvent(QEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dragLeaveEvent(QDragLeaveEvent* event) override;
  void dropEvent(QDropEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  QWidget* buildList();
  QWidget* buildPage();
  void retranslate();
  void fillList();
  void markMissing();
  void select(const std::filesystem::path& model);
  void showPage();
  void showFacts(QVBoxLayout& page, const ModelDescription& model);
  void showMemory(QFormLayout& form, const ModelDescription& model);
  void updateButtons();
  void removeCurrent();
  void useSelected();
  void askFile();
  void askFolder();
  [[nodiscard]] bool isProjectsModel() const;

  EngineBridge& m_bridge;
  ProjectSession& m_session;
  ModelUse m_use;
  Measured m_measured;
  std::filesystem::path m_shown;
  std::optional<Result<ModelDescription>> m_read;  ///< of m_shown; nothing while it is read
  quint64 m_asked = 0;                             ///< counts readings, so that a late answer is dropped
  bool m_filling = false;

  DropTarget* m_drop;
  QListWidget* m_list;
  QLabel *m_listTitle, *m_title, *m_path, *m_hint;
  QScrollArea* m_scroll;
  QPushButton *m_file, *m_folder, *m_remove, *m_close, *m_choose;
};

}  // namespace pleinair::ui
