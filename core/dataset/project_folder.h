#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/config/project.h"

namespace pleinair {

/// A project on disk: `project.yaml`, `dataset/<group>/`, `runs/`, `sets/`, `trash/`, `cache/`. The first opener
/// holds an advisory lock (flock on `.lock`) for the object's life; a later one is read-only.
/// One thread at a time.
class ProjectFolder {
 public:
  /// Makes a new project; the folder may exist if it is empty. Its name defaults to the folder's.
  static Result<ProjectFolder> create(const std::filesystem::path& folder, const std::string& name = {});
  /// Opens an existing one. Broken YAML is BadConfig with line and column; nothing is changed then.
  static Result<ProjectFolder> open(const std::filesystem::path& folder);
  static bool isProject(const std::filesystem::path& folder);
  /// Takes away a project that nothing was ever put into: its empty folders, its lock, project.yaml and the folder.
  /// A project that holds any file stays whole; true when it went.
  static bool removeIfEmpty(const std::filesystem::path& folder);

  ProjectFolder(ProjectFolder&&) noexcept;
  ProjectFolder& operator=(ProjectFolder&&) noexcept;
  ~ProjectFolder();

  [[nodiscard]] const std::filesystem::path& folder() const;
  [[nodiscard]] bool readOnly() const;
  [[nodiscard]] std::filesystem::path datasetFolder() const;
  [[nodiscard]] std::filesystem::path runsFolder() const;
  [[nodiscard]] std::filesystem::path setsFolder() const;
  [[nodiscard]] std::filesystem::path cacheFolder() const;

  [[nodiscard]] const Project& project() const;
  /// Replaces the project's values and saves project.yaml atomically. ReadOnly error on a read-only project.
  Result<void> save(const Project& project);

 private:
  struct State;
  explicit ProjectFolder(std::unique_ptr<State> state);
  std::unique_ptr<State> m_state;
};

}  // namespace pleinair
