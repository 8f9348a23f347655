#pragma once

#include <QAbstractListModel>
#include <QSortFilterProxyModel>
#include <vector>

#include "ui/bridge/project_session.h"
#include "ui/bridge/thumbnail_provider.h"

namespace pleinair::ui {

enum class CaptionState { Missing, Present, TooLong };

/// The photos of the open project as a list. Names come at once; a thumbnail is asked for when a view paints it.
class DatasetModel final : public QAbstractListModel {
  Q_OBJECT
 public:
  enum Role {
    PathRole = Qt::UserRole + 1,  ///< relative path
    FileRole,                     ///< full path as text
    GroupRole,
    CaptionRole,
    CaptionStateRole,  ///< int of CaptionState
    StarredRole,
    ThumbnailRole,  ///< QImage, null while it is on its way
    FailureRole,    ///< why there is no thumbnail
  };

  DatasetModel(ProjectSession& session, ThumbnailProvider& thumbnails, QObject* parent = nullptr);

  [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

  /// How large thumbnails must be, in device pixels.
  void setThumbnailSide(int side) { m_side = side; }
  /// Asks for the thumbnail of a row that is about to be seen.
  QImage thumbnail(int row) const;
  [[nodiscard]] CaptionState captionState(int row) const;

 private:
  void reset();
  void touchFile(const QString& file);

  ProjectSession& m_session;
  ThumbnailProvider& m_thumbnails;
  std::vector<PhotoRow> m_rows;  ///< a shared copy, so that row changes are announced in the right order
  int m_side = 320;
};

/// A part of the photos: one group, starred ones, those without caption, or a word in name or caption.
class DatasetFilter final : public QSortFilterProxyModel {
  Q_OBJECT
 public:
  enum class Kind { All, Group, Starred, WithoutCaption };
  explicit DatasetFilter(QObject* parent = nullptr);

  void show(Kind kind, const QString& group = {});
  void setText(const QString& text);
  [[nodiscard]] Kind kind() const { return m_kind; }
  [[nodiscard]] QString group() const { return m_group; }

 protected:
  [[nodiscard]] bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

 private:
  Kind m_kind = Kind::All;
  QString m_group, m_text;
};

}  // namespace pleinair::ui
