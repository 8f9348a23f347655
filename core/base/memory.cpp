#include "core/base/memory.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace pleinair {

void keepFreedBlocks() {
#ifdef __GLIBC__
  if (::mallopt(M_MMAP_THRESHOLD, 1 << 30) == 0) ::mallopt(M_MMAP_THRESHOLD, 32 << 20);  // old ones take no more
  ::mallopt(M_TRIM_THRESHOLD, 2'000'000'000);
#endif
}

void returnFreeMemory() {
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

}  // namespace pleinair
