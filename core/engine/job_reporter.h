#pragma once

#include <string_view>
#include <utility>

#include "core/base/progress.h"
#include "core/engine/events.h"
#include "core/engine/rate_estimator.h"

namespace pleinair {

/// Sends one job's events and turns plain progress into progress with time left. Used by one thread at a time.
class JobReporter final : public ProgressSink {
 public:
  JobReporter(const EventSink& sink, JobId job) : m_sink(sink), m_job(job) {}

  void send(EventBody body) { m_sink({m_job, std::move(body)}); }

  void onStage(std::string_view stage, std::int64_t total) override {
    m_rate.restart(total);
    send(event::Stage{std::string(stage), total});
  }
  void onProgress(std::int64_t done) override {
    m_rate.update(done);
    send(event::Progress{done, m_rate.total(), m_rate.secondsLeft()});
  }

 private:
  const EventSink& m_sink;
  JobId m_job;
  RateEstimator m_rate;
};

}  // namespace pleinair
