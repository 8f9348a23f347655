#include "core/engine/import_job.h"

#include "core/dataset/photos.h"

namespace pleinair {
namespace {

std::string countText(std::size_t count, const char* one, const char* many) {
  return std::to_string(count) + (count == 1 ? one : many);
}

std::string summary(const ImportReport& report) {
  std::string text = countText(report.added.size(), " photo added", " photos added");
  if (report.alreadyThere > 0) text += ", " + std::to_string(report.alreadyThere) + " already there";
  if (!report.skipped.empty()) text += ", " + countText(report.skipped.size(), " file skipped", " files skipped");
  return text;
}

}  // namespace

event::Finished runImportJob(const ImportJob& job, JobReporter& reporter, const std::stop_token& stop) {
  try {
    ImportListener listener;
    listener.onAdded = [&](const std::string& path) { reporter.send(event::PhotoImported{path}); };
    listener.onSkipped = [&](const SkippedFile& file) { reporter.send(event::PhotoSkipped{file.file, file.error}); };
    auto report = importPhotos(job.project, job.sources, reporter, stop, listener);
    if (!report) return {event::Outcome::Failed, report.error(), ""};
    const bool nothing = report->added.empty() && report->alreadyThere == 0 && !report->cancelled;
    if (nothing && !report->skipped.empty()) {
      // One bad file is its own sentence; of several the list was told file by file.
      Error error = report->skipped.front().error;
      if (report->skipped.size() > 1) {
        error = {ErrorCode::EmptyDataset, "None of these files could be read as a photo", error.context,
                 "The reasons are listed file by file."};
      }
      return {event::Outcome::Failed, error, summary(*report)};
    }
    return {report->cancelled ? event::Outcome::Cancelled : event::Outcome::Done, {}, summary(*report)};
  } catch (const std::bad_alloc&) {
    return {event::Outcome::Failed, {ErrorCode::OutOfMemory, "Not enough memory to import these photos", "", ""}, ""};
  } catch (const std::exception& problem) {
    return {event::Outcome::Failed, {ErrorCode::Unknown, "Importing failed", problem.what(), ""}, ""};
  }
}

}  // namespace pleinair
