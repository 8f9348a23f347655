#include "ui/windows/drop_reader.h"

#include <QMimeData>
#include <QUrl>
#include <system_error>

#include "ui/bridge/qt_convert.h"

namespace pleinair::ui {
namespace fs = std::filesystem;

std::vector<fs::path> droppedPaths(const QMimeData* mime) {
  std::vector<fs::path> paths;
  const QList<QUrl> urls = mime->urls();
  for (const QUrl& url : urls) {
    if (fs::path path = toPath(url); !path.empty()) paths.push_back(std::move(path));
  }
  return paths;
}

bool isModelFolder(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path / "model_index.json", ignored) || fs::exists(path / "unet" / "config.json", ignored);
}

bool isWeightsFile(const fs::path& path) {
  static const QStringList endings{".safetensors", ".ckpt", ".pt", ".pth"};
  return endings.contains(toQString(path.extension()), Qt::CaseInsensitive);
}

fs::path freeFolder(const fs::path& parent, const std::string& name) {
  std::error_code ignored;
  fs::path folder = parent / name;
  for (int i = 2; fs::exists(folder, ignored); ++i) folder = parent / (name + " " + std::to_string(i));
  return folder;
}

fs::path newProjectFolder(const fs::path& parent, const std::vector<fs::path>& sources) {
  std::error_code ignored;
  fs::path first = sources.empty() ? fs::path() : sources.front();
  if (!first.empty() && first.filename().empty()) first = first.parent_path();
  const fs::path named = fs::is_directory(first, ignored) ? first : first.parent_path();
  // What is no UTF-8 shows as replacement characters; the project's own folder takes the readable form.
  std::string name = toQString(named.filename()).toStdString();
  if (name.empty() || name == "/") name = "Photos";
  return freeFolder(parent, name);
}

}  // namespace pleinair::ui
