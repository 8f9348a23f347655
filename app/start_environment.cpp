// Two runtimes below us are steered only by the environment that a program starts with, read before main():
//
// - OpenMP's threads wait for their next piece of work by spinning. That is well on an idle machine; beside any other
//   busy program (or our own window) the spinning takes the very processor that the work needs: a picture of the
//   starter model took 5 to 20 times as long. They are to sleep.
// - The C library gives every large block back to the system when it is freed, and the network asks for the same block
//   again at its next layer: a seventh of a picture's time went into fetching empty pages. Blocks up to 32 MiB (the
//   most that the library lets us say) are to be kept for the next layer, in huge pages; the engine gives back what is
//   free when a job has ended (core/base/memory.h).
//
// So a program that was started without such wishes sets them and starts itself again, at the only moment early enough
// to be cheap: before the constructors of the libraries, ten milliseconds into the process.
#include <unistd.h>

#include <cstddef>
#include <cstring>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
namespace {

constexpr std::size_t kMaxEntries = 4096;

bool startsWith(const char* text, const char* name) { return std::strncmp(text, name, std::strlen(name)) == 0; }

/// Not even the C library is set up here: no allocation, no getenv, only the arguments and system calls.
void startAgainWithWishes(int, char** arguments, char** environment) {
  static char shortWaits[] = "OMP_WAIT_POLICY=passive";
  static char keptMemory[] =
      "GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=33554432:"
      "glibc.malloc.trim_threshold=536870912";
  static char* extended[kMaxEntries + 3];
  bool saysWaits = false, saysMemory = false;
  std::size_t count = 0;
  for (; environment[count] != nullptr; ++count) {
    if (count == kMaxEntries) return;
    const char* entry = environment[count];
    saysWaits = saysWaits || startsWith(entry, "OMP_WAIT_POLICY=") || startsWith(entry, "GOMP_SPINCOUNT=");
    saysMemory = saysMemory || startsWith(entry, "GLIBC_TUNABLES=");
    extended[count] = environment[count];
  }
  if (saysWaits && saysMemory) return;
  if (!saysWaits) extended[count++] = shortWaits;
  if (!saysMemory) extended[count++] = keptMemory;
  // Comes back only when it failed; the program then runs as it would have.
  execve("/proc/self/exe", arguments, extended);
}

}  // namespace

__attribute__((section(".preinit_array"), used)) static void (*const startAgain)(int, char**,
                                                                                 char**) = startAgainWithWishes;
#endif
