#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "core/base/result.h"

namespace pleinair {

/// Counts a caption's tokens as a model's own tokenizer sees them, without begin and end. Immutable, any thread,
/// microseconds a caption.
class TokenCounter {
 public:
  static constexpr int kLimit = 75;
  /// Loads `model/tokenizer/`.
  static Result<std::shared_ptr<const TokenCounter>> load(const std::filesystem::path& model);
  virtual ~TokenCounter() = default;
  [[nodiscard]] virtual int count(std::string_view caption) const = 0;
};

}  // namespace pleinair
