// Memory for arrays on the CPU, in place of libmlx's own.
//
// libmlx takes each buffer from `malloc` and gives it back at once. glibc maps large blocks afresh every time, so
// that each result of a few megabytes costs a page fault for every 4 KiB, which takes longer than most operations;
// `malloc` aligns to 16 bytes, where vector units want 64; and where memory is short it does not tell. This allocator
// keeps large blocks for reuse, takes them in huge pages, aligns to 64 bytes, counts, and throws when there is no
// memory left.
//
// libmlx asks for its allocator, and for the figures of memory.h, by functions that the dynamic linker resolves; those
// defined here come first. Where the library that is loaded computes on a GPU they pass everything on to its own.
#include "bridge.h"

#include <mlx/allocator.h>
#include <mlx/memory.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <list>
#include <map>
#include <mutex>
#include <shared_mutex>

#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

// AddressSanitizer knows nothing of blocks that are mapped and kept here: it is told which bytes nobody may touch.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#endif
#endif
#ifndef ASAN_POISON_MEMORY_REGION
#define ASAN_POISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
#endif

namespace {

constexpr size_t kAlignment = 64;
// Blocks from this size on are mapped, and kept for reuse.
constexpr size_t kLarge = size_t(1) << 20;
constexpr size_t kHugePage = size_t(2) << 20;

// Lies before the data. libmlx requires that the size be the eight bytes before it, and that a buffer point there.
struct Header {
  size_t capacity; // of the whole block; 0 for a small one
  char* block;
  char padding[kAlignment - 3 * sizeof(size_t)];
  size_t size;
};
static_assert(sizeof(Header) == kAlignment);

Header* header_of(void* buffer) { return reinterpret_cast<Header*>(static_cast<char*>(buffer) + sizeof(size_t)) - 1; }

size_t round_up(size_t value, size_t unit) { return (value + unit - 1) / unit * unit; }

// What the largest operations of a song's decoding need, and little more.
constexpr size_t kMostCached = size_t(512) << 20;

// Memory that the pool did not give out: mapped files. Nothing before such data says how long it is.
class ForeignMemory {
 public:
  void add(const void* start, size_t bytes) {
    std::unique_lock lock(mutex_);
    ends_[uintptr_t(start)] = uintptr_t(start) + bytes;
    count_.store(ends_.size(), std::memory_order_release);
  }

  void remove(const void* start) {
    std::unique_lock lock(mutex_);
    ends_.erase(uintptr_t(start));
    count_.store(ends_.size(), std::memory_order_release);
  }

  bool contains(const void* address) const {
    if (count_.load(std::memory_order_acquire) == 0) {
      return false;
    }
    std::shared_lock lock(mutex_);
    auto next = ends_.upper_bound(uintptr_t(address));
    return next != ends_.begin() && uintptr_t(address) < std::prev(next)->second;
  }

 private:
  mutable std::shared_mutex mutex_;
  std::map<uintptr_t, uintptr_t> ends_; // by start
  std::atomic<size_t> count_{0};
};

ForeignMemory& foreign_memory() {
  // Never destroyed: arrays may outlive static objects.
  static ForeignMemory* const memory = new ForeignMemory;
  return *memory;
}

class Pool final : public mlx::core::allocator::Allocator {
 public:
  mlx::core::allocator::Buffer malloc(size_t size) override {
    if (size > SIZE_MAX / 2) {
      fail(size);
    }
    Header* header = size < kLarge ? take_small(size) : take_large(size);
    header->size = size;
    char* const data = reinterpret_cast<char*>(header + 1);
    const size_t room = header->capacity == 0 ? round_up(size, kAlignment) : header->capacity - sizeof(Header);
    ASAN_UNPOISON_MEMORY_REGION(data, size);
    ASAN_POISON_MEMORY_REGION(data + size, room - size);
    const size_t active = active_.fetch_add(footprint(header)) + footprint(header);
    size_t peak = peak_.load();
    while (active > peak && !peak_.compare_exchange_weak(peak, active)) {
    }
    return mlx::core::allocator::Buffer(&header->size);
  }

  void free(mlx::core::allocator::Buffer buffer) override {
    if (buffer.ptr() == nullptr) {
      return;
    }
    Header* header = header_of(buffer.ptr());
    active_ -= footprint(header);
    if (header->capacity == 0) {
      std::free(header->block);
    } else {
      keep(header->block, header->capacity);
    }
  }

  // libmlx asks for it to see whether a result fits into the memory of an operand, and whether sharing that would keep
  // much more alive than is needed: what is not the pool's is too large for either.
  size_t size(mlx::core::allocator::Buffer buffer) const override {
    if (buffer.ptr() == nullptr) {
      return 0;
    }
    if (foreign_memory().contains(buffer.ptr())) {
      return SIZE_MAX;
    }
    return header_of(const_cast<void*>(buffer.ptr()))->size;
  }

  size_t active() const { return active_; }
  size_t peak() const { return peak_; }
  void reset_peak() { peak_ = 0; }
  size_t memory_limit() const { return memory_limit_; }
  size_t set_memory_limit(size_t limit) { return memory_limit_.exchange(limit); }

  size_t cached() {
    std::lock_guard lock(mutex_);
    return cached_;
  }

  size_t set_cache_limit(size_t limit) {
    std::unique_lock lock(mutex_);
    std::swap(limit, cache_limit_);
    trim(cache_limit_, lock);
    return limit;
  }

  void clear_cache() {
    std::unique_lock lock(mutex_);
    trim(0, lock);
  }

 private:
  struct Block {
    char* start;
    size_t capacity;
  };
  using Blocks = std::list<Block>;

  static size_t footprint(const Header* header) { return header->capacity == 0 ? header->size : header->capacity; }

  [[noreturn]] static void fail(size_t size) {
    throw std::runtime_error(
        "[malloc] there is not enough memory for an array of " + std::to_string(size) + " bytes");
  }

  Header* take_small(size_t size) {
    auto* block = static_cast<char*>(std::aligned_alloc(kAlignment, round_up(size + sizeof(Header), kAlignment)));
    if (block == nullptr) {
      fail(size);
    }
    return new (block) Header{0, block, {}, 0};
  }

  Header* take_large(size_t size) {
    const size_t needed = size + sizeof(Header);
    const size_t capacity = round_up(needed, needed < 2 * kHugePage ? size_t(64) << 10 : kHugePage);
    char* block = reuse(capacity);
    if (block == nullptr) {
      block = map(capacity);
    }
    if (block == nullptr) {
      clear_cache();
      block = map(capacity);
    }
    if (block == nullptr) {
      fail(size);
    }
    // A reused block keeps the capacity that it has.
    auto* header = reinterpret_cast<Header*>(block);
    const size_t known = header->capacity == 0 ? capacity : header->capacity;
    return new (block) Header{known, block, {}, 0};
  }

  // A kept block that is not much too large. Its header still holds its capacity.
  char* reuse(size_t capacity) {
    std::lock_guard lock(mutex_);
    auto found = by_capacity_.lower_bound(capacity);
    if (found == by_capacity_.end() || found->first > capacity + capacity / 4) {
      return nullptr;
    }
    char* block = found->second->start;
    cached_ -= found->first;
    by_age_.erase(found->second);
    by_capacity_.erase(found);
    return block;
  }

  // Fresh memory, which is zero.
  static char* map(size_t capacity) {
    const bool is_huge = capacity >= 2 * kHugePage;
    const size_t extra = is_huge ? kHugePage : 0;
    void* address =
        mmap(nullptr, capacity + extra, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (address == MAP_FAILED) {
      return nullptr;
    }
    auto* start = static_cast<char*>(address);
    if (is_huge) {
      // Huge pages need their alignment: give back what is before and behind.
      const size_t before = round_up(reinterpret_cast<uintptr_t>(start), kHugePage) - reinterpret_cast<uintptr_t>(start);
      if (before > 0) {
        munmap(start, before);
      }
      if (extra > before) {
        munmap(start + before + capacity, extra - before);
      }
      start += before;
      madvise(start, capacity, MADV_HUGEPAGE);
    }
    return start;
  }

  void keep(char* block, size_t capacity) {
    ASAN_POISON_MEMORY_REGION(block + sizeof(Header), capacity - sizeof(Header));
    std::unique_lock lock(mutex_);
    by_age_.push_back({block, capacity});
    by_capacity_.emplace(capacity, std::prev(by_age_.end()));
    cached_ += capacity;
    trim(cache_limit_, lock);
  }

  // Gives kept blocks back to the system, those kept longest first, until no more than `limit` bytes are left. Leaves
  // `lock` unlocked.
  void trim(size_t limit, std::unique_lock<std::mutex>& lock) {
    Blocks surplus;
    while (cached_ > limit) {
      auto oldest = by_age_.begin();
      auto [first, last] = by_capacity_.equal_range(oldest->capacity);
      by_capacity_.erase(std::find_if(first, last, [&](const auto& entry) { return entry.second == oldest; }));
      cached_ -= oldest->capacity;
      surplus.splice(surplus.end(), by_age_, oldest);
    }
    lock.unlock();
    for (const auto& block : surplus) {
      ASAN_UNPOISON_MEMORY_REGION(block.start, block.capacity);
      munmap(block.start, block.capacity);
    }
  }

  std::atomic<size_t> active_{0};
  std::atomic<size_t> peak_{0};
  // libmlx schedules operations ahead of their computation, with memory for all of their results, unless more than
  // this is in use.
  std::atomic<size_t> memory_limit_{cmlx::available_memory() / 4 * 3};

  std::mutex mutex_;
  Blocks by_age_;
  std::multimap<size_t, Blocks::iterator> by_capacity_;
  size_t cached_ = 0;
  size_t cache_limit_ = std::min(cmlx::available_memory() / 8, kMostCached);
};

// The function of the same name in libmlx itself.
template <typename Function>
Function original(const char* symbol) {
  void* address = dlsym(RTLD_NEXT, symbol);
  if (address == nullptr) {
    std::fprintf(stderr, "libmlx has no function %s: it is not the version that this program was built for\n", symbol);
    std::abort();
  }
  return reinterpret_cast<Function>(address);
}

#define ORIGINAL(type, symbol) \
  [] { \
    static const auto function = original<type>(symbol); \
    return function; \
  }()

// The pool, or nothing if libmlx computes elsewhere than in main memory: then its buffers are not plain memory with
// the size before the data.
Pool* pool() {
  static Pool* const result = []() -> Pool* {
    auto& own = ORIGINAL(mlx::core::allocator::Allocator& (*)(), "_ZN3mlx4core9allocator9allocatorEv")();
    auto buffer = own.malloc(kAlignment);
    auto* start = static_cast<const char*>(buffer.ptr());
    size_t size = 0;
    const bool is_plain = static_cast<const char*>(buffer.raw_ptr()) - start == sizeof(size_t);
    if (is_plain) {
      std::memcpy(&size, start, sizeof(size_t));
    }
    own.free(buffer);
    // Never destroyed: libmlx frees buffers until the process ends.
    return is_plain && size == kAlignment ? new Pool : nullptr;
  }();
  return result;
}

} // namespace

size_t cmlx::available_memory() {
  static const size_t available = [] {
    size_t result = static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<size_t>(sysconf(_SC_PAGE_SIZE));
    for (const char* path : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
      std::ifstream file(path);
      size_t limit = 0;
      if (file >> limit && limit > 0) {
        result = std::min(result, limit);
      }
    }
    return result;
  }();
  return available;
}

bool cmlx::uses_plain_memory() { return pool() != nullptr; }

void cmlx::note_foreign_memory(const void* start, size_t bytes) {
  bytes > 0 ? foreign_memory().add(start, bytes) : foreign_memory().remove(start);
}

namespace mlx::core {

allocator::Allocator& allocator::allocator() {
  if (auto* own = pool()) {
    return *own;
  }
  return ORIGINAL(allocator::Allocator& (*)(), "_ZN3mlx4core9allocator9allocatorEv")();
}

size_t get_active_memory() {
  return pool() ? pool()->active() : ORIGINAL(size_t (*)(), "_ZN3mlx4core17get_active_memoryEv")();
}

size_t get_peak_memory() {
  return pool() ? pool()->peak() : ORIGINAL(size_t (*)(), "_ZN3mlx4core15get_peak_memoryEv")();
}

void reset_peak_memory() {
  pool() ? pool()->reset_peak() : ORIGINAL(void (*)(), "_ZN3mlx4core17reset_peak_memoryEv")();
}

size_t get_cache_memory() {
  return pool() ? pool()->cached() : ORIGINAL(size_t (*)(), "_ZN3mlx4core16get_cache_memoryEv")();
}

size_t get_memory_limit() {
  return pool() ? pool()->memory_limit() : ORIGINAL(size_t (*)(), "_ZN3mlx4core16get_memory_limitEv")();
}

size_t set_memory_limit(size_t limit) {
  return pool() ? pool()->set_memory_limit(limit)
                : ORIGINAL(size_t (*)(size_t), "_ZN3mlx4core16set_memory_limitEm")(limit);
}

size_t set_cache_limit(size_t limit) {
  return pool() ? pool()->set_cache_limit(limit)
                : ORIGINAL(size_t (*)(size_t), "_ZN3mlx4core15set_cache_limitEm")(limit);
}

void clear_cache() {
  pool() ? pool()->clear_cache() : ORIGINAL(void (*)(), "_ZN3mlx4core11clear_cacheEv")();
}

} // namespace mlx::core
