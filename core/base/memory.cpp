#include "core/base/memory.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace pleinair {

void returnFreeMemory() {
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

}  // namespace pleinair
