#pragma once

#include <functional>

namespace pleinair::ui {

/// Lets the window work until `done` or the time is over; true when done. For scripted runs; GUI thread.
bool workUntil(const std::function<bool()>& done, int timeoutMs);

}  // namespace pleinair::ui
