#include "core/weights/safetensors.h"

#include <ATen/ATen.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "core/base/atomic_file.h"

namespace pleinair {
namespace {

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;

Error corrupt(const std::filesystem::path& file, const std::string& what) {
  return {ErrorCode::CorruptFile, what, file.string(), "Download or save the file again."};
}

std::uint64_t readLength(const unsigned char* bytes) {
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) length |= std::uint64_t{bytes[i]} << (8 * i);
  return length;
}

bool looksLikePickle(const std::array<unsigned char, 8>& head, std::size_t size) {
  if (size < 4) return false;
  const bool zip = head[0] == 'P' && head[1] == 'K' && (head[2] == 3 || head[2] == 5);
  // A pickle of protocol 2 to 5 begins with 0x80 and its number; a header length that starts like this and is
  // small enough to be true has zeros from its fifth byte on.
  const bool pickle = head[0] == 0x80 && head[1] >= 2 && head[1] <= 5 &&
                      (size < 8 || head[4] != 0 || head[5] != 0 || head[6] != 0 || head[7] != 0);
  return zip || pickle;
}

/// What people take for weights, by how it begins; empty for others.
std::string otherKind(std::string_view head) {
  constexpr std::array kKinds = std::to_array<std::pair<std::string_view, std::string_view>>({
      {"GGUF", "a GGUF file"},
      {"version https://git-lfs", "a Git LFS pointer: the file itself was not downloaded"},
      {"<", "a web page: the download was answered by one instead of the file"},
      {"\x7f" "ELF", "a program"},
      {"\xff\xd8\xff", "a picture"},
      {"\x89PNG", "a picture"},
      {"RIFF", "a picture"},
      {"# ", "a text"},
      {"{", "a text"},
      {"---", "a text"},
  });
  for (const auto& [begin, kind] : kKinds) {
    if (head.starts_with(begin)) return std::string(kind);
  }
  return {};
}

Result<void> sniff(const unsigned char* bytes, std::size_t size, const std::filesystem::path& file) {
  std::array<unsigned char, 8> head{};
  if (size > 0) std::memcpy(head.data(), bytes, std::min(size, head.size()));
  if (!looksLikePickle(head, size)) return {};
  return Error{ErrorCode::UnsafeFile, "This is a pickle checkpoint: opening it could run a program hidden inside",
               file.string(), "Ask for a safetensors version of it, or convert it where you trust its maker."};
}

}  // namespace

/// Owns the mapped bytes of a file.
class SafetensorsFile::Mapping {
 public:
  Mapping(void* address, std::size_t size) : m_address(address), m_size(size) {}
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() { munmap(m_address, m_size); }
  void setDataOffset(std::size_t offset) { m_dataOffset = offset; }
  [[nodiscard]] std::byte* data() const { return static_cast<std::byte*>(m_address) + m_dataOffset; }
  [[nodiscard]] std::size_t dataSize() const { return m_size - m_dataOffset; }

 private:
  void* m_address;
  std::size_t m_size;
  std::size_t m_dataOffset = 0;
};

Result<SafetensorsFile> SafetensorsFile::open(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return systemError(errno, "Cannot open the weights", file);
  struct stat info {};
  if (fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode)) {
    ::close(descriptor);
    return Error{ErrorCode::NotFound, "This is a folder or a device, not a file", file.string(),
                 "Choose the .safetensors file itself."};
  }
  const auto size = static_cast<std::size_t>(info.st_size);
  if (size == 0) {
    ::close(descriptor);
    return corrupt(file, "The file is empty");
  }
  void* address = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, descriptor, 0);
  const int mapError = errno;
  ::close(descriptor);
  if (address == MAP_FAILED) return systemError(mapError, "Cannot read the weights", file);
  // Owned from here on, whatever the checks below find.
  auto mapping = std::make_shared<Mapping>(address, size);
  const auto* bytes = static_cast<const unsigned char*>(address);
  PLEINAIR_TRY(sniff(bytes, size, file));
  if (size < kLengthBytes) return corrupt(file, "The file is too short to be safetensors");
  const std::uint64_t headerBytes = readLength(bytes);
  if (headerBytes > kMaxHeaderBytes) {
    const std::string kind = otherKind({reinterpret_cast<const char*>(bytes), size});
    if (!kind.empty()) return corrupt(file, "This is no safetensors file but " + kind);
    return corrupt(file, "The file claims a header of more than 100 MB");
  }
  if (headerBytes > size - kLengthBytes) return corrupt(file, "The file is shorter than its header says");
  const std::string_view json(reinterpret_cast<const char*>(bytes) + kLengthBytes, headerBytes);
  auto header = parseSafetensorsHeader(json, size - kLengthBytes - headerBytes);
  if (!header) {
    Error error = header.error();
    error.context = file.string();
    return error;
  }
  SafetensorsFile result;
  result.m_path = file;
  mapping->setDataOffset(kLengthBytes + headerBytes);
  result.m_mapping = std::move(mapping);
  result.m_header = std::make_shared<const SafetensorsHeader>(std::move(header).value());
  return result;
}

at::Tensor SafetensorsFile::view(const TensorEntry& entry) const {
  const at::TensorOptions options = at::TensorOptions().dtype(entry.dtype);
  std::byte* begin = m_mapping->data() + entry.begin;
  if (entry.begin == entry.end) return at::empty(entry.shape, options);
  if (reinterpret_cast<std::uintptr_t>(begin) % c10::elementSize(entry.dtype) != 0) {
    at::Tensor aligned = at::empty(entry.shape, options);
    std::memcpy(aligned.data_ptr(), begin, entry.end - entry.begin);
    return aligned;
  }
  return at::from_blob(
      begin, entry.shape, [keep = m_mapping](void*) {}, options);
}

Result<at::Tensor> SafetensorsFile::tensor(const std::string& name) const {
  const auto found = m_header->entries.find(name);
  if (found == m_header->entries.end()) {
    return Error{ErrorCode::NotFound, "The file has no tensor named " + name, m_path.string(), ""};
  }
  return view(found->second);
}

TensorMap SafetensorsFile::tensors() const {
  TensorMap all;
  for (const auto& [name, entry] : m_header->entries) all.emplace(name, view(entry));
  return all;
}

std::span<const std::byte> SafetensorsFile::data() const { return {m_mapping->data(), m_mapping->dataSize()}; }

Result<void> refuseUnsafe(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return systemError(errno, "Cannot open", file);
  std::array<unsigned char, 8> head{};
  const ssize_t got = ::read(descriptor, head.data(), head.size());
  ::close(descriptor);
  return sniff(head.data(), got > 0 ? static_cast<std::size_t>(got) : 0, file);
}

}  // namespace pleinair
