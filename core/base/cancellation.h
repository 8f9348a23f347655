#pragma once

#include <exception>
#include <stop_token>

namespace pleinair {

/// Thrown by checkCancelled() and caught by the loop that opened the scope; never seen by a user and never logged as
/// an error.
class CancelledException final : public std::exception {
 public:
  const char* what() const noexcept override { return "cancelled"; }
};

/// While it lives, checkCancelled() on this thread heeds `token`. One step of a large model takes seconds: the
/// network's blocks ask between them, so that a cancel acts within one block instead of one step.
class CancellationScope {
 public:
  explicit CancellationScope(std::stop_token token);
  ~CancellationScope();
  CancellationScope(const CancellationScope&) = delete;
  CancellationScope& operator=(const CancellationScope&) = delete;

 private:
  std::stop_token m_token;
  const std::stop_token* m_previous;
};

/// Throws CancelledException when the innermost CancellationScope of this thread was asked to stop.
void checkCancelled();

}  // namespace pleinair
