#include "ui/windows/demo_screenshots.h"

#include <QApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QTextStream>
#include <functional>

#include "ui/bridge/app_settings.h"
#include "ui/bridge/engine_bridge.h"
#include "ui/panels/captions/captions_panel.h"
#include "ui/windows/main_window.h"

namespace pleinair::ui {
namespace {

constexpr int kOpenTimeoutMs = 120'000;
constexpr int kSettleMs = 1500;

/// Lets the window work until `done` or the time is over; true when done.
bool workUntil(const std::function<bool()>& done, int timeoutMs) {
  QElapsedTimer clock;
  clock.start();
  while (!done()) {
    if (clock.elapsed() > timeoutMs) return false;
    QApplication::processEvents(QEventLoop::AllEvents, 20);
  }
  return true;
}

void settle() {
  workUntil([] { return false; }, kSettleMs);
}

struct Shot {
  const char* name;
  PanelId panel;
};

constexpr Shot kShots[] = {{"dataset", PanelId::Dataset},
                           {"captions", PanelId::Captions},
                           {"training", PanelId::Training},
                           {"gallery", PanelId::Gallery}};

bool savePanels(MainWindow& window, const QDir& folder, const QString& suffix) {
  for (const Shot& shot : kShots) {
    window.showPanel(shot.panel);
    settle();
    const QString file = folder.filePath(QStringLiteral("%1-%2.png").arg(QLatin1String(shot.name), suffix));
    if (!window.grab().save(file)) {
      QTextStream(stderr) << "Cannot write " << file << ". Check the folder's permissions.\n";
      return false;
    }
  }
  return true;
}

}  // namespace

int takeDemoScreenshots(QApplication&, MainWindow& window, EngineBridge& bridge, const QString& folder,
                        const std::vector<std::filesystem::path>& paths) {
  const QDir target(folder);
  if (!target.mkpath(QStringLiteral("."))) {
    QTextStream(stderr) << "Cannot make " << folder << ". Choose another folder.\n";
    return 1;
  }
  window.resize(1440, 900);
  AppSettings& settings = AppSettings::instance();
  for (const char* language : {"en", "ru"}) {
    for (const char* theme : {"dark", "light"}) {
      settings.setLanguage(QLatin1String(language));
      settings.setTheme(QLatin1String(theme));
      settle();
      const QString suffix = QStringLiteral("%1-%2").arg(QLatin1String(language), QLatin1String(theme));
      if (!window.session().isOpen()) {
        window.grab().save(target.filePath(QStringLiteral("welcome-%1.png").arg(suffix)));
        if (paths.empty()) continue;
        window.openPaths(paths);
        const auto ready = [&] { return window.session().isOpen() && bridge.activeJobs().empty(); };
        if (!workUntil(ready, kOpenTimeoutMs)) {
          QTextStream(stderr) << "The project did not open in time.\n";
          return 1;
        }
        settle();
      }
      if (!savePanels(window, target, suffix)) return 1;
    }
  }
  QTextStream(stdout) << "Screenshots are in " << folder << "\n";
  window.close();
  return 0;
}

}  // namespace pleinair::ui
