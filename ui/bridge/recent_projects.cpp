#include "ui/bridge/recent_projects.h"

#include <algorithm>
#include <memory>

#include "core/config/yaml_codec.h"
#include "core/dataset/photos.h"
#include "ui/bridge/engine_bridge.h"
#include "ui/bridge/qt_convert.h"

namespace pleinair::ui {

void readRecentProjects(EngineBridge& bridge, const QStringList& folders, int photosEach, QObject* context,
                        std::function<void(std::vector<RecentProject>)> done) {
  auto found = std::make_shared<std::vector<RecentProject>>();
  const auto work = [found, folders, photosEach] {
    for (const QString& folder : folders) {
      const std::filesystem::path path = toPath(folder);
      RecentProject entry{folder, toQString(path.filename()), 0, {}};
      if (const auto project = yaml::loadProject(path / "project.yaml"); project && !project->name.empty()) {
        entry.name = QString::fromStdString(project->name);
      }
      if (const auto photos = listPhotos(path)) {
        entry.photoCount = static_cast<int>(photos->size());
        const auto count = std::min(photos->size(), static_cast<std::size_t>(photosEach));
        // Spread over the whole set, so that the strip shows more than one evening.
        for (std::size_t i = 0; i < count; ++i) {
          entry.photos.push_back(path / "dataset" / (*photos)[i * photos->size() / count].path);
        }
      }
      found->push_back(std::move(entry));
    }
  };
  bridge.post(work, context, [found, done = std::move(done)] { done(std::move(*found)); });
}

}  // namespace pleinair::ui
