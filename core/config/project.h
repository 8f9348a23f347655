#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace pleinair {

/// What a project remembers of one photo besides its pixels and caption. `path` is relative to
/// `dataset/`, in UTF-8, with '/' ("evening/IMG_0012.jpg").
struct PhotoState {
  std::string path;
  bool removed = false;  ///< taken out of the project's view and of training; the file stays in trash/
  bool starred = false;
  friend bool operator==(const PhotoState&, const PhotoState&) = default;
};

/// `project.yaml`. Keys this program does not know are kept by the codec when it saves.
struct Project {
  static constexpr int kVersion = 1;
  int version = kVersion;
  std::string name;
  std::string trigger;          ///< the word that calls the trained subject, for example "SKY"
  std::filesystem::path model;  ///< empty: the starter model
  std::vector<PhotoState> photos;
  friend bool operator==(const Project&, const Project&) = default;
};

}  // namespace pleinair
