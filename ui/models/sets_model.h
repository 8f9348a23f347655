#pragma once

#include <QAbstractListModel>
#include <QStringList>
#include <vector>

#include "ui/bridge/run_library.h"

namespace pleinair::ui {

/// "skies-1 step 300" for a run's checkpoint, else the file's own name.
QString loraLabel(const std::filesystem::path& file);

/// The project's sets as a list, latest first. Renaming goes through setData() as a signal; dropping one set on
/// another asks for their comparison. GUI thread only.
class SetsModel final : public QAbstractListModel {
  Q_OBJECT
 public:
  enum Role { FolderRole = Qt::UserRole + 1, FilesRole, SubtitleRole, CountRole };
  static constexpr const char* kMimeType = "application/x-pleinair-set";

  explicit SetsModel(QObject* parent = nullptr);

  void setSets(std::vector<SetRecord> sets);
  /// Adds a set at the top, or replaces the one of the same folder where it stands.
  void put(const SetRecord& record);
  void remove(const std::filesystem::path& folder);
  void rename(const std::filesystem::path& folder, const QString& name);
  [[nodiscard]] const SetRecord* find(const std::filesystem::path& folder) const;
  [[nodiscard]] const SetRecord& at(int row) const { return m_sets[static_cast<std::size_t>(row)]; }
  [[nodiscard]] QModelIndex indexOf(const std::filesystem::path& folder) const;

  [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
  bool setData(const QModelIndex& index, const QVariant& value, int role) override;
  [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;
  [[nodiscard]] QStringList mimeTypes() const override;
  [[nodiscard]] QMimeData* mimeData(const QModelIndexList& indexes) const override;
  bool canDropMimeData(const QMimeData* data, Qt::DropAction action, int row, int column,
                       const QModelIndex& parent) const override;
  bool dropMimeData(const QMimeData* data, Qt::DropAction action, int row, int column,
                    const QModelIndex& parent) override;
  [[nodiscard]] Qt::DropActions supportedDropActions() const override { return Qt::CopyAction; }

  /// "22 Nov 21:40 · Étude · skies-1 step 300 × 0.8": when and with what the set was made.
  static QString subtitle(const PictureSet& set);

 Q_SIGNALS:
  void renameRequested(const std::filesystem::path& folder, const QString& name);
  void compareRequested(const std::filesystem::path& first, const std::filesystem::path& second);

 private:
  [[nodiscard]] int rowOf(const std::filesystem::path& folder) const;

  std::vector<SetRecord> m_sets;
};

}  // namespace pleinair::ui
