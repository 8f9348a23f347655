#pragma once

#include <QString>
#include <QStringList>

#include "core/config/training_config.h"
#include "ui/bridge/project_session.h"

namespace pleinair::ui {

/// What a run will take and what speaks against it, told before Train is pressed.
struct TrainingPlan {
  QString
      summary;  ///< "24 photos · 300 steps · each photo seen about 13 times · about 5 min · about 1.2 GiB of memory"
  QStringList doubts;   ///< sentences; the run can start all the same
  QString obstacle;     ///< why the run cannot start; empty: it can
  int captionless = 0;  ///< photos that would train on the trigger alone
};

/// What earlier runs and the machine tell of a run; zeros where nothing is known.
struct TrainingForecast {
  double secondsPerStep = 0;
  qint64 memoryBytes = 0;   ///< at the run's peak
  qint64 machineBytes = 0;  ///< what the device has
};

/// GUI thread.
TrainingPlan planTraining(const ProjectSession& session, const TrainingConfig& config,
                          const TrainingForecast& forecast);

}  // namespace pleinair::ui
