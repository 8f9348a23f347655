#include "core/dataset/project_folder.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <utility>

#include "core/base/atomic_file.h"
#include "core/base/log.h"
#include "core/base/utf8.h"
#include "core/config/yaml_codec.h"

namespace pleinair {
namespace fs = std::filesystem;

struct ProjectFolder::State {
  fs::path folder;
  Project project;
  int lock = -1;
  bool readOnly = false;
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (lock >= 0) ::close(lock);
  }
};

namespace {

constexpr const char* kProjectFile = "project.yaml";

struct Lock {
  int descriptor = -1;
  bool readOnly = false;
};

// A place that cannot be written, and a project that someone else holds, are both opened for looking only.
Lock takeLock(const fs::path& folder) {
  if (::access(folder.c_str(), W_OK) != 0) return {-1, true};
  const int descriptor = ::open((folder / ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) return {-1, true};
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return {descriptor, false};
  if (errno == EWOULDBLOCK) {
    ::close(descriptor);
    return {-1, true};
  }
  log::warning("This file system knows no locks; nothing keeps a second window from writing to " + folder.string());
  return {descriptor, false};
}

constexpr const char* kFolders[] = {"dataset", "runs", "sets", "trash", "cache"};

Result<void> makeTree(const fs::path& folder) {
  for (const char* name : kFolders) {
    std::error_code problem;
    fs::create_directories(folder / name, problem);
    if (problem) return systemError(problem.value(), "Cannot create the folder", folder / name);
  }
  return {};
}

// True for "photo.jpg.123-4.part" whose process 123 is no more.
bool isAbandonedTemporary(const fs::path& file) {
  if (file.extension() != ".part") return false;
  std::string process = file.stem().extension().string();
  if (process.empty()) return false;
  int id = 0;
  const auto [end, problem] = std::from_chars(process.data() + 1, process.data() + process.size(), id);
  return problem == std::errc() && *end == '-' && id > 0 && ::kill(id, 0) != 0 && errno == ESRCH;
}

void clearAbandoned(const fs::path& dataset) {
  std::error_code problem;
  for (fs::recursive_directory_iterator it(dataset, fs::directory_options::skip_permission_denied, problem), end;
       !problem && it != end; it.increment(problem)) {
    if (isAbandonedTemporary(it->path())) {
      std::error_code ignored;
      fs::remove(it->path(), ignored);
    }
  }
}

Result<bool> holdsFiles(const fs::path& folder) {
  std::error_code problem;
  fs::directory_iterator it(folder, problem);
  if (problem) return systemError(problem.value(), "Cannot read the folder", folder);
  return std::any_of(fs::begin(it), fs::end(it), [](const fs::directory_entry& entry) {
    return !entry.path().filename().native().starts_with('.');  // what file managers leave behind
  });
}

}  // namespace

ProjectFolder::ProjectFolder(std::unique_ptr<State> state) : m_state(std::move(state)) {}
ProjectFolder::ProjectFolder(ProjectFolder&&) noexcept = default;
ProjectFolder& ProjectFolder::operator=(ProjectFolder&&) noexcept = default;
ProjectFolder::~ProjectFolder() = default;

bool ProjectFolder::isProject(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_regular_file(folder / kProjectFile, ignored);
}

bool ProjectFolder::removeIfEmpty(const fs::path& folder) {
  std::error_code problem;
  for (const char* name : kFolders) {
    if (fs::exists(folder / name, problem) && (problem || !fs::is_empty(folder / name, problem))) return false;
  }
  if (problem) return false;
  // remove() takes no folder that holds something, so a file that comes in this moment stays.
  for (const char* name : kFolders) fs::remove(folder / name, problem);
  for (const char* name : {".lock", kProjectFile}) fs::remove(folder / name, problem);
  return fs::remove(folder, problem) && !problem;
}

Result<ProjectFolder> ProjectFolder::create(const fs::path& folder, const std::string& name) {
  if (folder.empty()) return Error{ErrorCode::BadArgument, "A project needs a folder", "", ""};
  if (isProject(folder)) {
    return Error{ErrorCode::BadArgument, "There is a project in this folder already", folder.string(),
                 "Open it instead."};
  }
  std::error_code problem;
  if (fs::exists(folder, problem)) {
    if (!fs::is_directory(folder, problem)) {
      return Error{ErrorCode::BadArgument, "There is a file where the project's folder should be", folder.string(),
                   "Choose another name."};
    }
    PLEINAIR_ASSIGN(const bool used, holdsFiles(folder));
    if (used) {
      return Error{ErrorCode::BadArgument, "The folder holds other files", folder.string(),
                   "Choose an empty folder or a new name for the project."};
    }
  }
  fs::create_directories(folder, problem);
  if (problem) return systemError(problem.value(), "Cannot create the folder", folder);
  Project project;
  const fs::path whole = fs::absolute(folder, problem).lexically_normal();
  const fs::path leaf = whole.has_filename() ? whole.filename() : whole.parent_path().filename();
  project.name = name.empty() ? utf8::percentEscaped(leaf.native()) : name;
  PLEINAIR_TRY(yaml::saveProject(folder / kProjectFile, project));
  PLEINAIR_TRY(makeTree(folder));
  return open(folder);
}

Result<ProjectFolder> ProjectFolder::open(const fs::path& folder) {
  std::error_code problem;
  if (!fs::is_directory(folder, problem)) {
    if (problem && problem.value() != ENOENT && problem.value() != ENOTDIR) {
      return systemError(problem.value(), "Cannot open the project", folder);
    }
    return Error{ErrorCode::NotFound, "There is no such project folder", folder.string(), "Check the path."};
  }
  auto project = yaml::loadProject(folder / kProjectFile);
  if (!project) {
    if (project.error().code == ErrorCode::NotFound) {
      return Error{ErrorCode::NotFound, "The folder is not a Pleinair project: it has no project.yaml",
                   folder.string(), "Create a project, then drop this folder on it to import its photos."};
    }
    return std::move(project).error();
  }
  auto state = std::make_unique<State>();
  state->folder = folder;
  state->project = std::move(project).value();
  const Lock lock = takeLock(folder);
  state->lock = lock.descriptor;
  state->readOnly = lock.readOnly;
  if (!lock.readOnly) {
    PLEINAIR_TRY(makeTree(folder));
    clearAbandoned(folder / "dataset");
  }
  return ProjectFolder(std::move(state));
}

const fs::path& ProjectFolder::folder() const { return m_state->folder; }
bool ProjectFolder::readOnly() const { return m_state->readOnly; }
fs::path ProjectFolder::datasetFolder() const { return m_state->folder / "dataset"; }
fs::path ProjectFolder::runsFolder() const { return m_state->folder / "runs"; }
fs::path ProjectFolder::setsFolder() const { return m_state->folder / "sets"; }
fs::path ProjectFolder::cacheFolder() const { return m_state->folder / "cache"; }
const Project& ProjectFolder::project() const { return m_state->project; }

Result<void> ProjectFolder::save(const Project& project) {
  if (m_state->readOnly) {
    return Error{ErrorCode::ReadOnly, "The project is open elsewhere or its folder cannot be written",
                 m_state->folder.string(),
                 "Close the other window, or copy the project to a place you can write to."};
  }
  Project kept = project;
  // Only what differs from the default is remembered: the photos themselves are what lies in dataset/.
  std::erase_if(kept.photos, [](const PhotoState& photo) { return !photo.removed && !photo.starred; });
  PLEINAIR_TRY(yaml::saveProject(m_state->folder / kProjectFile, kept));
  m_state->project = std::move(kept);
  return {};
}

}  // namespace pleinair
