#include "core/base/cancellation.h"

namespace pleinair {
namespace {
thread_local const std::stop_token* currentToken = nullptr;
}

CancellationScope::CancellationScope(const std::stop_token& token) : m_previous(currentToken) { currentToken = &token; }

CancellationScope::~CancellationScope() { currentToken = m_previous; }

void checkCancelled() {
  if (currentToken != nullptr && currentToken->stop_requested()) throw CancelledException();
}

}  // namespace pleinair
