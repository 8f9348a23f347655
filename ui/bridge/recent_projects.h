#pragma once

#include <QObject>
#include <QStringList>
#include <filesystem>
#include <functional>
#include <vector>

namespace pleinair::ui {

class EngineBridge;

/// A project of the welcome page: its name and a few of its photos.
struct RecentProject {
  QString folder;
  QString name;
  int photoCount = 0;
  std::vector<std::filesystem::path> photos;  ///< the first few
};

/// Reads names and first photos of `folders` on the file lane; broken ones keep their folder's name. `done` runs on
/// the GUI thread while `context` lives.
void readRecentProjects(EngineBridge& bridge, const QStringList& folders, int photosEach, QObject* context,
                        std::function<void(std::vector<RecentProject>)> done);

}  // namespace pleinair::ui
