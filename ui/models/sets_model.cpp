#include "ui/models/sets_model.h"

#include <QDateTime>
#include <QLocale>
#include <QMimeData>

#include "ui/bridge/qt_convert.h"

namespace pleinair::ui {

QString loraLabel(const std::filesystem::path& file) {
  const QString stem = toQString(file.stem());
  const std::filesystem::path folder = file.parent_path();
  if (folder.filename() != "checkpoints" || !stem.startsWith(QLatin1String("step_"))) return stem;
  constexpr int kPrefix = 5;
  return toQString(folder.parent_path().filename()) + QLatin1Char(' ') +
         SetsModel::tr("step %1").arg(stem.mid(kPrefix).toInt());
}

namespace {

std::filesystem::path folderIn(const QMimeData* data) {
  return toPath(QString::fromUtf8(data->data(QLatin1String(SetsModel::kMimeType))));
}

QString loraText(const PictureSet& set) {
  if (set.pictures.empty()) return {};
  QStringList names;
  for (const LoraReference& lora : set.pictures.front().recipe.loras) {
    names << loraLabel(lora.file) + QLatin1Char(' ') + QStringLiteral("× ") +
                 QLocale::c().toString(lora.weight, 'g', 3);
  }
  return names.join(QStringLiteral(", "));
}

}  // namespace

SetsModel::SetsModel(QObject* parent) : QAbstractListModel(parent) {}

void SetsModel::setSets(std::vector<SetRecord> sets) {
  beginResetModel();
  m_sets = std::move(sets);
  endResetModel();
}

void SetsModel::put(const SetRecord& record) {
  if (const int row = rowOf(record.folder); row >= 0) {
    m_sets[static_cast<std::size_t>(row)] = record;
    Q_EMIT dataChanged(index(row), index(row));
    return;
  }
  beginInsertRows({}, 0, 0);
  m_sets.insert(m_sets.begin(), record);
  endInsertRows();
}

void SetsModel::remove(const std::filesystem::path& folder) {
  const int row = rowOf(folder);
  if (row < 0) return;
  beginRemoveRows({}, row, row);
  m_sets.erase(m_sets.begin() + row);
  endRemoveRows();
}

void SetsModel::rename(const std::filesystem::path& folder, const QString& name) {
  const int row = rowOf(folder);
  if (row < 0) return;
  m_sets[static_cast<std::size_t>(row)].set.name = name.toStdString();
  Q_EMIT dataChanged(index(row), index(row));
}

const SetRecord* SetsModel::find(const std::filesystem::path& folder) const {
  const int row = rowOf(folder);
  return row < 0 ? nullptr : &m_sets[static_cast<std::size_t>(row)];
}

QModelIndex SetsModel::indexOf(const std::filesystem::path& folder) const {
  const int row = rowOf(folder);
  return row < 0 ? QModelIndex() : index(row);
}

int SetsModel::rowOf(const std::filesystem::path& folder) const {
  for (std::size_t row = 0; row < m_sets.size(); ++row) {
    if (m_sets[row].folder == folder) return static_cast<int>(row);
  }
  return -1;
}

int SetsModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_sets.size());
}

QVariant SetsModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const SetRecord& record = at(index.row());
  switch (role) {
    case Qt::DisplayRole:
    case Qt::EditRole:
      return QString::fromStdString(record.set.name);
    case Qt::ToolTipRole:
      return record.set.pictures.empty() ? QString()
                                         : QString::fromStdString(record.set.pictures.front().recipe.prompt);
    case FolderRole:
      return toQString(record.folder);
    case CountRole:
      return static_cast<int>(record.set.pictures.size());
    case SubtitleRole:
      return subtitle(record.set);
    case FilesRole: {
      QStringList files;
      for (const auto& picture : record.set.pictures) files << toQString(record.folder / picture.file);
      return files;
    }
    default:
      return {};
  }
}

bool SetsModel::setData(const QModelIndex& index, const QVariant& value, int role) {
  const QString name = value.toString().trimmed();
  if (role != Qt::EditRole || !index.isValid() || name.isEmpty()) return false;
  if (name != data(index, Qt::EditRole).toString()) Q_EMIT renameRequested(at(index.row()).folder, name);
  return true;
}

Qt::ItemFlags SetsModel::flags(const QModelIndex& index) const {
  Qt::ItemFlags flags = QAbstractListModel::flags(index);
  if (index.isValid()) flags |= Qt::ItemIsEditable | Qt::ItemIsDragEnabled | Qt::ItemIsDropEnabled;
  return flags;
}

QStringList SetsModel::mimeTypes() const { return {QLatin1String(kMimeType)}; }

QMimeData* SetsModel::mimeData(const QModelIndexList& indexes) const {
  auto* data = new QMimeData;
  if (!indexes.isEmpty()) {
    data->setData(QLatin1String(kMimeType), indexes.front().data(FolderRole).toString().toUtf8());
  }
  return data;
}

bool SetsModel::canDropMimeData(const QMimeData* data, Qt::DropAction, int, int, const QModelIndex& parent) const {
  return data->hasFormat(QLatin1String(kMimeType)) && parent.isValid() && at(parent.row()).folder != folderIn(data);
}

bool SetsModel::dropMimeData(const QMimeData* data, Qt::DropAction action, int row, int column,
                             const QModelIndex& parent) {
  if (!canDropMimeData(data, action, row, column, parent)) return false;
  Q_EMIT compareRequested(at(parent.row()).folder, folderIn(data));
  return true;
}

QString SetsModel::subtitle(const PictureSet& set) {
  QStringList parts;
  const QDateTime created = QDateTime::fromString(QString::fromStdString(set.created), Qt::ISODate).toLocalTime();
  if (created.isValid()) parts << QLocale().toString(created, tr("d MMM HH:mm"));
  if (!set.model.empty()) parts << modelTitle(set.model);
  if (const QString loras = loraText(set); !loras.isEmpty()) parts << loras;
  return parts.join(QStringLiteral(" · "));
}

}  // namespace pleinair::ui
