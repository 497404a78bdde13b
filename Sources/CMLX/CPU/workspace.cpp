#include "workspace.h"

#include <array>
#include <cstdlib>
#include <new>

#include <sys/mman.h>

namespace cmlx {

namespace {

constexpr size_t kHugePage = size_t(2) << 20;

struct Block {
  void* data = nullptr;
  size_t size = 0;

  Block() = default;
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  ~Block() { std::free(data); }

  void* reserve(size_t bytes) {
    if (bytes <= size) return data;
    std::free(data);
    data = nullptr;
    size = 0;
    const bool huge = bytes >= kHugePage;
    const size_t alignment = huge ? kHugePage : 64;
    const size_t rounded = (bytes + alignment - 1) / alignment * alignment;
    data = std::aligned_alloc(alignment, rounded);
    if (!data) throw std::bad_alloc();
    // A hint only: without huge pages everything works, with more misses in the translation of addresses.
    if (huge) madvise(data, rounded, MADV_HUGEPAGE);
    size = rounded;
    return data;
  }
};

} // namespace

void* scratch(Scratch kind, size_t bytes) {
  thread_local std::array<Block, size_t(Scratch::count)> blocks;
  return blocks[size_t(kind)].reserve(bytes ? bytes : 1);
}

} // namespace cmlx
