#pragma once

#include <QObject>
#include <QStringList>
#include <QUndoStack>
#include <filesystem>
#include <memory>
#include <vector>

#include "core/config/project.h"
#include "core/engine/trainable_share.h"
#include "ui/bridge/engine_bridge.h"

namespace pleinair::ui {

/// One photo as the window shows it.
struct PhotoRow {
  QString path;  ///< relative to dataset/
  QString group;
  QString caption;
  bool starred = false;
};

/// What a model declares, as new work with it goes by.
struct ModelReading {
  std::filesystem::path model;
  std::shared_ptr<const ModelOutline> outline;  ///< none of a model that cannot be read
};

/// The project that is open: its photos, captions and undo stack. All edits go through here, are undoable, and reach
/// the disk on the engine's file lane. GUI thread only.
class ProjectSession final : public QObject {
  Q_OBJECT
 public:
  explicit ProjectSession(EngineBridge& bridge, QObject* parent = nullptr);
  ~ProjectSession() override;

  /// Opens or creates; opened() or openFailed() follows.
  void open(const std::filesystem::path& folder);
  void create(const std::filesystem::path& folder, const QString& name);
  void close();
  /// Closes the project and takes its folder away when nothing was ever put into it.
  void discardEmpty();
  /// Whether a folder holds a project; one look at the disk.
  [[nodiscard]] static bool isProject(const std::filesystem::path& folder);
  [[nodiscard]] bool isOpen() const;
  /// open() or create() is under way.
  [[nodiscard]] bool isOpening() const;
  [[nodiscard]] bool readOnly() const;
  [[nodiscard]] std::filesystem::path folder() const;
  [[nodiscard]] const Project& project() const;
  [[nodiscard]] std::filesystem::path modelFolder() const;  ///< the project's model, else the starter model
  /// Of modelFolder(), but for the moment until modelRead(). File work that is posted in answer to opened() is done
  /// after it.
  [[nodiscard]] const ModelReading& modelReading() const;

  [[nodiscard]] const std::vector<PhotoRow>& photos() const;
  [[nodiscard]] std::filesystem::path photoFile(int row) const;
  /// The row of a relative path, or -1.
  [[nodiscard]] int rowOf(const QString& path) const;
  [[nodiscard]] int captionless() const;
  static constexpr int kTokenLimit = 75;
  /// Tokens of a caption without begin and end; -1 while the tokenizer is not loaded.
  [[nodiscard]] int tokenCount(const QString& caption) const;

  JobId importPhotos(std::vector<std::filesystem::path> sources);
  /// The import that runs now, or 0.
  [[nodiscard]] JobId importJob() const;
  void setName(const QString& name);
  void setTrigger(const QString& trigger);
  void setModel(const std::filesystem::path& folder);
  /// `mergeKey` non-empty joins consecutive edits (typing) into one undo step.
  void setCaption(int row, const QString& caption, const QString& mergeKey = {});
  void setCaptions(const std::vector<std::pair<int, QString>>& captions, const QString& undoText);
  void applyTemplate(const QList<int>& rows, const QString& pattern);
  int replaceInCaptions(const QList<int>& rows, const QString& find, const QString& replacement, bool matchCase);
  void setStarred(const QList<int>& rows, bool starred);
  void removePhotos(const QList<int>& rows);
  QUndoStack& undoStack();
  /// Sends what is not on disk yet to the file lane now.
  void save();
  /// Hands every pending edit to the file lane without waiting: work posted after it finds them on disk.
  void saveSoon();
  /// Blocks until every edit is on disk; for closing the window and for tests.
  void flush();

 Q_SIGNALS:
  void opened();
  void openFailed(const QString& reason);
  void closed();
  void projectChanged();
  void photosReset();
  void photoAdded(int row);
  void photoRemoved(int row);
  void photoChanged(int row);
  /// modelReading() is another one: the project was opened, or another model was chosen.
  void modelRead();
  /// tokenCount() has numbers now, or other ones.
  void tokenCounterChanged();
  void saveFailed(const QString& reason);

 public:
  struct State;  ///< session_state.h; for the session's own commands

 private:
  std::unique_ptr<State> m_state;
};

}  // namespace pleinair::ui
