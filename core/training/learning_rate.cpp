#include "core/training/learning_rate.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace pleinair {

double learningRateFactor(LearningRateSchedule schedule, int step, int warmup, int total) {
  if (step < warmup) return static_cast<double>(step) / std::max(1, warmup);
  const double after = std::max(1, total - warmup);
  switch (schedule) {
    case LearningRateSchedule::Constant:
      return 1;
    case LearningRateSchedule::Linear:
      return std::max(0.0, (total - step) / after);
    case LearningRateSchedule::Cosine:
      return std::max(0.0, 0.5 * (1 + std::cos(std::numbers::pi * (step - warmup) / after)));
  }
  return 1;
}

}  // namespace pleinair
