#pragma once

namespace pleinair {

/// Has torch take the memory of large tensors on a CPU from blocks that are kept when they are freed, up to 2 GB in
/// all, and lie in huge pages where the system has them. The C library gives blocks of this size back at once on
/// every thread but the first; a picture's decoding then spends up to half of its time in fetching empty pages. For
/// the whole process, once; any thread. Does nothing where memory is watched over (the sanitizers) and beside Linux.
void keepLargeBlocks();

/// Gives the kept blocks back to the system. Call it when a piece of work has ended, not within one. Any thread.
void returnLargeBlocks();

}  // namespace pleinair
