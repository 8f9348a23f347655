#include "core/tensor/large_blocks.h"

#include <c10/core/CPUAllocator.h>

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <vector>

#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#include <sys/mman.h>
#define PLEINAIR_KEEPS_LARGE_BLOCKS
#endif

namespace pleinair {

#ifdef PLEINAIR_KEEPS_LARGE_BLOCKS
namespace {

constexpr std::size_t kLarge = 2 << 20;  // what the C library does well is left to it
constexpr std::size_t kHugePage = 2 << 20, kSmallStep = 64 << 10, kManySteps = 64 << 20;
constexpr std::size_t kMostKept = 2'000'000'000;
constexpr std::size_t kMostBeyond = 512 << 20;  // what blocks of sizes that do not fit may add to the largest need

std::size_t roundedUp(std::size_t bytes, std::size_t step) { return (bytes + step - 1) / step * step; }

/// Null where there is no more.
void* mapped(std::size_t bytes) {
  void* const whole = ::mmap(nullptr, bytes + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (whole == MAP_FAILED) return nullptr;
  const auto from = reinterpret_cast<std::uintptr_t>(whole), aligned = roundedUp(from, kHugePage);
  if (aligned > from) ::munmap(whole, aligned - from);
  const std::size_t beyond = from + kHugePage - aligned;
  void* const block = reinterpret_cast<void*>(aligned);
  if (beyond > 0) ::munmap(static_cast<char*>(block) + bytes, beyond);
  ::madvise(block, bytes, MADV_HUGEPAGE);  // may be refused, which costs only time
  return block;
}

class LargeBlocks final : public at::Allocator {
 public:
  explicit LargeBlocks(at::Allocator& small) : m_small(small) {}

  at::DataPtr allocate(std::size_t bytes) override {
    if (bytes < kLarge) return m_small.allocate(bytes);
    const std::size_t size = roundedUp(bytes, bytes < kManySteps ? kSmallStep : kHugePage);
    void* block = kept(size);
    if (block == nullptr) block = made(size);
    if (block == nullptr) return m_small.allocate(bytes);  // which tells in torch's words that there is no memory
    return {block, block, &release, at::kCPU};
  }

  at::DeleterFnPtr raw_deleter() const override { return &release; }

  void copy_data(void* to, const void* from, std::size_t bytes) const override { default_copy_data(to, from, bytes); }

  void returnAll() {
    const std::lock_guard lock(m_mutex);
    returnDownTo(0);
    m_mostInUse = m_inUse;
  }

 private:
  struct Block {
    void* memory;
    std::size_t size;
  };

  /// The kept block that fits best and is at most a sixteenth too large; of those the one freed last, which caches
  /// know.
  void* kept(std::size_t size) {
    const std::lock_guard lock(m_mutex);
    auto best = m_kept.end();
    for (auto at = m_kept.begin(); at != m_kept.end(); ++at) {
      if (at->size >= size && at->size <= size + size / 16 && (best == m_kept.end() || at->size <= best->size))
        best = at;
    }
    if (best == m_kept.end()) return nullptr;
    const Block block = *best;
    m_kept.erase(best);
    m_bytesKept -= block.size;
    use(block.memory, block.size);
    return block.memory;
  }

  void* made(std::size_t size) {
    const std::lock_guard lock(m_mutex);
    const std::size_t most = std::max(m_mostInUse, m_inUse + size) + kMostBeyond - (m_inUse + size);
    returnDownTo(most);
    void* block = mapped(size);
    if (block == nullptr) {
      returnDownTo(0);
      block = mapped(size);
    }
    if (block != nullptr) use(block, size);
    return block;
  }

  void use(void* memory, std::size_t size) {
    m_sizes.emplace(memory, size);
    m_inUse += size;
    m_mostInUse = std::max(m_mostInUse, m_inUse);
  }

  static void release(void* memory);

  void keep(void* memory) {
    const std::lock_guard lock(m_mutex);
    const auto found = m_sizes.find(memory);
    if (found == m_sizes.end()) {  // a small one, given out and taken back as plain memory
      m_small.raw_deallocate(memory);
      return;
    }
    m_kept.push_back({memory, found->second});
    m_bytesKept += found->second;
    m_inUse -= found->second;
    m_sizes.erase(found);
    returnDownTo(kMostKept);
  }

  /// Those that were freed first go first.
  void returnDownTo(std::size_t bytes) {
    std::size_t count = 0;
    for (; m_bytesKept > bytes; ++count) {
      ::munmap(m_kept[count].memory, m_kept[count].size);
      m_bytesKept -= m_kept[count].size;
    }
    m_kept.erase(m_kept.begin(), m_kept.begin() + static_cast<std::ptrdiff_t>(count));
  }

  at::Allocator& m_small;
  std::mutex m_mutex;
  std::vector<Block> m_kept;  // in the order in which they were freed
  std::size_t m_bytesKept = 0, m_inUse = 0, m_mostInUse = 0;
  std::unordered_map<void*, std::size_t> m_sizes;  // of those in use
};

/// Made at the first call and never destroyed: tensors may outlive everything.
LargeBlocks& largeBlocks() {
  static auto* const blocks = new LargeBlocks(*c10::GetDefaultCPUAllocator());
  return *blocks;
}

void LargeBlocks::release(void* memory) { largeBlocks().keep(memory); }

}  // namespace

void keepLargeBlocks() { c10::SetCPUAllocator(&largeBlocks(), 1); }
void returnLargeBlocks() { largeBlocks().returnAll(); }

#else

void keepLargeBlocks() {}
void returnLargeBlocks() {}

#endif

}  // namespace pleinair
