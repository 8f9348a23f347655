#include "ui/windows/demo_screenshots.h"

#include <QApplication>
#include <QDir>
#include <QTemporaryDir>
#include <QTextStream>

#include "ui/bridge/app_settings.h"
#include "ui/bridge/engine_bridge.h"
#include "ui/bridge/qt_convert.h"
#include "ui/dialogs/keys_overlay.h"
#include "ui/dialogs/settings_dialog.h"
#include "ui/panels/captions/captions_panel.h"
#include "ui/panels/dataset/dataset_panel.h"
#include "ui/panels/gallery/gallery_panel.h"
#include "ui/panels/training/run_view.h"
#include "ui/panels/training/training_panel.h"
#include "ui/panels/training/training_settings.h"
#include "ui/widgets/photo_grid.h"
#include "ui/windows/main_window.h"
#include "ui/windows/work_until.h"

namespace pleinair::ui {
namespace {

constexpr int kOpenTimeoutMs = 180'000;
constexpr int kWorkTimeoutMs = 3'600'000;
constexpr int kSettleMs = 1500;
constexpr int kDemoSteps = 80;
constexpr int kDemoSampleEvery = 20;

void settle() {
  workUntil([] { return false; }, kSettleMs);
}

/// Plays the artist once, then takes the pictures.
class Demo {
 public:
  Demo(MainWindow& window, EngineBridge& bridge, QDir folder)
      : m_window(window), m_bridge(bridge), m_folder(std::move(folder)) {}

  bool open(const std::vector<std::filesystem::path>& paths) {
    m_window.openPaths(paths);
    return check(
        workUntil([this] { return m_window.session().isOpen() && m_bridge.activeJobs().empty(); }, kOpenTimeoutMs),
        "The project did not open in time.");
  }

  /// Photos for a project, where none were given: evenings that the starter model draws into `folder`.
  bool drawPhotos(const std::filesystem::path& folder) {
    GenerationRequest request;
    request.model = starterModelFolder();
    request.prompts = {"a photo of a sunset over the sea, orange sky", "sunset over the mountains, golden clouds",
                       "a lake at dusk, pink sky, reflections", "evening over the hills, red sky"};
    request.count = 3;
    request.seed = 7;
    m_bridge.generate(std::move(request), folder, QStringLiteral("evenings"));
    return check(workUntil([this] { return m_bridge.activeJobs().empty(); }, kWorkTimeoutMs) && exists(folder),
                 "The photos of the demonstration were not drawn.");
  }

  void caption() {
    ProjectSession& session = m_window.session();
    if (session.readOnly() || session.captionless() == 0) return;
    if (session.project().trigger.empty()) session.setTrigger(QStringLiteral("SKY"));
    QList<int> rows;
    for (int row = 0; row < static_cast<int>(session.photos().size()); ++row) {
      if (session.photos()[static_cast<std::size_t>(row)].caption.trimmed().isEmpty()) rows << row;
    }
    session.applyTemplate(rows, QStringLiteral("a photo of the {trigger}, {caption}"));
    session.flush();
  }

  /// A real run of a few steps, unless the project has one already.
  bool train() {
    TrainingPanel& panel = m_window.training();
    settle();
    if (!panel.runs().runs().empty()) {
      panel.openRun(panel.runs().at(0).folder);
      return true;
    }
    TrainingConfig config = panel.settings().config();
    config.steps = kDemoSteps;
    config.sampleEvery = kDemoSampleEvery;
    config.checkpointEvery = kDemoSteps / 2;
    panel.settings().setConfig(config);
    settle();
    m_window.showPanel(PanelId::Training);
    panel.train();
    if (!check(panel.hasRunningWork(), "The training did not start.")) return false;
    const auto halfway = [&panel] {
      return !panel.hasRunningWork() || panel.view().lastStep() > kDemoSteps / 2 + kDemoSampleEvery / 2;
    };
    workUntil(halfway, kWorkTimeoutMs);
    shoot(QStringLiteral("training-running"));
    return check(workUntil([&panel] { return !panel.hasRunningWork(); }, kWorkTimeoutMs),
                 "The training did not end.");
  }

  /// Two sets, before and after, side by side, unless there are sets already.
  bool compare() {
    GalleryPanel& gallery = m_window.gallery();
    m_window.showPanel(PanelId::Gallery);
    settle();
    if (gallery.sets().rowCount() >= 2) {
      gallery.compareSets({gallery.sets().at(1).folder, gallery.sets().at(0).folder});
      return true;
    }
    const auto& runs = m_window.training().runs().runs();
    if (!check(!runs.empty() && !runs.front().checkpoints.empty(), "The run left no checkpoint.")) return false;
    gallery.compareBeforeAfter(runs.front().config, runs.front().checkpoints.back().file);
    const auto drawn = [&] {
      if (gallery.hasRunningWork() || !m_bridge.activeJobs().empty() || gallery.sets().rowCount() < 2) return false;
      return !gallery.sets().at(0).set.pictures.empty() && !gallery.sets().at(1).set.pictures.empty();
    };
    return check(workUntil(drawn, kWorkTimeoutMs), "The sets were not finished.");
  }

  bool shoot(const QString& name) { return shoot(name, m_window); }

  bool shoot(const QString& name, QWidget& widget) {
    settle();
    const QString file = m_folder.filePath(QStringLiteral("%1-%2.png").arg(name, m_suffix));
    return check(widget.grab().save(file), "A screenshot could not be written. Check the folder's permissions.");
  }

  bool shootPanels() {
    PhotoGrid& grid = m_window.dataset().grid();
    grid.setCurrentIndex(grid.model()->index(1, 0));
    m_window.showPanel(PanelId::Dataset);
    if (!shoot(QStringLiteral("dataset"))) return false;
    m_window.showPanel(PanelId::Captions);
    if (!shoot(QStringLiteral("captions"))) return false;
    m_window.showPanel(PanelId::Training);
    if (!shoot(QStringLiteral("training"))) return false;
    m_window.showPanel(PanelId::Gallery);
    if (!shoot(QStringLiteral("gallery"))) return false;
    SettingsDialog settings(&m_window);
    settings.show();
    if (!shoot(QStringLiteral("settings"), settings)) return false;
    settings.hide();
    KeysOverlay keys(&m_window);
    keys.toggle();
    return shoot(QStringLiteral("keys"));
  }

  void dress(const char* language, const char* theme) {
    AppSettings::instance().setLanguage(QLatin1String(language));
    AppSettings::instance().setTheme(QLatin1String(theme));
    m_suffix = QStringLiteral("%1-%2").arg(QLatin1String(language), QLatin1String(theme));
  }

 private:
  static bool check(bool good, const char* sentence) {
    if (!good) QTextStream(stderr) << sentence << '\n';
    return good;
  }

  MainWindow& m_window;
  EngineBridge& m_bridge;
  QDir m_folder;
  QString m_suffix;
};

constexpr std::pair<const char*, const char*> kLooks[] = {
    {"en", "dark"}, {"en", "light"}, {"ru", "dark"}, {"ru", "light"}};

}  // namespace

int takeDemoScreenshots(MainWindow& window, EngineBridge& bridge, const QString& folder,
                        std::vector<std::filesystem::path> paths, const QSize& size) {
  const QDir target(folder);
  if (!target.mkpath(QStringLiteral("."))) {
    QTextStream(stderr) << "Cannot make " << folder << ". Choose another folder.\n";
    return 1;
  }
  window.resize(size);
  Demo demo(window, bridge, target);
  demo.dress("en", "dark");
  const QTemporaryDir scratch;
  if (paths.empty()) {
    const std::filesystem::path home = toPath(scratch.path());
    AppSettings::instance().setProjectsFolder(home / "projects");
    if (!demo.drawPhotos(home / "evenings")) return 1;
    paths = {home / "evenings"};
  }
  if (!demo.open(paths)) return 1;
  demo.caption();
  // Where no model is installed, the panels are shown as they are without one.
  const int status = demo.train() && demo.compare() ? 0 : 2;
  for (const auto& [language, theme] : kLooks) {
    demo.dress(language, theme);
    if (!demo.shootPanels()) return 1;
  }
  window.session().close();
  // Last, so that the project just closed stands among the recent ones.
  for (const auto& [language, theme] : kLooks) {
    demo.dress(language, theme);
    if (!demo.shoot(QStringLiteral("welcome"))) return 1;
  }
  QTextStream(stdout) << "Screenshots are in " << folder << "\n";
  window.close();
  return status;
}

}  // namespace pleinair::ui
