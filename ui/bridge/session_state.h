#pragma once

#include <QSet>
#include <QTimer>
#include <QUndoCommand>
#include <map>

#include "core/dataset/project_folder.h"
#include "core/engine/token_counter.h"
#include "ui/bridge/project_session.h"

namespace pleinair::ui {

/// The inside of ProjectSession: values for the GUI thread, and the project folder that only the file lane touches.
struct ProjectSession::State {
  State(EngineBridge& engineBridge, ProjectSession& owner);

  EngineBridge& bridge;
  ProjectSession& session;
  std::shared_ptr<ProjectFolder> folder;  ///< used on the file lane only
  std::filesystem::path path;
  bool isOpen = false, isOpening = false, readOnly = false;
  Project project;
  std::vector<PhotoRow> photos;  ///< in photoPathLess order
  std::shared_ptr<const TokenCounter> counter;
  ModelReading modelReading;
  QUndoStack undo;
  QTimer saveTimer;
  std::map<QString, QString> unsavedCaptions;
  bool projectUnsaved = false;
  JobId importJob = 0;
  QSet<QString> importedPaths;
  quint64 generation = 0;  ///< counts openings, so that late answers of an earlier one are dropped

  /// Opens or creates on the file lane, then shows what is there.
  void begin(const std::filesystem::path& target, std::function<Result<ProjectFolder>()> make);
  /// What the window wants of the model without loading it: its declarations and its tokenizer.
  void readModel();
  [[nodiscard]] int rowOf(const QString& photoPath) const;

  // What undo commands do; each changes memory at once and marks what the disk still lacks.
  void writeCaption(const QString& photoPath, const QString& caption);
  void writeStar(const QString& photoPath, bool starred);
  void insertPhoto(const PhotoRow& photo);
  void takeOut(const std::vector<PhotoRow>& rows);
  void putBack(const std::vector<PhotoRow>& rows);
  void writeProject(const Project& value);

  void saveSoon();
  void saveNow();
  /// Runs on the file lane; a failure becomes saveFailed().
  void onFileLane(std::function<Result<void>()> work);
  void adoptImportedCaptions();
};

/// A change of captions, as one step of undo; steps with the same non-empty key on the same photo join.
class CaptionCommand final : public QUndoCommand {
 public:
  struct Change {
    QString path, before, after;
  };
  CaptionCommand(ProjectSession::State& state, std::vector<Change> changes, const QString& text, QString mergeKey);
  void redo() override;
  void undo() override;
  [[nodiscard]] int id() const override;
  bool mergeWith(const QUndoCommand* other) override;

 private:
  ProjectSession::State& m_state;
  std::vector<Change> m_changes;
  QString m_mergeKey;
};

/// Photos taken out of the project, and back.
class RemoveCommand final : public QUndoCommand {
 public:
  RemoveCommand(ProjectSession::State& state, std::vector<PhotoRow> photos, const QString& text);
  void redo() override;
  void undo() override;

 private:
  ProjectSession::State& m_state;
  std::vector<PhotoRow> m_photos;
};

class StarCommand final : public QUndoCommand {
 public:
  StarCommand(ProjectSession::State& state, QStringList paths, bool starred, const QString& text);
  void redo() override;
  void undo() override;

 private:
  ProjectSession::State& m_state;
  QStringList m_paths;
  bool m_starred;
};

/// A change of the project's own values: name, trigger, model. Steps with the same key join.
class ProjectCommand final : public QUndoCommand {
 public:
  using Change = std::function<void(Project&)>;
  ProjectCommand(ProjectSession::State& state, Change apply, Change revert, const QString& text, int mergeId);
  void redo() override;
  void undo() override;
  [[nodiscard]] int id() const override { return m_mergeId; }
  bool mergeWith(const QUndoCommand* other) override;

 private:
  ProjectSession::State& m_state;
  Change m_apply, m_revert;
  int m_mergeId;
};

}  // namespace pleinair::ui
