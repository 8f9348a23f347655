#include "core/training/resume_state.h"

#include <ATen/ATen.h>

#include <cerrno>
#include <exception>

#include "core/base/atomic_file.h"
#include "core/base/log.h"

namespace pleinair {

namespace fs = std::filesystem;

namespace {

constexpr const char* kVersion = "1";

fs::path currentFile(const fs::path& folder) { return folder / "state.safetensors"; }
fs::path previousFile(const fs::path& folder) { return folder / "state.previous.safetensors"; }

Result<ResumeState> read(const fs::path& file) {
  PLEINAIR_ASSIGN(const SafetensorsFile tensors, SafetensorsFile::open(file));
  const TextMap& texts = tensors.metadata();
  const auto text = [&texts](const char* key) {
    const auto found = texts.find(key);
    return found == texts.end() ? std::string() : found->second;
  };
  ResumeState state;
  try {
    if (text("version") != kVersion || text("complete") != "true") throw std::invalid_argument("version");
    state.step = std::stoi(text("step"));
    state.startedAt = std::stoll(text("started_at"));
  } catch (const std::exception&) {
    return Error{ErrorCode::CorruptFile, "The saved state of this run cannot be read", file.string(), ""};
  }
  state.sessionId = text("session_id");
  state.settings = text("settings");
  state.photos = text("photos");
  state.tensors = tensors.tensors();
  return state;
}

}  // namespace

Result<void> saveResumeState(const fs::path& folder, const ResumeState& state) {
  const fs::path fresh = folder / "state.new.safetensors";
  PLEINAIR_TRY(writeSafetensors(fresh, state.tensors,
                                {{"version", kVersion},
                                 {"step", std::to_string(state.step)},
                                 {"started_at", std::to_string(state.startedAt)},
                                 {"session_id", state.sessionId},
                                 {"settings", state.settings},
                                 {"photos", state.photos},
                                 {"complete", "true"}}));
  std::error_code problem;
  if (fs::exists(currentFile(folder), problem)) fs::rename(currentFile(folder), previousFile(folder), problem);
  if (!problem) fs::rename(fresh, currentFile(folder), problem);
  if (problem) return systemError(problem.value(), "Cannot keep the run's state", folder);
  return {};
}

Result<ResumeState> loadResumeState(const fs::path& folder) {
  std::optional<Error> first;
  // A kill between the two renames leaves the newest state under its first name.
  for (const fs::path& file : {currentFile(folder), folder / "state.new.safetensors", previousFile(folder)}) {
    std::error_code ignored;
    if (!fs::exists(file, ignored)) continue;
    auto state = read(file);
    if (state) return state;
    log::warning(state.error().text());
    if (!first) first = state.error();
  }
  if (first) {
    return Error{ErrorCode::CorruptFile, "The saved state of this run cannot be read", first->context,
                 "Begin a new run; this run's checkpoints can still be used."};
  }
  return Error{ErrorCode::NotFound, "This run left nothing to go on from", folder.string(), "Begin a new run."};
}

}  // namespace pleinair
