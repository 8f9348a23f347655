#include "ui/bridge/session_state.h"

#include <algorithm>
#include <optional>

#include "core/dataset/photos.h"
#include "ui/bridge/photo_order.h"
#include "ui/bridge/qt_convert.h"

namespace pleinair::ui {
namespace {

constexpr int kSaveDelayMs = 400;

PhotoRow rowFrom(const Photo& photo) {
  return {QString::fromStdString(photo.path), QString::fromStdString(photo.group),
          QString::fromStdString(photo.caption), photo.starred};
}

auto placeOf(std::vector<PhotoRow>& photos, const QString& path) {
  return std::lower_bound(photos.begin(), photos.end(), path,
                          [](const PhotoRow& row, const QString& value) { return photoPathLess(row.path, value); });
}

struct Opened {
  std::shared_ptr<ProjectFolder> folder;
  std::vector<Photo> photos;
  std::optional<Error> error;
};

}  // namespace

ProjectSession::State::State(EngineBridge& engineBridge, ProjectSession& owner)
    : bridge(engineBridge), session(owner) {
  saveTimer.setSingleShot(true);
  saveTimer.setInterval(kSaveDelayMs);
}

void ProjectSession::State::begin(const std::filesystem::path& target, std::function<Result<ProjectFolder>()> make) {
  session.close();
  isOpening = true;
  path = target;
  const quint64 ticket = ++generation;
  auto answer = std::make_shared<Opened>();
  const auto work = [answer, make = std::move(make)] {
    auto made = make();
    if (!made) {
      answer->error = made.error();
      return;
    }
    answer->folder = std::make_shared<ProjectFolder>(std::move(*made));
    auto listed = listPhotos(answer->folder->folder());
    if (!listed) {
      answer->error = listed.error();
      answer->folder.reset();
      return;
    }
    answer->photos = std::move(*listed);
  };
  bridge.post(work, &session, [this, answer, ticket] {
    if (ticket != generation) return;
    isOpening = false;
    if (answer->error) {
      Q_EMIT session.openFailed(EngineBridge::errorText(*answer->error));
      return;
    }
    folder = answer->folder;
    path = folder->folder();
    readOnly = folder->readOnly();
    project = folder->project();
    photos.clear();
    for (const Photo& photo : answer->photos) photos.push_back(rowFrom(photo));
    std::sort(photos.begin(), photos.end(),
              [](const PhotoRow& a, const PhotoRow& b) { return photoPathLess(a.path, b.path); });
    isOpen = true;
    readModel();
    Q_EMIT session.photosReset();
    Q_EMIT session.opened();
    Q_EMIT session.projectChanged();
  });
}

void ProjectSession::State::readModel() {
  struct Read {
    ModelReading reading;
    std::shared_ptr<const TokenCounter> counter;
  };
  auto answer = std::make_shared<Read>();
  answer->reading.model = session.modelFolder();
  const auto work = [answer] {
    ModelReading& reading = answer->reading;
    if (auto outline = ModelOutline::read(reading.model))
      reading.outline = std::make_shared<ModelOutline>(std::move(*outline));
    if (auto loaded = TokenCounter::load(reading.model)) answer->counter = *loaded;
  };
  bridge.post(work, &session, [this, answer, ticket = generation] {
    if (ticket != generation) return;
    counter = answer->counter;
    modelReading = answer->reading;
    Q_EMIT session.tokenCounterChanged();
    Q_EMIT session.modelRead();
  });
}

int ProjectSession::State::rowOf(const QString& photoPath) const {
  auto& rows = const_cast<std::vector<PhotoRow>&>(photos);
  const auto found = placeOf(rows, photoPath);
  return found != rows.end() && found->path == photoPath ? static_cast<int>(found - rows.begin()) : -1;
}

void ProjectSession::State::writeCaption(const QString& photoPath, const QString& caption) {
  const int row = rowOf(photoPath);
  if (row < 0) return;
  photos[static_cast<std::size_t>(row)].caption = caption;
  unsavedCaptions[photoPath] = caption;
  saveSoon();
  Q_EMIT session.photoChanged(row);
}

void ProjectSession::State::writeStar(const QString& photoPath, bool starred) {
  const int row = rowOf(photoPath);
  if (row < 0) return;
  photos[static_cast<std::size_t>(row)].starred = starred;
  const std::string name = photoPath.toStdString();
  const auto state = std::find_if(project.photos.begin(), project.photos.end(),
                                  [&name](const PhotoState& value) { return value.path == name; });
  if (state != project.photos.end()) {
    state->starred = starred;
  } else {
    project.photos.push_back({name, false, starred});
  }
  projectUnsaved = true;
  saveSoon();
  Q_EMIT session.photoChanged(row);
}

void ProjectSession::State::insertPhoto(const PhotoRow& photo) {
  const auto place = placeOf(photos, photo.path);
  if (place != photos.end() && place->path == photo.path) return;
  const int row = static_cast<int>(place - photos.begin());
  photos.insert(place, photo);
  Q_EMIT session.photoAdded(row);
}

void ProjectSession::State::takeOut(const std::vector<PhotoRow>& rows) {
  saveNow();  // a caption that is still on its way must reach the disk before its photo moves
  std::vector<std::string> names;
  for (const PhotoRow& photo : rows) {
    const int row = rowOf(photo.path);
    if (row < 0) continue;
    photos.erase(photos.begin() + row);
    names.push_back(photo.path.toStdString());
    Q_EMIT session.photoRemoved(row);
  }
  onFileLane([root = path, names]() -> Result<void> {
    for (const std::string& name : names) PLEINAIR_TRY(removePhoto(root, name));
    return {};
  });
}

void ProjectSession::State::putBack(const std::vector<PhotoRow>& rows) {
  std::vector<std::string> names;
  for (const PhotoRow& photo : rows) {
    insertPhoto(photo);
    names.push_back(photo.path.toStdString());
  }
  onFileLane([root = path, names]() -> Result<void> {
    for (const std::string& name : names) PLEINAIR_TRY(restorePhoto(root, name));
    return {};
  });
}

void ProjectSession::State::writeProject(const Project& value) {
  const bool otherModel = value.model != project.model;
  project = value;
  projectUnsaved = true;
  saveSoon();
  if (otherModel) readModel();
  Q_EMIT session.projectChanged();
}

void ProjectSession::State::saveSoon() { saveTimer.start(); }

void ProjectSession::State::saveNow() {
  saveTimer.stop();
  if (!unsavedCaptions.empty()) {
    onFileLane([root = path, captions = std::exchange(unsavedCaptions, {})]() -> Result<void> {
      for (const auto& [name, caption] : captions) {
        PLEINAIR_TRY(saveCaption(root, name.toStdString(), caption.toStdString()));
      }
      return {};
    });
  }
  if (std::exchange(projectUnsaved, false)) {
    onFileLane([target = folder, value = project] { return target->save(value); });
  }
}

void ProjectSession::State::onFileLane(std::function<Result<void>()> work) {
  auto failure = std::make_shared<std::optional<Error>>();
  bridge.post(
      [work = std::move(work), failure] {
        if (auto done = work(); !done) *failure = done.error();
      },
      &session,
      [this, failure] {
        if (*failure) Q_EMIT session.saveFailed(EngineBridge::errorText(**failure));
      });
}

void ProjectSession::State::adoptImportedCaptions() {
  auto listed = std::make_shared<std::vector<Photo>>();
  const auto work = [listed, root = path] {
    if (auto photosOnDisk = listPhotos(root)) *listed = std::move(*photosOnDisk);
  };
  bridge.post(work, &session, [this, listed, ticket = generation, fresh = std::exchange(importedPaths, {})] {
    if (ticket != generation) return;
    for (const Photo& photo : *listed) {
      const PhotoRow found = rowFrom(photo);
      const int row = rowOf(found.path);
      if (row < 0) continue;
      PhotoRow& shown = photos[static_cast<std::size_t>(row)];
      if (!fresh.contains(found.path) || !shown.caption.isEmpty() || found.caption.isEmpty()) continue;
      shown.caption = found.caption;
      Q_EMIT session.photoChanged(row);
    }
  });
}

}  // namespace pleinair::ui
