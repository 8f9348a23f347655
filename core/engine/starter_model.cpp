#include <unistd.h>

#include <array>
#include <cstdlib>
#include <system_error>

#include "core/engine/engine.h"

namespace pleinair {
namespace fs = std::filesystem;

namespace {

fs::path executableFolder() {
  std::error_code problem;
  const fs::path executable = fs::read_symlink("/proc/self/exe", problem);
  return problem ? fs::path() : executable.parent_path();
}

}  // namespace

fs::path starterModelFolder() {
  // Beside the installed program, then in the source tree of a build folder (build/release/bin).
  const fs::path folder = executableFolder();
  const std::array candidates{folder / "../share/pleinair/models/etude", folder / "../../../resources/models/etude"};
  if (const char* given = std::getenv("PLEINAIR_STARTER_MODEL"); given != nullptr && *given != 0) return given;
  for (const fs::path& candidate : candidates) {
    std::error_code problem;
    if (fs::exists(candidate / "model_index.json", problem)) return fs::weakly_canonical(candidate, problem);
  }
  return {};
}

}  // namespace pleinair
