#include "ui/windows/cancel_timing.h"

#include <QDir>
#include <QElapsedTimer>
#include <QImage>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTextStream>
#include <QTimer>
#include <algorithm>
#include <functional>
#include <map>

#include "ui/bridge/app_settings.h"
#include "ui/bridge/qt_convert.h"
#include "ui/panels/gallery/gallery_panel.h"
#include "ui/panels/training/training_panel.h"
#include "ui/panels/training/training_settings.h"
#include "ui/windows/main_window.h"
#include "ui/windows/work_until.h"

namespace pleinair::ui {
namespace {

constexpr int kTimeoutMs = 120'000;
constexpr int kPhotos = 4;
constexpr int kSteps = 12;
constexpr int kJitterMs = 29;  // odd against the window's frames of 33 ms, so that clicks fall everywhere

/// When to click: in this stage, after so many of its items, and a few milliseconds later.
struct Moment {
  const char* phase;
  const char* stage;
  qint64 items;
  int delayMs;
};

/// Presses Cancel once per moment and keeps the times.
class CancelTiming final : public QObject {
 public:
  CancelTiming(MainWindow& window, EngineBridge& bridge) : m_window(window), m_bridge(bridge) {
    m_cancel = window.findChild<QPushButton*>(QStringLiteral("cancelJob"));
    connect(&bridge, &EngineBridge::stageChanged, this, [this](quint64, const std::string& stage) {
      m_stage = stage;
      look(0);
    });
    connect(&bridge, &EngineBridge::progressed, this,
            [this](quint64, const event::Progress& progress) { look(progress.done); });
    // Connected after the panels': they have shown the end by now, and repaint() puts it on the screen.
    connect(&bridge, &EngineBridge::finished, this, [this](quint64, const event::Finished& result) {
      m_ended = true;
      m_cancelled = result.outcome == event::Outcome::Cancelled;
      if (!m_clock.isValid()) return;
      m_window.repaint();
      m_elapsedMs = static_cast<double>(m_clock.nsecsElapsed()) * 1e-6;
    });
  }

  bool openProject(const QString& folder) {
    for (int i = 0; i < kPhotos; ++i) {
      QImage sky(640, 480, QImage::Format_RGB32);
      sky.fill(QColor::fromHsv(20 + i * 12, 140, 200));
      if (!sky.save(QStringLiteral("%1/photos/sky%2.png").arg(folder).arg(i))) return false;
    }
    m_window.openPaths({toPath(folder + QStringLiteral("/photos"))});
    return workUntil(
        [this] { return m_window.session().photos().size() == kPhotos && m_bridge.activeJobs().empty(); },
        kTimeoutMs);
  }

  /// False when the work ended before the click.
  bool cancelTraining(const Moment& moment) {
    // Cached pictures would leave nothing to encode.
    std::error_code ignored;
    std::filesystem::remove_all(m_window.session().folder() / "cache", ignored);
    TrainingPanel& panel = m_window.training();
    m_window.showPanel(PanelId::Training);
    if (!workUntil([&] { return !panel.hasRunningWork() && !panel.settings().config().name.empty(); }, kTimeoutMs)) {
      return false;
    }
    TrainingConfig config = panel.settings().config();
    config.steps = 400;
    config.sampleEvery = config.checkpointEvery = kSteps;
    config.samplePrompts = {"a sky at sunset"};
    config.sampleSteps = kSteps / 2;
    config.captionDropout = 0;
    panel.settings().setConfig(config);
    return cancel(moment, [&panel] { panel.train(); });
  }

  bool cancelGeneration(const Moment& moment) {
    GalleryPanel& panel = m_window.gallery();
    m_window.showPanel(PanelId::Gallery);
    GalleryPanel::Wish wish;
    wish.request.prompts = {"a sky at sunset"};
    wish.request.steps = kSteps;
    wish.request.width = wish.request.height = 256;
    wish.request.count = 2;
    wish.name = QStringLiteral("sky");
    return cancel(moment, [&] { panel.draw({wish}, false); });
  }

  void print() const {
    QTextStream out(stdout);
    std::vector<double> all;
    for (const auto& [phase, times] : m_times) {
      all.insert(all.end(), times.begin(), times.end());
      out << phase << ", worst " << QString::number(*std::max_element(times.begin(), times.end()), 'f', 1) << " ms\n";
    }
    if (all.empty()) return;
    std::sort(all.begin(), all.end());
    out << "median of " << all.size() << " clicks " << QString::number(all[all.size() / 2], 'f', 1) << " ms\n"
        << "worst of " << all.size() << " clicks " << QString::number(all.back(), 'f', 1) << " ms\n";
  }

 private:
  bool cancel(const Moment& moment, const std::function<void()>& start) {
    m_moment = &moment;
    m_armed = true;
    m_ended = m_cancelled = false;
    m_stage.clear();
    m_clock.invalidate();
    start();
    workUntil([this] { return m_ended; }, kTimeoutMs);
    m_armed = false;
    QTextStream(stderr) << moment.phase << ' ' << m_elapsedMs << (m_cancelled ? " ms\n" : " ms, had ended\n");
    if (m_cancelled) m_times[QString::fromLatin1(moment.phase)].push_back(m_elapsedMs);
    return m_cancelled;
  }

  void look(qint64 done) {
    if (!m_armed || done < m_moment->items || m_stage != m_moment->stage) return;
    m_armed = false;
    QTimer::singleShot(m_moment->delayMs, Qt::PreciseTimer, this, [this] {
      m_clock.start();
      m_cancel->click();
    });
  }

  MainWindow& m_window;
  EngineBridge& m_bridge;
  QPushButton* m_cancel;
  const Moment* m_moment = nullptr;
  std::string m_stage;
  bool m_armed = false, m_ended = false, m_cancelled = false;
  QElapsedTimer m_clock;
  double m_elapsedMs = 0;
  std::map<QString, std::vector<double>> m_times;
};

std::vector<Moment> trainingMoments() {
  std::vector<Moment> moments;
  for (int i = 0; i < 2; ++i) moments.push_back({"training, encoding photos", stage::kEncodingPhotos, i, i * 7});
  for (int i = 0; i < 8; ++i) moments.push_back({"training, steps", stage::kTraining, 1 + i % 4, i * kJitterMs});
  for (int i = 0; i < 4; ++i) moments.push_back({"training, samples", stage::kSampling, 0, i * 3 * kJitterMs});
  for (int i = 0; i < 4; ++i)
    moments.push_back({"training, saving", stage::kTraining, kSteps - 1, i * kJitterMs * 4});
  return moments;
}

std::vector<Moment> generationMoments() {
  std::vector<Moment> moments;
  for (int i = 0; i < 12; ++i)
    moments.push_back({"generation, steps", stage::kGenerating, 1 + 2 * i, i * 13 % kJitterMs});
  for (int i = 0; i < 8; ++i)
    moments.push_back({"generation, decoding", stage::kGenerating, kSteps, i * kJitterMs / 2});
  return moments;
}

}  // namespace

int measureCancel(MainWindow& window, EngineBridge& bridge) {
  const QTemporaryDir folder;
  AppSettings::instance().setProjectsFolder(toPath(folder.filePath(QStringLiteral("projects"))));
  QDir().mkpath(folder.filePath(QStringLiteral("photos")));
  CancelTiming timing(window, bridge);
  if (!timing.openProject(folder.path())) {
    QTextStream(stderr) << "The project did not open in time.\n";
    return 1;
  }
  int late = 0;
  for (const Moment& moment : generationMoments()) late += timing.cancelGeneration(moment) ? 0 : 1;
  for (const Moment& moment : trainingMoments()) late += timing.cancelTraining(moment) ? 0 : 1;
  timing.print();
  if (late > 0) QTextStream(stderr) << late << " click(s) came after the work had ended and do not count.\n";
  window.close();
  workUntil([&] { return bridge.activeJobs().empty(); }, kTimeoutMs);
  return 0;
}

}  // namespace pleinair::ui
