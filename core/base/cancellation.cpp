#include "core/base/cancellation.h"

#include <utility>

namespace pleinair {
namespace {
thread_local const std::stop_token* currentToken = nullptr;
}

CancellationScope::CancellationScope(std::stop_token token) : m_token(std::move(token)), m_previous(currentToken) {
  currentToken = &m_token;
}

CancellationScope::~CancellationScope() { currentToken = m_previous; }

void checkCancelled() {
  if (currentToken != nullptr && currentToken->stop_requested()) throw CancelledException();
}

}  // namespace pleinair
