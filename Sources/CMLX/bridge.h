// What every source file of the C interface shares: handles, conversions, and the one boundary at which C++
// exceptions become recorded errors.
#pragma once

#include "CPU/cpu_ops.h"
#include "include/cmlx.h"

#include <mlx/mlx.h>

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

struct cmlx_array {
  mlx::core::array value;
};

struct cmlx_list {
  std::vector<mlx::core::array> values;
};

namespace cmlx {

void record_error(const char* message) noexcept;

// Runs `body`; an exception becomes the thread's last error and `failure` the result.
template <typename Result, typename Body>
Result guarded(Result failure, Body&& body) noexcept {
  try {
    return body();
  } catch (const std::exception& error) {
    record_error(error.what());
  } catch (...) {
    record_error("unknown C++ exception");
  }
  return failure;
}

// For functions that return a status.
template <typename Body>
int checked(Body&& body) noexcept {
  return guarded(-1, [&] {
    body();
    return 0;
  });
}

// Throws if the size of an array overflows, which libmlx does not notice.
void check_size(const mx::array& a);

// For functions that return an array or a list.
template <typename Body>
cmlx_array* made(Body&& body) noexcept {
  return guarded(static_cast<cmlx_array*>(nullptr), [&] {
    std::unique_ptr<cmlx_array> result(new cmlx_array{body()});
    check_size(result->value);
    return result.release();
  });
}

template <typename Body>
cmlx_list* made_list(Body&& body) noexcept {
  return guarded(static_cast<cmlx_list*>(nullptr), [&] {
    std::unique_ptr<cmlx_list> result(new cmlx_list{body()});
    for (const auto& value : result->values) {
      check_size(value);
    }
    return result.release();
  });
}

inline const mx::array& get(const cmlx_array* a) {
  if (a == nullptr) {
    throw std::invalid_argument("an argument is the result of an operation that failed");
  }
  return a->value;
}

inline std::optional<mx::array> optional(const cmlx_array* a) {
  return a == nullptr ? std::nullopt : std::make_optional(a->value);
}

inline std::optional<int> optional(cmlx_optional_int value) {
  return value.has_value ? std::make_optional<int>(value.value) : std::nullopt;
}

inline std::optional<float> optional(cmlx_optional_float value) {
  return value.has_value ? std::make_optional(value.value) : std::nullopt;
}

inline std::vector<mx::array> get(cmlx_array* const* arrays, size_t count) {
  std::vector<mx::array> result;
  result.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    result.push_back(get(arrays[i]));
  }
  return result;
}

inline mx::Shape shape(const int32_t* values, size_t count) { return mx::Shape(values, values + count); }

inline std::vector<int> ints(const int32_t* values, size_t count) { return std::vector<int>(values, values + count); }

mx::Dtype dtype(cmlx_dtype value);
cmlx_dtype dtype(mx::Dtype value);

inline std::optional<mx::Dtype> optional(cmlx_optional_dtype value) {
  return value.has_value ? std::make_optional(dtype(value.value)) : std::nullopt;
}

// Whether arrays live in main memory, in buffers that begin with their size: see allocator.cpp.
bool uses_plain_memory();

// Tells the allocator of memory that is not its own and in which arrays will lie, or, with no bytes, that it is gone.
void note_foreign_memory(const void* start, size_t bytes);

// Bytes of memory that this process may use: those of the machine, or of its control group. Read once.
size_t available_memory();

// The stream that operations on `s` use. Throws if there is no such device.
mx::Stream stream(cmlx_stream s);

} // namespace cmlx
