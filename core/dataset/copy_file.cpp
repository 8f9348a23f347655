#include "core/dataset/copy_file.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "core/base/atomic_file.h"

namespace pleinair::dataset {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 18;

struct Descriptor {
  int value = -1;
  explicit Descriptor(int descriptor) : value(descriptor) {}
  ~Descriptor() {
    if (value >= 0) ::close(value);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
};

Descriptor openForReading(const fs::path& file) { return Descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC)); }

CopyFailure sourceFailure(const fs::path& source) { return {false, systemError(errno, "Cannot read", source)}; }
CopyFailure targetFailure(const fs::path& target) { return {true, systemError(errno, "Cannot write", target)}; }

// Whatever is left of the source after its current position, through memory.
std::optional<CopyFailure> copyByReading(int from, const fs::path& source, AtomicFile& to) {
  std::vector<char> block(kBlock);
  for (;;) {
    const ssize_t count = ::read(from, block.data(), block.size());
    if (count == 0) return std::nullopt;
    if (count < 0) {
      if (errno == EINTR) continue;
      return sourceFailure(source);
    }
    if (auto written = to.write({block.data(), static_cast<std::size_t>(count)}); !written) {
      return CopyFailure{true, std::move(written).error()};
    }
  }
}

// The kernel's own copy into the still empty temporary; false leaves it as it was, for copyByReading.
bool copyInKernel(int from, const fs::path& temporary, off_t size) {
  const Descriptor to(::open(temporary.c_str(), O_WRONLY | O_CLOEXEC));
  if (to.value < 0) return false;
  if (::ioctl(to.value, FICLONE, from) == 0) return true;
  off_t done = 0, position = 0;
  while (done < size) {
    const ssize_t count =
        ::copy_file_range(from, &position, to.value, nullptr, static_cast<std::size_t>(size - done), 0);
    if (count <= 0) break;
    done += count;
  }
  if (done == size) return true;
  return ::ftruncate(to.value, 0) != 0;  // begin anew; a temporary that cannot be emptied shows up as an error there
}

}  // namespace

std::optional<CopyFailure> copyFile(const fs::path& source, const fs::path& target) {
  const Descriptor from = openForReading(source);
  struct stat status {};
  if (from.value < 0 || ::fstat(from.value, &status) != 0) return sourceFailure(source);
  std::error_code problem;
  fs::create_directories(target.parent_path(), problem);
  if (problem)
    return CopyFailure{true, systemError(problem.value(), "Cannot create the folder", target.parent_path())};
  auto to = AtomicFile::create(target);
  if (!to) return CopyFailure{true, std::move(to).error()};
  if (!copyInKernel(from.value, to->temporaryPath(), status.st_size)) {
    if (auto failure = copyByReading(from.value, source, *to)) return failure;
  }
  const struct timespec times[2] = {status.st_atim, status.st_mtim};
  if (::utimensat(AT_FDCWD, to->temporaryPath().c_str(), times, 0) != 0) return targetFailure(target);
  if (auto committed = to->commit(); !committed) return CopyFailure{true, std::move(committed).error()};
  return std::nullopt;
}

bool sameBytes(const fs::path& first, const fs::path& second) {
  const Descriptor a = openForReading(first), b = openForReading(second);
  struct stat statusA {
  }, statusB{};
  if (a.value < 0 || b.value < 0 || ::fstat(a.value, &statusA) != 0 || ::fstat(b.value, &statusB) != 0) return false;
  if (statusA.st_size != statusB.st_size || !S_ISREG(statusB.st_mode)) return false;
  std::vector<char> blockA(kBlock), blockB(kBlock);
  off_t position = 0;
  while (position < statusA.st_size) {
    const ssize_t countA = ::pread(a.value, blockA.data(), kBlock, position);
    const ssize_t countB = ::pread(b.value, blockB.data(), kBlock, position);
    if (countA <= 0 || countA != countB) return false;
    if (std::memcmp(blockA.data(), blockB.data(), static_cast<std::size_t>(countA)) != 0) return false;
    position += countA;
  }
  return true;
}

}  // namespace pleinair::dataset
