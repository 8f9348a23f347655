#include "core/dataset/photos.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "core/base/atomic_file.h"
#include "core/base/log.h"
#include "core/base/utf8.h"
#include "core/config/yaml_codec.h"
#include "core/dataset/paths.h"
#include "core/image/codec.h"

namespace pleinair {
namespace fs = std::filesystem;

namespace dataset {
namespace {

constexpr std::size_t kMaxCaptionBytes = std::size_t{1} << 20;

}  // namespace

Result<fs::path> photoFile(const fs::path& root, const std::string& photoPath) {
  const fs::path relative(photoPath);
  const bool leadsOut =
      std::any_of(relative.begin(), relative.end(), [](const fs::path& part) { return part == ".."; });
  if (photoPath.empty() || relative.is_absolute() || leadsOut) {
    return Error{ErrorCode::BadArgument, "This is not the path of a photo in the project", photoPath, ""};
  }
  return root / relative;
}

fs::path sidecar(const fs::path& photo, const char* extension) {
  fs::path file = photo;
  return file.replace_extension(extension);
}

std::string readSidecar(const fs::path& photo) {
  for (const char* extension : {".txt", ".caption"}) {
    const auto bytes = readFile(sidecar(photo, extension), kMaxCaptionBytes);
    if (bytes) return decodeCaptionBytes(bytes.value());
  }
  return {};
}

std::string numbered(const std::string& fileName, int number) {
  if (number <= 1) return fileName;
  const fs::path name(fileName);
  return name.stem().string() + " (" + std::to_string(number) + ")" + name.extension().string();
}

}  // namespace dataset

namespace {

Error noSuchPhoto(const fs::path& file) {
  return {ErrorCode::NotFound, "The photo is not in the project any more", file.string(),
          "Look at the dataset again."};
}

bool isThere(const fs::path& file) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(file, ignored));
}

// A rename that never replaces what lies at the target.
Result<void> moveFile(const fs::path& from, const fs::path& to) {
  std::error_code problem;
  fs::create_directories(to.parent_path(), problem);
  if (problem) return systemError(problem.value(), "Cannot create the folder", to.parent_path());
  fs::rename(from, to, problem);
  if (problem) return systemError(problem.value(), "Cannot move the photo", from);
  return {};
}

// Makes room at `target` in the trash by giving what lies there, and its caption, the next free number.
Result<void> stepAside(const fs::path& target) {
  if (!isThere(target)) return {};
  fs::path free = target;
  for (int number = 2; isThere(free); ++number)
    free.replace_filename(dataset::numbered(target.filename().string(), number));
  PLEINAIR_TRY(moveFile(target, free));
  for (const char* extension : {".txt", ".caption"}) {
    if (isThere(dataset::sidecar(target, extension))) {
      PLEINAIR_TRY(moveFile(dataset::sidecar(target, extension), dataset::sidecar(free, extension)));
    }
  }
  return {};
}

// The photo first: after a crash between the two its caption still lies where a restore looks for it.
Result<void> movePhoto(const fs::path& from, const fs::path& to) {
  PLEINAIR_TRY(moveFile(from, to));
  for (const char* extension : {".txt", ".caption"}) {
    if (isThere(dataset::sidecar(from, extension))) {
      PLEINAIR_TRY(moveFile(dataset::sidecar(from, extension), dataset::sidecar(to, extension)));
    }
  }
  return {};
}

}  // namespace

Result<std::vector<Photo>> listPhotos(const fs::path& project) {
  PLEINAIR_ASSIGN(const Project settings, yaml::loadProject(project / "project.yaml"));
  std::set<std::string> removed, starred;
  for (const PhotoState& state : settings.photos) {
    if (state.removed) removed.insert(state.path);
    if (state.starred) starred.insert(state.path);
  }
  const fs::path root = project / "dataset";
  std::vector<Photo> photos;
  if (!isThere(root)) return photos;
  std::error_code problem;
  fs::recursive_directory_iterator it(root, fs::directory_options::skip_permission_denied, problem);
  for (; !problem && it != fs::recursive_directory_iterator(); it.increment(problem)) {
    const fs::path& file = it->path();
    std::error_code ignored;
    if (file.filename().native().starts_with('.')) {
      if (it->is_directory(ignored)) it.disable_recursion_pending();
      continue;
    }
    if (!isPhotoFileName(file) || !it->is_regular_file(ignored)) continue;
    Photo photo;
    photo.path = file.lexically_relative(root).generic_string();
    if (!utf8::isValid(photo.path)) {
      log::warning("Left out, its name is not UTF-8: " + utf8::percentEscaped(file.native()));
      continue;
    }
    if (removed.contains(photo.path)) continue;
    photo.group = fs::path(photo.path).parent_path().generic_string();
    photo.caption = dataset::readSidecar(file);
    photo.starred = starred.contains(photo.path);
    photos.push_back(std::move(photo));
  }
  if (problem) return systemError(problem.value(), "Cannot read the project's photos", root);
  std::sort(photos.begin(), photos.end(), [](const Photo& a, const Photo& b) { return a.path < b.path; });
  return photos;
}

Result<void> saveCaption(const fs::path& project, const std::string& photoPath, const std::string& caption) {
  PLEINAIR_ASSIGN(const fs::path photo, dataset::photoFile(project / "dataset", photoPath));
  if (!isThere(photo)) return noSuchPhoto(photo);
  const fs::path file = dataset::sidecar(photo, ".txt");
  // An older .caption would come back once the .txt is gone: then an empty .txt says that there is none.
  if (!caption.empty() || isThere(dataset::sidecar(photo, ".caption"))) {
    return writeFileAtomic(file, caption.empty() ? std::string() : utf8::repaired(caption) + "\n");
  }
  std::error_code problem;
  fs::remove(file, problem);
  if (problem) return systemError(problem.value(), "Cannot remove the caption", file);
  return {};
}

Result<void> removePhoto(const fs::path& project, const std::string& photoPath) {
  PLEINAIR_ASSIGN(const fs::path photo, dataset::photoFile(project / "dataset", photoPath));
  PLEINAIR_ASSIGN(const fs::path target, dataset::photoFile(project / "trash", photoPath));
  if (!isThere(photo)) return noSuchPhoto(photo);
  PLEINAIR_TRY(stepAside(target));
  return movePhoto(photo, target);
}

Result<void> restorePhoto(const fs::path& project, const std::string& photoPath) {
  PLEINAIR_ASSIGN(const fs::path photo, dataset::photoFile(project / "dataset", photoPath));
  PLEINAIR_ASSIGN(const fs::path source, dataset::photoFile(project / "trash", photoPath));
  if (!isThere(source)) return noSuchPhoto(source);
  if (isThere(photo)) {
    return Error{ErrorCode::BadArgument, "Another photo has taken this name since", photo.string(),
                 "Remove that one first."};
  }
  return movePhoto(source, photo);
}

}  // namespace pleinair
