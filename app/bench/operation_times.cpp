#include "app/bench/operation_times.h"

#include <ATen/record_function.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <mutex>
#include <sstream>
#include <vector>

namespace pleinair::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Running final : at::ObserverContext {
  Clock::time_point began = Clock::now();
  Clock::duration inCalls{};
  std::string name;
};

struct Sum {
  Clock::duration time{};
  int calls = 0;
};

std::mutex mutex;
std::map<std::string, Sum> sums;
thread_local std::vector<Running*> running;

std::string nameOf(const at::RecordFunction& function) {
  std::ostringstream name;
  name << function.name();
  int shown = 0;
  for (const c10::IValue& input : function.inputs()) {
    if (!input.isTensor() || !input.toTensor().defined() || shown++ == 2) continue;
    name << ' ' << input.toTensor().sizes() << c10::toString(input.toTensor().scalar_type())[0];
  }
  return name.str();
}

std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction& function) {
  auto context = std::make_unique<Running>();
  context->name = nameOf(function);
  running.push_back(context.get());
  return context;
}

void end(const at::RecordFunction&, at::ObserverContext* context) {
  auto* const own = static_cast<Running*>(context);
  const Clock::duration whole = Clock::now() - own->began;
  std::erase(running, own);
  if (!running.empty()) running.back()->inCalls += whole;
  const std::lock_guard lock(mutex);
  Sum& sum = sums[own->name];
  sum.time += whole - own->inCalls;
  ++sum.calls;
}

at::CallbackHandle handle;

}  // namespace

OperationTimes::OperationTimes() {
  handle = at::addGlobalCallback(at::RecordFunctionCallback(&begin, &end)
                                     .needsInputs(true)
                                     .scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION}));
}

OperationTimes::~OperationTimes() { at::removeCallback(handle); }

std::string OperationTimes::table(std::size_t lines) {
  const std::lock_guard lock(mutex);
  std::vector<std::pair<std::string, Sum>> all(sums.begin(), sums.end());
  std::ranges::sort(all, [](const auto& a, const auto& b) { return a.second.time > b.second.time; });
  std::string text;
  for (std::size_t i = 0; i < std::min(lines, all.size()); ++i) {
    char line[64];
    std::snprintf(line, sizeof line, "%8.3f s %6d  ", std::chrono::duration<double>(all[i].second.time).count(),
                  all[i].second.calls);
    text += line + all[i].first + "\n";
  }
  return text;
}

}  // namespace pleinair::bench
