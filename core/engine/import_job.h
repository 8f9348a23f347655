#pragma once

#include <stop_token>

#include "core/engine/engine.h"
#include "core/engine/job_reporter.h"

namespace pleinair {

/// Runs an import on the calling thread; needs no tensors. Never throws.
event::Finished runImportJob(const ImportJob& job, JobReporter& reporter, const std::stop_token& stop);

}  // namespace pleinair
