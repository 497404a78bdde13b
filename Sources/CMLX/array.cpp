// Array handles: making them from memory, describing them, reading them.
#include "bridge.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <cstdint>
#include <sstream>

using namespace cmlx;

namespace {

struct DtypePair {
  cmlx_dtype c;
  mx::Dtype cpp;
};

const std::array<DtypePair, 14>& dtype_table() {
  static const std::array<DtypePair, 14> table = {{
      {CMLX_BOOL, mx::bool_},
      {CMLX_UINT8, mx::uint8},
      {CMLX_UINT16, mx::uint16},
      {CMLX_UINT32, mx::uint32},
      {CMLX_UINT64, mx::uint64},
      {CMLX_INT8, mx::int8},
      {CMLX_INT16, mx::int16},
      {CMLX_INT32, mx::int32},
      {CMLX_INT64, mx::int64},
      {CMLX_FLOAT16, mx::float16},
      {CMLX_FLOAT32, mx::float32},
      {CMLX_FLOAT64, mx::float64},
      {CMLX_BFLOAT16, mx::bfloat16},
      {CMLX_COMPLEX64, mx::complex64},
  }};
  return table;
}

// The size in bytes, with every step checked.
size_t byte_count(const mx::Shape& shape, mx::Dtype dtype) {
  size_t count = dtype.size();
  for (auto n : shape) {
    if (n < 0) {
      throw std::invalid_argument("an array can't have a negative dimension");
    }
    if (__builtin_mul_overflow(count, static_cast<size_t>(n), &count) || count > SIZE_MAX / 2) {
      throw std::invalid_argument("an array of that shape would be too large");
    }
  }
  return count;
}

// Copies a strided array to row-major order, one contiguous run at a time.
void copy_strided(const mx::array& a, const char* source, char* destination) {
  const auto& shape = a.shape();
  const auto& strides = a.strides();
  const size_t item = a.itemsize();

  // The last axes that are contiguous among themselves form one run.
  int outer = static_cast<int>(shape.size());
  int64_t run = 1;
  while (outer > 0 && (shape[outer - 1] == 1 || strides[outer - 1] == run)) {
    run *= shape[outer - 1];
    --outer;
  }

  std::vector<int32_t> index(outer, 0);
  int64_t offset = 0;
  const size_t run_bytes = static_cast<size_t>(run) * item;
  for (size_t written = 0; written < a.nbytes(); written += run_bytes) {
    std::memcpy(destination + written, source + offset * static_cast<int64_t>(item), run_bytes);
    for (int axis = outer - 1; axis >= 0; --axis) {
      offset += strides[axis];
      if (++index[axis] < shape[axis]) {
        break;
      }
      offset -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

} // namespace

void cmlx::check_size(const mx::array& a) { byte_count(a.shape(), a.dtype()); }

mx::Dtype cmlx::dtype(cmlx_dtype value) {
  for (const auto& pair : dtype_table()) {
    if (pair.c == value) {
      return pair.cpp;
    }
  }
  throw std::invalid_argument("unknown element type");
}

cmlx_dtype cmlx::dtype(mx::Dtype value) {
  for (const auto& pair : dtype_table()) {
    if (pair.cpp == value) {
      return pair.c;
    }
  }
  throw std::invalid_argument("unknown element type");
}

cmlx_array* cmlx_array_new(const void* data, const int32_t* dimensions, size_t ndim, cmlx_dtype type) {
  return made([&] {
    auto size = shape(dimensions, ndim);
    auto element = dtype(type);
    const size_t bytes = byte_count(size, element);
    auto buffer = mx::allocator::malloc(bytes);
    if (bytes > 0) {
      std::memcpy(buffer.buffer().raw_ptr(), data, bytes);
    }
    return mx::array(std::move(buffer), std::move(size), element);
  });
}

cmlx_array* cmlx_array_new_external(
    void* data, const int32_t* dimensions, size_t ndim, cmlx_dtype type, void* context, void (*finalizer)(void*)) {
  return made([&] {
    auto size = shape(dimensions, ndim);
    auto element = dtype(type);
    byte_count(size, element);
    return mx::array(data, std::move(size), element, [context, finalizer](void*) { finalizer(context); });
  });
}

cmlx_array* cmlx_array_retain(const cmlx_array* a) {
  return made([&] { return get(a); });
}

int cmlx_array_assign(cmlx_array* a, const cmlx_array* b) {
  return checked([&] {
    get(a);
    a->value = get(b);
  });
}

void cmlx_array_free(cmlx_array* a) {
  guarded(0, [&] {
    delete a;
    return 0;
  });
}

size_t cmlx_array_ndim(const cmlx_array* a) { return a == nullptr ? 0 : a->value.ndim(); }

const int32_t* cmlx_array_shape(const cmlx_array* a) { return a == nullptr ? nullptr : a->value.shape().data(); }

const int64_t* cmlx_array_strides(const cmlx_array* a) { return a == nullptr ? nullptr : a->value.strides().data(); }

size_t cmlx_array_size(const cmlx_array* a) { return a == nullptr ? 0 : a->value.size(); }

cmlx_dtype cmlx_array_dtype(const cmlx_array* a) {
  return guarded(CMLX_BOOL, [&] { return a == nullptr ? CMLX_BOOL : dtype(a->value.dtype()); });
}

size_t cmlx_dtype_size(cmlx_dtype type) {
  return guarded(size_t(0), [&] { return static_cast<size_t>(dtype(type).size()); });
}

int cmlx_array_copy_bytes(const cmlx_array* a, void* destination, size_t count) {
  return checked([&] {
    mx::array value = get(a);
    if (value.nbytes() != count) {
      throw std::invalid_argument("the destination does not have the array's size");
    }
    value.eval();
    if (count == 0) {
      return;
    }
    const char* source = value.data<char>();
    if (value.flags().row_contiguous) {
      std::memcpy(destination, source, count);
    } else {
      copy_strided(value, source, static_cast<char*>(destination));
    }
  });
}

int cmlx_array_data(const cmlx_array* a, const void** data, bool* row_contiguous) {
  return checked([&] {
    mx::array value = get(a);
    value.eval();
    *data = value.size() == 0 ? nullptr : value.data<char>();
    if (row_contiguous != nullptr) {
      *row_contiguous = value.flags().row_contiguous;
    }
  });
}

char* cmlx_array_description(const cmlx_array* a) {
  return guarded(static_cast<char*>(nullptr), [&] {
    std::ostringstream text;
    text << get(a);
    char* copy = strdup(text.str().c_str());
    if (copy == nullptr) {
      throw std::bad_alloc();
    }
    return copy;
  });
}

void cmlx_string_free(char* text) { std::free(text); }

size_t cmlx_list_size(const cmlx_list* list) { return list == nullptr ? 0 : list->values.size(); }

cmlx_array* cmlx_list_get(const cmlx_list* list, size_t index) {
  return made([&] {
    if (list == nullptr) {
      throw std::invalid_argument("no list");
    }
    return list->values.at(index);
  });
}

void cmlx_list_free(cmlx_list* list) {
  guarded(0, [&] {
    delete list;
    return 0;
  });
}
