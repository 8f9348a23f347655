#include "core/base/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

namespace pleinair {
namespace fs = std::filesystem;

Error systemError(int errorNumber, std::string_view action, const fs::path& path) {
  const std::string verb(action);
  switch (errorNumber) {
    case ENOENT:
    case ENOTDIR:
      return {ErrorCode::NotFound, verb + ": there is no such file or folder", path.string(), "Check the path."};
    case EACCES:
    case EPERM:
      return {ErrorCode::PermissionDenied, verb + ": permission denied", path.string(),
              "Change the permissions or choose another place."};
    case EROFS:
      return {ErrorCode::ReadOnly, verb + ": the place is read-only", path.string(), "Choose a place that can be written."};
    case ENOSPC:
    case EDQUOT:
      return {ErrorCode::DiskFull, verb + ": the disk is full", path.string(), "Free some space and try again."};
    case ENOMEM:
      return {ErrorCode::OutOfMemory, verb + ": not enough memory", path.string(), "Close other programs and try again."};
    default:
      return {ErrorCode::IoError, verb + ": " + std::strerror(errorNumber), path.string(), ""};
  }
}

AtomicFile::AtomicFile(fs::path target, fs::path temporary, int descriptor)
    : m_target(std::move(target)), m_temporary(std::move(temporary)), m_descriptor(descriptor) {}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : m_target(std::move(other.m_target)),
      m_temporary(std::move(other.m_temporary)),
      m_descriptor(std::exchange(other.m_descriptor, -1)) {}

AtomicFile::~AtomicFile() {
  if (m_descriptor < 0) return;
  ::close(m_descriptor);
  ::unlink(m_temporary.c_str());
}

Result<AtomicFile> AtomicFile::create(const fs::path& target) {
  // Two writers of one target must not share a temporary: process and counter make it unique.
  static std::atomic<unsigned> counter{0};
  fs::path temporary = target;
  temporary += "." + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".part";
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0) return systemError(errno, "Cannot write", target);
  return AtomicFile(target, std::move(temporary), descriptor);
}

Result<void> AtomicFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(m_descriptor, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return systemError(errno, "Cannot write", m_target);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> AtomicFile::write(std::string_view text) {
  return write(std::as_bytes(std::span(text.data(), text.size())));
}

Result<void> AtomicFile::commit() {
  if (::fsync(m_descriptor) != 0) return systemError(errno, "Cannot write", m_target);
  if (::rename(m_temporary.c_str(), m_target.c_str()) != 0) return systemError(errno, "Cannot write", m_target);
  ::close(std::exchange(m_descriptor, -1));
  const fs::path folder = m_target.has_parent_path() ? m_target.parent_path() : fs::path(".");
  if (const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); handle >= 0) {
    ::fsync(handle);
    ::close(handle);
  }
  return {};
}

Result<void> writeFileAtomic(const fs::path& target, std::string_view text) {
  std::error_code problem;
  if (target.has_parent_path()) fs::create_directories(target.parent_path(), problem);
  if (problem) return systemError(problem.value(), "Cannot create the folder", target.parent_path());
  PLEINAIR_ASSIGN(AtomicFile file, AtomicFile::create(target));
  PLEINAIR_TRY(file.write(text));
  return file.commit();
}

Result<std::string> readFile(const fs::path& file, std::size_t maxBytes) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return systemError(errno, "Cannot read", file);
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || S_ISDIR(status.st_mode)) {
    const int reason = S_ISDIR(status.st_mode) ? EISDIR : errno;
    ::close(descriptor);
    return systemError(reason, "Cannot read", file);
  }
  std::string text;
  if (status.st_size > 0) text.reserve(std::min(static_cast<std::size_t>(status.st_size), maxBytes));
  char buffer[1 << 16];
  for (;;) {
    const ssize_t count = ::read(descriptor, buffer, sizeof buffer);
    if (count == 0) break;
    if (count < 0) {
      if (errno == EINTR) continue;
      const int reason = errno;
      ::close(descriptor);
      return systemError(reason, "Cannot read", file);
    }
    text.append(buffer, static_cast<std::size_t>(count));
    if (text.size() > maxBytes) {
      ::close(descriptor);
      return Error{ErrorCode::UnsupportedFormat, "The file is larger than anything this program expects here",
                   file.string(), ""};
    }
  }
  ::close(descriptor);
  return text;
}

}  // namespace pleinair
