#pragma once

namespace pleinair {

/// Has the C library keep freed blocks, up to 2 GB in all, for the next layer of a network: given back at once and
/// asked for again, they cost a seventh of a picture's time in fetching empty pages, and nearly half of what
/// allocating a training step's activations takes. Call it before the first large piece of work; for the whole
/// process, any thread.
void keepFreedBlocks();

/// Gives the freed memory that the C library keeps for later back to the system; a few milliseconds. Call it when a
/// piece of work has ended, not within one. Any thread.
void returnFreeMemory();

}  // namespace pleinair
