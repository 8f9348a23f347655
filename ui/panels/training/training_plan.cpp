#include "ui/panels/training/training_plan.h"

#include <QCoreApplication>
#include <QLocale>
#include <cmath>

#include "ui/bridge/qt_convert.h"

namespace pleinair::ui {

namespace {

struct Texts {
  Q_DECLARE_TR_FUNCTIONS(pleinair::ui::TrainingPlan)
};

QString durationText(double seconds) {
  if (seconds < 90) return Texts::tr("about %n s", nullptr, std::max(1, static_cast<int>(std::lround(seconds))));
  const int minutes = static_cast<int>(std::lround(seconds / 60));
  if (minutes < 90) return Texts::tr("about %n min", nullptr, minutes);
  return Texts::tr("about %1 h").arg(QLocale::c().toString(seconds / 3600, 'f', 1));
}

QString obstacleFor(const ProjectSession& session, const TrainingConfig& config) {
  if (session.readOnly()) return Texts::tr("This project is open read-only: training cannot write its run.");
  if (session.photos().empty()) return Texts::tr("Training needs photos.");
  if (session.modelFolder().empty()) return Texts::tr("No model is chosen, and the starter model is not installed.");
  if (!config.targets.unetAttention && !config.targets.textEncoderAttention) {
    return Texts::tr("Nothing is chosen to be learnt, see Adapter.");
  }
  return {};
}

}  // namespace

TrainingPlan planTraining(const ProjectSession& session, const TrainingConfig& config,
                          const TrainingForecast& forecast) {
  TrainingPlan plan;
  const int photos = static_cast<int>(session.photos().size());
  plan.captionless = session.captionless();
  plan.obstacle = obstacleFor(session, config);
  const double views =
      photos > 0 ? static_cast<double>(config.steps) * config.batchSize * config.accumulate / photos : 0;
  QStringList parts{Texts::tr("%n photo(s)", nullptr, photos), Texts::tr("%n step(s)", nullptr, config.steps)};
  if (photos > 0)
    parts << Texts::tr("each photo seen about %n time(s)", nullptr, static_cast<int>(std::lround(views)));
  if (forecast.secondsPerStep > 0) parts << durationText(forecast.secondsPerStep * config.steps);
  if (forecast.memoryBytes > 0) parts << Texts::tr("about %1 of memory").arg(sizeText(forecast.memoryBytes));
  if (forecast.secondsPerStep <= 0) parts << Texts::tr("time and memory are told after the first steps");
  plan.summary = parts.join(QStringLiteral(" · "));
  if (photos == 0) return plan;
  if (photos < 5) plan.doubts << Texts::tr("Few photos: the adapter may learn these by heart.");
  if (views < 5) plan.doubts << Texts::tr("Each photo is seen too rarely to leave a mark: more steps would help.");
  if (views > 400) plan.doubts << Texts::tr("Each photo is seen very often: the adapter may learn them by heart.");
  if (forecast.machineBytes > 0 && forecast.memoryBytes > forecast.machineBytes) {
    plan.doubts << Texts::tr(
                       "This takes about %1 of memory, and the device has %2: a lower resolution or batch size "
                       "is safer.")
                       .arg(sizeText(forecast.memoryBytes), sizeText(forecast.machineBytes));
  }
  const double scale = config.alpha / config.rank;
  if (scale > 2) {
    plan.doubts << Texts::tr("The change counts × %1: a lower learning rate or strength is safer.")
                       .arg(QLocale::c().toString(scale, 'g', 3));
  }
  return plan;
}

}  // namespace pleinair::ui
