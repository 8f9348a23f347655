// OpenMP's threads wait for their next piece of work by spinning, for as long as there is none. That is well on an idle
// machine; beside any other busy program (or our own window) the spinning takes the very processor that the work
// needs. Sleeping at once costs a wake-up for each of the many small pieces instead. Measured on two cores, seconds a
// picture of the starter model, alone and beside one busy program: a thousand turns 2.1 and 5.5, ten thousand 2.1 and
// 11, the runtime's own choice 2.2 and over 19, none 2.6 and 4.6. So they turn a thousand times, some twenty
// microseconds, and then sleep.
//
// GNU's runtime reads this from the environment in its own constructor, before main(), and has no other switch. So a
// program that was started without a wish sets one and starts itself again, at the only moment early enough to be
// cheap: before the constructors of the libraries, ten milliseconds into the process.
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <initializer_list>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
namespace {

constexpr std::size_t kMaxEntries = 4096;

/// Not even the C library is set up here: no allocation, no getenv, only the arguments and system calls.
void startAgainWithShortWaits(int, char** arguments, char** environment) {
  static char wish[] = "GOMP_SPINCOUNT=1000";
  static char* extended[kMaxEntries + 2];
  std::size_t count = 0;
  for (; environment[count] != nullptr; ++count) {
    if (count == kMaxEntries) return;
    for (const char* name : {"OMP_WAIT_POLICY=", "GOMP_SPINCOUNT="}) {
      if (std::strncmp(environment[count], name, std::strlen(name)) == 0) return;
    }
    extended[count] = environment[count];
  }
  extended[count] = wish;
  // Comes back only when it failed; the program then runs as it would have.
  execve("/proc/self/exe", arguments, extended);
}

}  // namespace

__attribute__((section(".preinit_array"), used)) static void (*const startAgain)(int, char**,
                                                                                 char**) = startAgainWithShortWaits;
#endif
