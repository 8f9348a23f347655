#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "core/base/atomic_file.h"
#include "core/dataset/copy_file.h"
#include "core/dataset/paths.h"
#include "core/dataset/photos.h"
#include "core/dataset/scan.h"
#include "core/image/codec.h"

namespace pleinair {
namespace fs = std::filesystem;
namespace {

using dataset::Candidate;

constexpr int kCheckSide = 64;  // small: formats that can then skip most of the work, but still read to the end
constexpr std::size_t kMostCheckers = 4;

struct Verdict {
  bool alreadyThere = false;
  std::optional<Error> error;
};

// Decodes the candidates on a few threads, ahead of the copying.
class Checker {
 public:
  Checker(const fs::path& root, const std::vector<Candidate>& candidates)
      : m_root(root), m_candidates(candidates), m_promises(candidates.size()) {
    for (auto& promise : m_promises) m_verdicts.push_back(promise.get_future());
    const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
    const std::size_t count = std::min({cores, kMostCheckers, candidates.size()});
    for (std::size_t i = 0; i < count; ++i) {
      m_threads.emplace_back([this](const std::stop_token& stop) { run(stop); });
    }
  }

  /// Waits for one candidate's verdict.
  Verdict verdict(std::size_t index) { return m_verdicts[index].get(); }

 private:
  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const std::size_t index = m_next++;
      if (index >= m_candidates.size()) return;
      m_promises[index].set_value(check(m_candidates[index], stop));
    }
  }

  [[nodiscard]] Verdict check(const Candidate& candidate, const std::stop_token& stop) const {
    if (dataset::sameBytes(candidate.file, m_root / candidate.group / candidate.name)) return {true, std::nullopt};
    const auto image = decodeThumbnail(candidate.file, kCheckSide, stop);
    return image ? Verdict{} : Verdict{false, image.error()};
  }

  const fs::path m_root;
  const std::vector<Candidate>& m_candidates;
  std::vector<std::promise<Verdict>> m_promises;
  std::vector<std::future<Verdict>> m_verdicts;
  std::atomic<std::size_t> m_next{0};
  std::vector<std::jthread> m_threads;
};

// The photos that lie in the dataset, by folder and name without extension: two photos must not share one caption.
class TakenNames {
 public:
  explicit TakenNames(const fs::path& root) : m_root(root) {
    std::error_code problem;
    fs::recursive_directory_iterator it(root, fs::directory_options::skip_permission_denied, problem);
    for (; !problem && it != fs::recursive_directory_iterator(); it.increment(problem)) {
      if (isPhotoFileName(it->path())) add(it->path());
    }
  }
  void add(const fs::path& file) { m_stems.insert(stem(file)); }
  [[nodiscard]] bool contains(const fs::path& file) const { return m_stems.contains(stem(file)); }

 private:
  [[nodiscard]] std::string stem(const fs::path& file) const {
    return file.lexically_relative(m_root).replace_extension().native();
  }
  fs::path m_root;
  std::set<std::string> m_stems;
};

// A free name in the dataset, or nothing when the same bytes lie there under one of the names tried.
std::optional<fs::path> placeFor(const fs::path& root, const Candidate& candidate, const TakenNames& taken) {
  for (int number = 1;; ++number) {
    fs::path target = root / candidate.group / dataset::numbered(candidate.name, number);
    std::error_code ignored;
    if (fs::exists(fs::symlink_status(target, ignored))) {
      if (dataset::sameBytes(candidate.file, target)) return std::nullopt;
    } else if (!taken.contains(target)) {
      return target;
    }
  }
}

Error nothingFound(const std::vector<fs::path>& sources, const std::vector<SkippedFile>& skipped) {
  if (!skipped.empty()) return skipped.front().error;
  const std::string where =
      sources.size() == 1 ? sources.front().string() : std::to_string(sources.size()) + " places";
  return {ErrorCode::EmptyDataset, "There are no photos here", where,
          "Choose a folder with JPEG, PNG, WebP, TIFF or BMP pictures."};
}

Result<void> checkTarget(const fs::path& project) {
  if (ProjectFolder::isProject(project)) return {};
  return Error{ErrorCode::NotFound, "There is no project to import into", project.string(),
               "Create the project first."};
}

// A photo dropped without its extension gets the one of its content, or nothing would take it for a photo.
void completeName(Candidate& candidate) {
  if (isPhotoFileName(candidate.name)) return;
  if (const auto info = probeImage(candidate.file))
    candidate.name += "." + (info->format == "jpeg" ? "jpg" : info->format);
}

}  // namespace

Result<ImportReport> importPhotos(const fs::path& project, const std::vector<fs::path>& sources,
                                  ProgressSink& progress, const std::stop_token& stop,
                                  const ImportListener& listener) {
  PLEINAIR_TRY(checkTarget(project));
  dataset::Scan scan = dataset::scanSources(project, sources, stop);
  ImportReport report;
  if (scan.candidates.empty() && !stop.stop_requested()) return nothingFound(sources, scan.skipped);
  const auto skip = [&](SkippedFile file) {
    listener.onSkipped(file);
    report.skipped.push_back(std::move(file));
  };
  for (SkippedFile& file : scan.skipped) skip(std::move(file));
  for (Candidate& candidate : scan.candidates) completeName(candidate);

  const fs::path root = project / "dataset";
  progress.onStage("Importing photos", static_cast<std::int64_t>(scan.candidates.size()));
  TakenNames taken(root);
  Checker checker(root, scan.candidates);
  for (std::size_t i = 0; i < scan.candidates.size(); ++i) {
    if (stop.stop_requested()) break;
    const Candidate& candidate = scan.candidates[i];
    Verdict verdict = checker.verdict(i);
    if (verdict.error) {
      skip({candidate.file, *std::move(verdict.error)});
    } else if (const auto target = verdict.alreadyThere ? std::nullopt : placeFor(root, candidate, taken); !target) {
      ++report.alreadyThere;
    } else if (auto failure = dataset::copyFile(candidate.file, *target)) {
      if (failure->targetSide) return std::move(failure->error);
      skip({candidate.file, std::move(failure->error)});
    } else {
      taken.add(*target);
      const std::string path = target->lexically_relative(root).generic_string();
      if (!candidate.caption.empty()) PLEINAIR_TRY(saveCaption(project, path, candidate.caption));
      listener.onAdded(path);
      report.added.push_back(path);
    }
    progress.onProgress(static_cast<std::int64_t>(i + 1));
  }
  report.cancelled = stop.stop_requested();
  return report;
}

}  // namespace pleinair
