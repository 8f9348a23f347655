#include "ui/models/dataset_model.h"

#include "ui/bridge/photo_order.h"
#include "ui/bridge/qt_convert.h"

namespace pleinair::ui {

DatasetModel::DatasetModel(ProjectSession& session, ThumbnailProvider& thumbnails, QObject* parent)
    : QAbstractListModel(parent), m_session(session), m_thumbnails(thumbnails), m_rows(session.photos()) {
  connect(&session, &ProjectSession::photosReset, this, [this] { reset(); });
  connect(&session, &ProjectSession::photoAdded, this, [this](int row) {
    beginInsertRows({}, row, row);
    m_rows.insert(m_rows.begin() + row, m_session.photos().at(static_cast<std::size_t>(row)));
    endInsertRows();
  });
  connect(&session, &ProjectSession::photoRemoved, this, [this](int row) {
    beginRemoveRows({}, row, row);
    m_rows.erase(m_rows.begin() + row);
    endRemoveRows();
  });
  connect(&session, &ProjectSession::photoChanged, this, [this](int row) {
    m_rows[static_cast<std::size_t>(row)] = m_session.photos().at(static_cast<std::size_t>(row));
    Q_EMIT dataChanged(index(row), index(row));
  });
  connect(&session, &ProjectSession::tokenCounterChanged, this, [this] {
    if (!m_rows.empty()) Q_EMIT dataChanged(index(0), index(rowCount() - 1), {CaptionStateRole});
  });
  connect(&thumbnails, &ThumbnailProvider::ready, this, [this](const QString& file) { touchFile(file); });
  connect(&thumbnails, &ThumbnailProvider::failed, this, [this](const QString& file) { touchFile(file); });
}

void DatasetModel::reset() {
  beginResetModel();
  m_rows = m_session.photos();
  m_thumbnails.forgetPending();
  endResetModel();
}

void DatasetModel::touchFile(const QString& file) {
  const QString root = toQString(m_session.folder() / "dataset") + QLatin1Char('/');
  if (!m_session.isOpen() || !file.startsWith(root)) return;
  const int row = m_session.rowOf(file.mid(root.size()));
  if (row >= 0 && row < rowCount()) Q_EMIT dataChanged(index(row), index(row), {ThumbnailRole, FailureRole});
}

int DatasetModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QImage DatasetModel::thumbnail(int row) const { return m_thumbnails.thumbnail(m_session.photoFile(row), m_side); }

CaptionState DatasetModel::captionState(int row) const {
  const QString& caption = m_rows.at(static_cast<std::size_t>(row)).caption;
  if (caption.trimmed().isEmpty()) return CaptionState::Missing;
  return m_session.tokenCount(caption) > ProjectSession::kTokenLimit ? CaptionState::TooLong : CaptionState::Present;
}

QVariant DatasetModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  const PhotoRow& photo = m_rows[static_cast<std::size_t>(index.row())];
  switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole:
      return photoName(photo.path);
    case PathRole:
      return photo.path;
    case FileRole:
      return toQString(m_session.photoFile(index.row()));
    case GroupRole:
      return photo.group;
    case CaptionRole:
      return photo.caption;
    case CaptionStateRole:
      return static_cast<int>(captionState(index.row()));
    case StarredRole:
      return photo.starred;
    case ThumbnailRole:
      return thumbnail(index.row());
    case FailureRole:
      return m_thumbnails.failure(m_session.photoFile(index.row()));
    default:
      return {};
  }
}

DatasetFilter::DatasetFilter(QObject* parent) : QSortFilterProxyModel(parent) {}

void DatasetFilter::show(Kind kind, const QString& group) {
  m_kind = kind;
  m_group = group;
  invalidateFilter();
}

void DatasetFilter::setText(const QString& text) {
  m_text = text.trimmed();
  invalidateFilter();
}

bool DatasetFilter::filterAcceptsRow(int row, const QModelIndex& parent) const {
  const QModelIndex index = sourceModel()->index(row, 0, parent);
  switch (m_kind) {
    case Kind::Group:
      if (index.data(DatasetModel::GroupRole).toString() != m_group) return false;
      break;
    case Kind::Starred:
      if (!index.data(DatasetModel::StarredRole).toBool()) return false;
      break;
    case Kind::WithoutCaption:
      if (!index.data(DatasetModel::CaptionRole).toString().trimmed().isEmpty()) return false;
      break;
    case Kind::All:
      break;
  }
  return m_text.isEmpty() || index.data(Qt::DisplayRole).toString().contains(m_text, Qt::CaseInsensitive) ||
         index.data(DatasetModel::CaptionRole).toString().contains(m_text, Qt::CaseInsensitive);
}

}  // namespace pleinair::ui
