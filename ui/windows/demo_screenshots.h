#pragma once

#include <QSize>
#include <QString>
#include <filesystem>
#include <vector>

namespace pleinair::ui {

class EngineBridge;
class MainWindow;

/// Opens the project in `paths`, or makes one of the photos there (of pictures that the starter model draws, where there
/// are none), and saves a PNG of every panel in both languages and themes into `folder`, the window `size` large.
/// Everything shown is what the engine did. Returns the exit status.
int takeDemoScreenshots(MainWindow& window, EngineBridge& bridge, const QString& folder,
                        std::vector<std::filesystem::path> paths, const QSize& size);

}  // namespace pleinair::ui
