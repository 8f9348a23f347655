#include "core/base/memory.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace pleinair {

void keepFreedBlocks() {
#ifdef __GLIBC__
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 512 << 20);
#endif
}

void returnFreeMemory() {
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

}  // namespace pleinair
