// Files: NumPy's format through libmlx, and mapped files.
#include "bridge.h"

#include <cerrno>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace cmlx;

namespace {

// The system's reason against mapping a file.
struct MappingFault : std::runtime_error {
  const int code;

  explicit MappingFault(int code) : std::runtime_error(std::strerror(code)), code(code) {}
};

struct Mapping {
  const uint8_t* bytes = nullptr;
  size_t size = 0;

  Mapping() = default;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  ~Mapping() {
    if (bytes != nullptr) {
      note_foreign_memory(bytes, 0);
      munmap(const_cast<uint8_t*>(bytes), size);
    }
  }
};

std::shared_ptr<Mapping> map_file(const char* path) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    throw MappingFault(errno);
  }
  struct stat status;
  if (fstat(file, &status) != 0) {
    const int reason = errno;
    close(file);
    throw MappingFault(reason);
  }
  if (!S_ISREG(status.st_mode)) {
    close(file);
    throw MappingFault(S_ISDIR(status.st_mode) ? EISDIR : ENODEV);
  }
  auto mapping = std::make_shared<Mapping>();
  const size_t size = static_cast<size_t>(status.st_size);
  if (size > 0) {
    void* address = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
    const int reason = errno;
    close(file);
    if (address == MAP_FAILED) {
      throw MappingFault(reason);
    }
    mapping->bytes = static_cast<const uint8_t*>(address);
    mapping->size = size;
    note_foreign_memory(mapping->bytes, size);
  } else {
    close(file);
  }
  return mapping;
}

// Takes what lies wholly in the pages of a part of a mapping out of this process's memory; reading it again would bring
// it back. Weights that were converted are not needed any more, though their file stays mapped for others.
void forget_pages(const uint8_t* data, size_t bytes) {
  static const auto page = uintptr_t(sysconf(_SC_PAGESIZE));
  const uintptr_t begin = (uintptr_t(data) + page - 1) / page * page, end = (uintptr_t(data) + bytes) / page * page;
  if (end > begin) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

} // namespace

struct cmlx_mapping {
  std::shared_ptr<Mapping> value;
};

int cmlx_save_npy(const char* path, const cmlx_array* a) {
  return checked([&] { mx::save(path, get(a)); });
}

cmlx_array* cmlx_load_npy(const char* path, cmlx_stream s) {
  return made([&] { return mx::load(path, stream(s)); });
}

cmlx_mapping* cmlx_mapping_open(const char* path, int* code) {
  return guarded(static_cast<cmlx_mapping*>(nullptr), [&] {
    *code = ENOMEM;
    try {
      return new cmlx_mapping{map_file(path)};
    } catch (const MappingFault& fault) {
      *code = fault.code;
      throw;
    }
  });
}

const uint8_t* cmlx_mapping_bytes(const cmlx_mapping* m) { return m == nullptr ? nullptr : m->value->bytes; }

size_t cmlx_mapping_size(const cmlx_mapping* m) { return m == nullptr ? 0 : m->value->size; }

void cmlx_mapping_free(cmlx_mapping* m) { delete m; }

cmlx_array* cmlx_array_new_mapped(
    const cmlx_mapping* m, size_t offset, const int32_t* dimensions, size_t ndim, cmlx_dtype type) {
  return made([&] {
    if (m == nullptr) {
      throw std::invalid_argument("no mapping");
    }
    auto size = shape(dimensions, ndim);
    auto element = dtype(type);
    size_t bytes = element.size();
    for (auto n : size) {
      if (n < 0 || __builtin_mul_overflow(bytes, static_cast<size_t>(n), &bytes)) {
        throw std::invalid_argument("the shape's size overflows");
      }
    }
    if (offset > m->value->size || bytes > m->value->size - offset) {
      throw std::invalid_argument("the array reaches beyond the end of the file");
    }

    auto mapping = m->value;
    const uint8_t* data = mapping->bytes + offset;
    const bool is_aligned = reinterpret_cast<uintptr_t>(data) % element.size() == 0;
    if (bytes > 0 && is_aligned && offset >= sizeof(size_t) && uses_plain_memory()) {
      // A buffer points at the eight bytes before its data. In a file they are somebody else's: the allocator knows
      // that the memory is not its own, and does not take them for the size.
      mx::allocator::Buffer buffer(const_cast<uint8_t*>(data) - sizeof(size_t));
      auto forget = [mapping, data, bytes](mx::allocator::Buffer) { forget_pages(data, bytes); };
      return mx::array(mx::allocator::Data(buffer, forget), std::move(size), element);
    }
    auto copy = mx::allocator::malloc(bytes);
    if (bytes > 0) {
      std::memcpy(copy.buffer().raw_ptr(), data, bytes);
    }
    return mx::array(std::move(copy), std::move(size), element);
  });
}
