#include "core/base/error.h"

namespace pleinair {

const char* errorCodeName(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::Unknown: return "unknown";
    case ErrorCode::NotFound: return "not_found";
    case ErrorCode::PermissionDenied: return "permission_denied";
    case ErrorCode::CorruptFile: return "corrupt_file";
    case ErrorCode::UnsupportedFormat: return "unsupported_format";
    case ErrorCode::UnsupportedModel: return "unsupported_model";
    case ErrorCode::LoraMismatch: return "lora_mismatch";
    case ErrorCode::UnsafeFile: return "unsafe_file";
    case ErrorCode::BadConfig: return "bad_config";
    case ErrorCode::BadArgument: return "bad_argument";
    case ErrorCode::OutOfMemory: return "out_of_memory";
    case ErrorCode::DiskFull: return "disk_full";
    case ErrorCode::ReadOnly: return "read_only";
    case ErrorCode::NotANumber: return "not_a_number";
    case ErrorCode::EmptyDataset: return "empty_dataset";
    case ErrorCode::Busy: return "busy";
    case ErrorCode::IoError: return "io_error";
  }
  return "unknown";
}

}  // namespace pleinair
