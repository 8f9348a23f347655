#pragma once

#include <QString>
#include <filesystem>
#include <vector>

namespace pleinair::ui {

class EngineBridge;
class MainWindow;

/// Opens the project (or makes one of the photos) in `paths` and saves a PNG of every panel in both languages and
/// themes into `folder`, 1440 x 900. Everything shown is what the engine did. Returns the exit status.
int takeDemoScreenshots(MainWindow& window, EngineBridge& bridge, const QString& folder,
                        const std::vector<std::filesystem::path>& paths);

}  // namespace pleinair::ui
