#pragma once

#include <string>
#include <utility>

namespace pleinair {

/// What went wrong, as a class of things a user can act on. The bridge translates these.
enum class ErrorCode {
  Unknown,
  NotFound,        ///< a file or folder is missing
  PermissionDenied,
  CorruptFile,     ///< a file breaks its own format
  UnsupportedFormat,
  UnsupportedModel,///< a model family or component this program cannot run
  LoraMismatch,    ///< a LoRA made for another family or size
  UnsafeFile,      ///< pickle and its like: never loaded
  BadConfig,       ///< a value in a settings file; context holds file, line and column
  BadArgument,     ///< a value given by the caller
  OutOfMemory,
  DiskFull,
  ReadOnly,        ///< the project is open elsewhere or cannot be written
  NotANumber,      ///< NaN or infinity in a computation; context says where
  EmptyDataset,
  Busy,
  IoError,
};

/// What happened (message), where (context: path, key, step) and what would help (hint), in plain English
/// sentences. The codes are what the window translates.
struct Error {
  ErrorCode code = ErrorCode::Unknown;
  std::string message;
  std::string context;
  std::string hint;

  /// One line: "message (context). hint"
  [[nodiscard]] std::string text() const {
    std::string line = message;
    if (!context.empty()) line += " (" + context + ")";
    if (!line.empty() && line.back() != '.') line += '.';
    if (!hint.empty()) line += " " + hint;
    return line;
  }
};

/// A stable name for logs and `--json`, for example "disk_full".
const char* errorCodeName(ErrorCode code) noexcept;

}  // namespace pleinair
