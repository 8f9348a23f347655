#include "ui/bridge/project_session.h"

#include <algorithm>
#include <future>
#include <utility>

#include "core/dataset/photos.h"
#include "ui/bridge/photo_order.h"
#include "ui/bridge/qt_convert.h"
#include "ui/bridge/session_state.h"

namespace pleinair::ui {
namespace {

enum MergeId { kMergeName = 10, kMergeTrigger = 11, kNeverMerge = -1 };

}  // namespace

ProjectSession::ProjectSession(EngineBridge& bridge, QObject* parent)
    : QObject(parent), m_state(std::make_unique<State>(bridge, *this)) {
  connect(&m_state->saveTimer, &QTimer::timeout, this, [this] { m_state->saveNow(); });
  connect(&bridge, &EngineBridge::photoImported, this, [this](quint64 job, const QString& path) {
    if (job != m_state->importJob) return;
    m_state->importedPaths.insert(path);
    m_state->insertPhoto({path, photoGroup(path), {}, false});
  });
  connect(&bridge, &EngineBridge::finished, this, [this](quint64 job) {
    if (job != m_state->importJob) return;
    m_state->importJob = 0;
    m_state->adoptImportedCaptions();
  });
}

ProjectSession::~ProjectSession() { close(); }

bool ProjectSession::isProject(const std::filesystem::path& folder) { return ProjectFolder::isProject(folder); }

void ProjectSession::open(const std::filesystem::path& folder) {
  m_state->begin(folder, [folder] { return ProjectFolder::open(folder); });
}

void ProjectSession::create(const std::filesystem::path& folder, const QString& name) {
  m_state->begin(folder, [folder, name = name.toStdString()] { return ProjectFolder::create(folder, name); });
}

void ProjectSession::close() {
  ++m_state->generation;
  m_state->isOpening = false;
  if (!m_state->isOpen) return;
  if (m_state->importJob != 0) m_state->bridge.cancel(m_state->importJob);
  m_state->saveNow();
  m_state->undo.clear();
  // The lock goes on the file lane, after the last write.
  m_state->bridge.post([folder = std::exchange(m_state->folder, nullptr)]() mutable { folder.reset(); }, nullptr, {});
  m_state->isOpen = false;
  m_state->readOnly = false;
  m_state->importJob = 0;
  m_state->importedPaths.clear();
  m_state->project = {};
  m_state->photos.clear();
  m_state->counter.reset();
  m_state->modelReading = {};
  Q_EMIT photosReset();
  Q_EMIT closed();
}

void ProjectSession::discardEmpty() {
  if (!isOpen() || readOnly()) return close();
  const std::filesystem::path emptied = folder();
  m_state->projectUnsaved = false;
  close();
  m_state->bridge.post([emptied] { ProjectFolder::removeIfEmpty(emptied); }, nullptr, {});
}

bool ProjectSession::isOpen() const { return m_state->isOpen; }
bool ProjectSession::isOpening() const { return m_state->isOpening; }
bool ProjectSession::readOnly() const { return m_state->readOnly; }
std::filesystem::path ProjectSession::folder() const { return m_state->path; }
const Project& ProjectSession::project() const { return m_state->project; }

std::filesystem::path ProjectSession::modelFolder() const {
  return m_state->project.model.empty() ? starterModelFolder() : m_state->project.model;
}

const ModelReading& ProjectSession::modelReading() const { return m_state->modelReading; }

const std::vector<PhotoRow>& ProjectSession::photos() const { return m_state->photos; }

std::filesystem::path ProjectSession::photoFile(int row) const {
  return m_state->path / "dataset" / toPath(m_state->photos.at(static_cast<std::size_t>(row)).path);
}

int ProjectSession::rowOf(const QString& path) const { return m_state->rowOf(path); }

int ProjectSession::captionless() const {
  return static_cast<int>(std::count_if(m_state->photos.begin(), m_state->photos.end(),
                                        [](const PhotoRow& row) { return row.caption.trimmed().isEmpty(); }));
}

int ProjectSession::tokenCount(const QString& caption) const {
  return m_state->counter ? m_state->counter->count(caption.toStdString()) : -1;
}

JobId ProjectSession::importJob() const { return m_state->importJob; }

JobId ProjectSession::importPhotos(std::vector<std::filesystem::path> sources) {
  if (!isOpen() || readOnly() || sources.empty()) return 0;
  const JobId job = m_state->bridge.importPhotos(folder(), std::move(sources));
  m_state->importJob = job;
  return job;
}

void ProjectSession::setName(const QString& name) {
  const std::string before = project().name, after = name.toStdString();
  if (readOnly() || !isOpen() || before == after) return;
  m_state->undo.push(new ProjectCommand(
      *m_state, [after](Project& p) { p.name = after; }, [before](Project& p) { p.name = before; },
      tr("rename the project"), kMergeName));
}

void ProjectSession::setTrigger(const QString& trigger) {
  const std::string before = project().trigger, after = trigger.trimmed().toStdString();
  if (readOnly() || !isOpen() || before == after) return;
  m_state->undo.push(new ProjectCommand(
      *m_state, [after](Project& p) { p.trigger = after; }, [before](Project& p) { p.trigger = before; },
      tr("trigger word"), kMergeTrigger));
}

void ProjectSession::setModel(const std::filesystem::path& model) {
  const std::filesystem::path before = project().model;
  if (readOnly() || !isOpen() || before == model) return;
  m_state->undo.push(new ProjectCommand(
      *m_state, [model](Project& p) { p.model = model; }, [before](Project& p) { p.model = before; },
      tr("choice of model"), kNeverMerge));
}

void ProjectSession::setCaption(int row, const QString& caption, const QString& mergeKey) {
  if (readOnly() || row < 0 || row >= static_cast<int>(photos().size())) return;
  const PhotoRow& photo = photos()[static_cast<std::size_t>(row)];
  if (photo.caption == caption) return;
  m_state->undo.push(new CaptionCommand(*m_state, {{photo.path, photo.caption, caption}},
                                        tr("caption of %1").arg(photoName(photo.path)), mergeKey));
}

void ProjectSession::setCaptions(const std::vector<std::pair<int, QString>>& captions, const QString& undoText) {
  if (readOnly()) return;
  std::vector<CaptionCommand::Change> changes;
  for (const auto& [row, caption] : captions) {
    if (row < 0 || row >= static_cast<int>(photos().size())) continue;
    const PhotoRow& photo = photos()[static_cast<std::size_t>(row)];
    if (photo.caption != caption) changes.push_back({photo.path, photo.caption, caption});
  }
  if (!changes.empty()) m_state->undo.push(new CaptionCommand(*m_state, std::move(changes), undoText, {}));
}

void ProjectSession::applyTemplate(const QList<int>& rows, const QString& pattern) {
  std::vector<std::pair<int, QString>> captions;
  for (const int row : rows) {
    const PhotoRow& photo = photos().at(static_cast<std::size_t>(row));
    const std::string filled =
        applyCaptionTemplate(pattern.toStdString(), project().trigger, photo.caption.toStdString());
    captions.emplace_back(row, QString::fromStdString(filled));
  }
  setCaptions(captions, tr("template on %n captions", nullptr, static_cast<int>(captions.size())));
}

int ProjectSession::replaceInCaptions(const QList<int>& rows, const QString& find, const QString& replacement,
                                      bool matchCase) {
  if (find.isEmpty() || readOnly()) return 0;
  std::vector<std::pair<int, QString>> captions;
  for (const int row : rows) {
    QString caption = photos().at(static_cast<std::size_t>(row)).caption;
    caption.replace(find, replacement, matchCase ? Qt::CaseSensitive : Qt::CaseInsensitive);
    if (caption != photos().at(static_cast<std::size_t>(row)).caption) captions.emplace_back(row, caption);
  }
  const int changed = static_cast<int>(captions.size());
  setCaptions(captions, tr("replace in %n captions", nullptr, changed));
  return changed;
}

void ProjectSession::setStarred(const QList<int>& rows, bool starred) {
  if (readOnly()) return;
  QStringList paths;
  for (const int row : rows) {
    const PhotoRow& photo = photos().at(static_cast<std::size_t>(row));
    if (photo.starred != starred) paths << photo.path;
  }
  if (paths.isEmpty()) return;
  const int count = static_cast<int>(paths.size());
  m_state->undo.push(new StarCommand(
      *m_state, paths, starred,
      starred ? tr("star on %n photos", nullptr, count) : tr("no star on %n photos", nullptr, count)));
}

void ProjectSession::removePhotos(const QList<int>& rows) {
  if (readOnly() || rows.isEmpty()) return;
  std::vector<PhotoRow> taken;
  for (const int row : rows) taken.push_back(photos().at(static_cast<std::size_t>(row)));
  const int count = static_cast<int>(taken.size());
  m_state->undo.push(new RemoveCommand(*m_state, std::move(taken), tr("remove %n photos", nullptr, count)));
}

QUndoStack& ProjectSession::undoStack() { return m_state->undo; }

void ProjectSession::save() {
  if (isOpen()) m_state->saveNow();
}

void ProjectSession::saveSoon() {
  if (isOpen()) m_state->saveNow();
}

void ProjectSession::flush() {
  if (!isOpen()) return;
  m_state->saveNow();
  auto drained = std::make_shared<std::promise<void>>();
  m_state->bridge.post([drained] { drained->set_value(); }, nullptr, {});
  drained->get_future().wait();
}

}  // namespace pleinair::ui
