#include <algorithm>

#include "ui/bridge/session_state.h"

namespace pleinair::ui {
namespace {

constexpr int kCaptionTyping = 1;

}  // namespace

CaptionCommand::CaptionCommand(ProjectSession::State& state, std::vector<Change> changes, const QString& text,
                               QString mergeKey)
    : QUndoCommand(text), m_state(state), m_changes(std::move(changes)), m_mergeKey(std::move(mergeKey)) {}

void CaptionCommand::redo() {
  for (const Change& change : m_changes) m_state.writeCaption(change.path, change.after);
}

void CaptionCommand::undo() {
  for (const Change& change : m_changes) m_state.writeCaption(change.path, change.before);
}

int CaptionCommand::id() const { return m_mergeKey.isEmpty() ? -1 : kCaptionTyping; }

bool CaptionCommand::mergeWith(const QUndoCommand* other) {
  const auto* next = dynamic_cast<const CaptionCommand*>(other);
  if (next == nullptr || next->m_mergeKey != m_mergeKey) return false;
  if (m_changes.size() != 1 || next->m_changes.size() != 1) return false;
  if (m_changes.front().path != next->m_changes.front().path) return false;
  m_changes.front().after = next->m_changes.front().after;
  setObsolete(m_changes.front().after == m_changes.front().before);
  return true;
}

RemoveCommand::RemoveCommand(ProjectSession::State& state, std::vector<PhotoRow> photos, const QString& text)
    : QUndoCommand(text), m_state(state), m_photos(std::move(photos)) {}

void RemoveCommand::redo() {
  // Captions and stars may have been edited and undone since; what is there now is what comes back.
  for (PhotoRow& photo : m_photos) {
    if (const int row = m_state.rowOf(photo.path); row >= 0) photo = m_state.photos[static_cast<std::size_t>(row)];
  }
  m_state.takeOut(m_photos);
}

void RemoveCommand::undo() { m_state.putBack(m_photos); }

StarCommand::StarCommand(ProjectSession::State& state, QStringList paths, bool starred, const QString& text)
    : QUndoCommand(text), m_state(state), m_paths(std::move(paths)), m_starred(starred) {}

void StarCommand::redo() {
  for (const QString& path : m_paths) m_state.writeStar(path, m_starred);
}

void StarCommand::undo() {
  for (const QString& path : m_paths) m_state.writeStar(path, !m_starred);
}

ProjectCommand::ProjectCommand(ProjectSession::State& state, Change apply, Change revert, const QString& text,
                               int mergeId)
    : QUndoCommand(text),
      m_state(state),
      m_apply(std::move(apply)),
      m_revert(std::move(revert)),
      m_mergeId(mergeId) {}

void ProjectCommand::redo() {
  Project project = m_state.project;
  m_apply(project);
  m_state.writeProject(project);
}

void ProjectCommand::undo() {
  Project project = m_state.project;
  m_revert(project);
  m_state.writeProject(project);
}

bool ProjectCommand::mergeWith(const QUndoCommand* other) {
  const auto* next = dynamic_cast<const ProjectCommand*>(other);
  if (next == nullptr || next->m_mergeId != m_mergeId) return false;
  m_apply = next->m_apply;
  return true;
}

}  // namespace pleinair::ui
