#pragma once

namespace pleinair {

/// Gives the freed memory that the C library keeps for later back to the system; a few milliseconds. Call it when a
/// piece of work has ended, not within one. Any thread.
void returnFreeMemory();

}  // namespace pleinair
