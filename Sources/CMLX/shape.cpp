// Making arrays, and changing their shape or element type.
#include "bridge.h"

#include <algorithm>
#include <string_view>

using namespace cmlx;

// MARK: - Making arrays

cmlx_array* cmlx_zeros(const int32_t* dimensions, size_t ndim, cmlx_dtype type, cmlx_stream s) {
  return made([&] { return mx::zeros(shape(dimensions, ndim), dtype(type), stream(s)); });
}

cmlx_array* cmlx_ones(const int32_t* dimensions, size_t ndim, cmlx_dtype type, cmlx_stream s) {
  return made([&] { return mx::ones(shape(dimensions, ndim), dtype(type), stream(s)); });
}

cmlx_array* cmlx_zeros_like(const cmlx_array* a, cmlx_stream s) {
  return made([&] { return mx::zeros_like(get(a), stream(s)); });
}

cmlx_array* cmlx_ones_like(const cmlx_array* a, cmlx_stream s) {
  return made([&] { return mx::ones_like(get(a), stream(s)); });
}

cmlx_array* cmlx_full(
    const int32_t* dimensions, size_t ndim, const cmlx_array* values, cmlx_dtype type, cmlx_stream s) {
  return made([&] { return mx::full(shape(dimensions, ndim), get(values), dtype(type), stream(s)); });
}

cmlx_array* cmlx_eye(int32_t n, int32_t m, int32_t k, cmlx_dtype type, cmlx_stream s) {
  return made([&] { return mx::eye(n, m, k, dtype(type), stream(s)); });
}

cmlx_array* cmlx_tri(int32_t n, int32_t m, int32_t k, cmlx_dtype type, cmlx_stream s) {
  return made([&] { return mx::tri(n, m, k, dtype(type), stream(s)); });
}

cmlx_array* cmlx_tril(const cmlx_array* a, int32_t k, cmlx_stream s) {
  return made([&] { return mx::tril(get(a), k, stream(s)); });
}

cmlx_array* cmlx_triu(const cmlx_array* a, int32_t k, cmlx_stream s) {
  return made([&] { return mx::triu(get(a), k, stream(s)); });
}

cmlx_array* cmlx_arange(double start, double stop, double step, cmlx_dtype type, cmlx_stream s) {
  return made([&] { return mx::arange(start, stop, step, dtype(type), stream(s)); });
}

cmlx_array* cmlx_linspace(double start, double stop, int32_t count, cmlx_dtype type, cmlx_stream s) {
  return made([&] { return mx::linspace(start, stop, count, dtype(type), stream(s)); });
}

cmlx_array* cmlx_window(const char* kind, int32_t m, cmlx_stream s) {
  return made([&] {
    const std::string_view name = kind;
    if (name == "hanning") {
      return mx::hanning(m, stream(s));
    } else if (name == "hamming") {
      return mx::hamming(m, stream(s));
    } else if (name == "bartlett") {
      return mx::bartlett(m, stream(s));
    } else if (name == "blackman") {
      return mx::blackman(m, stream(s));
    }
    throw std::invalid_argument("there is no window function '" + std::string(name) + "'");
  });
}

cmlx_array* cmlx_diag(const cmlx_array* a, int32_t k, cmlx_stream s) {
  return made([&] { return mx::diag(get(a), k, stream(s)); });
}

cmlx_array* cmlx_diagonal(const cmlx_array* a, int32_t offset, int32_t axis1, int32_t axis2, cmlx_stream s) {
  return made([&] { return mx::diagonal(get(a), offset, axis1, axis2, stream(s)); });
}

cmlx_array* cmlx_trace(
    const cmlx_array* a, int32_t offset, int32_t axis1, int32_t axis2, cmlx_dtype type, cmlx_stream s) {
  return made([&] { return mx::trace(get(a), offset, axis1, axis2, dtype(type), stream(s)); });
}

cmlx_list* cmlx_meshgrid(
    cmlx_array* const* arrays, size_t count, bool sparse, const char* indexing, cmlx_stream s) {
  return made_list([&] { return mx::meshgrid(get(arrays, count), sparse, indexing, stream(s)); });
}

// MARK: - Shape

cmlx_array* cmlx_astype(const cmlx_array* a, cmlx_dtype type, cmlx_stream s) {
  return made([&] { return cmlx::astype(get(a), dtype(type), stream(s)); });
}

cmlx_array* cmlx_view(const cmlx_array* a, cmlx_dtype type, cmlx_stream s) {
  return made([&] { return mx::view(get(a), dtype(type), stream(s)); });
}

cmlx_array* cmlx_reshape(const cmlx_array* a, const int32_t* dimensions, size_t ndim, cmlx_stream s) {
  return made([&] { return mx::reshape(get(a), shape(dimensions, ndim), stream(s)); });
}

cmlx_array* cmlx_flatten(const cmlx_array* a, int32_t start, int32_t end, cmlx_stream s) {
  return made([&] { return mx::flatten(get(a), start, end, stream(s)); });
}

cmlx_array* cmlx_unflatten(const cmlx_array* a, int32_t axis, const int32_t* dimensions, size_t ndim, cmlx_stream s) {
  return made([&] {
    auto lengths = shape(dimensions, ndim);
    if (std::find(lengths.begin(), lengths.end(), 0) != lengths.end() &&
        std::find(lengths.begin(), lengths.end(), -1) != lengths.end()) {
      throw std::invalid_argument("[unflatten] a length can't be inferred beside one of 0");
    }
    return mx::unflatten(get(a), axis, lengths, stream(s));
  });
}

cmlx_array* cmlx_transpose(const cmlx_array* a, cmlx_stream s) {
  return made([&] { return mx::transpose(get(a), stream(s)); });
}

cmlx_array* cmlx_transpose_axes(const cmlx_array* a, const int32_t* axes, size_t count, cmlx_stream s) {
  return made([&] { return mx::transpose(get(a), ints(axes, count), stream(s)); });
}

cmlx_array* cmlx_swapaxes(const cmlx_array* a, int32_t axis1, int32_t axis2, cmlx_stream s) {
  return made([&] { return mx::swapaxes(get(a), axis1, axis2, stream(s)); });
}

cmlx_array* cmlx_moveaxis(const cmlx_array* a, int32_t source, int32_t destination, cmlx_stream s) {
  return made([&] { return mx::moveaxis(get(a), source, destination, stream(s)); });
}

cmlx_array* cmlx_expand_dims(const cmlx_array* a, const int32_t* axes, size_t count, cmlx_stream s) {
  return made([&] { return mx::expand_dims(get(a), ints(axes, count), stream(s)); });
}

cmlx_array* cmlx_squeeze(const cmlx_array* a, cmlx_stream s) {
  return made([&] { return mx::squeeze(get(a), stream(s)); });
}

cmlx_array* cmlx_squeeze_axes(const cmlx_array* a, const int32_t* axes, size_t count, cmlx_stream s) {
  return made([&] { return mx::squeeze(get(a), ints(axes, count), stream(s)); });
}

cmlx_array* cmlx_atleast(const cmlx_array* a, int32_t ndim, cmlx_stream s) {
  return made([&] {
    switch (ndim) {
      case 1:
        return mx::atleast_1d(get(a), stream(s));
      case 2:
        return mx::atleast_2d(get(a), stream(s));
      case 3:
        return mx::atleast_3d(get(a), stream(s));
      default:
        throw std::invalid_argument("atleast takes 1, 2 or 3 dimensions");
    }
  });
}

cmlx_array* cmlx_broadcast_to(const cmlx_array* a, const int32_t* dimensions, size_t ndim, cmlx_stream s) {
  return made([&] { return mx::broadcast_to(get(a), shape(dimensions, ndim), stream(s)); });
}

cmlx_list* cmlx_broadcast_arrays(cmlx_array* const* arrays, size_t count, cmlx_stream s) {
  return made_list([&] { return mx::broadcast_arrays(get(arrays, count), stream(s)); });
}

cmlx_array* cmlx_concatenate(cmlx_array* const* arrays, size_t count, int32_t axis, cmlx_stream s) {
  return made([&] { return mx::concatenate(get(arrays, count), axis, stream(s)); });
}

cmlx_array* cmlx_stack(cmlx_array* const* arrays, size_t count, int32_t axis, cmlx_stream s) {
  return made([&] { return mx::stack(get(arrays, count), axis, stream(s)); });
}

cmlx_list* cmlx_split(const cmlx_array* a, int32_t parts, int32_t axis, cmlx_stream s) {
  return made_list([&] {
    if (parts < 1) {
      throw std::invalid_argument("[split] the number of parts must be positive");
    }
    return mx::split(get(a), parts, axis, stream(s));
  });
}

cmlx_list* cmlx_split_indices(
    const cmlx_array* a, const int32_t* indices, size_t count, int32_t axis, cmlx_stream s) {
  return made_list([&] { return mx::split(get(a), shape(indices, count), axis, stream(s)); });
}

cmlx_array* cmlx_repeat(const cmlx_array* a, int32_t count, int32_t axis, cmlx_stream s) {
  return made([&] { return mx::repeat(get(a), count, axis, stream(s)); });
}

cmlx_array* cmlx_tile(const cmlx_array* a, const int32_t* repetitions, size_t count, cmlx_stream s) {
  return made([&] { return mx::tile(get(a), ints(repetitions, count), stream(s)); });
}

cmlx_array* cmlx_pad(
    const cmlx_array* a, const int32_t* low, const int32_t* high, size_t count, const cmlx_array* value,
    const char* mode, cmlx_stream s) {
  return made([&] {
    if (count != get(a).ndim()) {
      throw std::invalid_argument("[pad] there must be one pair of widths per axis");
    }
    std::vector<int> axes;
    for (size_t i = 0; i < count; ++i) {
      axes.push_back(static_cast<int>(i));
    }
    return mx::pad(get(a), axes, shape(low, count), shape(high, count), get(value), mode, stream(s));
  });
}

cmlx_array* cmlx_roll(const cmlx_array* a, int32_t shift, const int32_t* axes, size_t count, cmlx_stream s) {
  return made([&] {
    return axes == nullptr ? mx::roll(get(a), shift, stream(s))
                           : mx::roll(get(a), shift, ints(axes, count), stream(s));
  });
}

cmlx_array* cmlx_as_strided(
    const cmlx_array* a, const int32_t* dimensions, size_t ndim, const int64_t* strides, size_t strides_count,
    size_t offset, cmlx_stream s) {
  return made([&] {
    if (strides_count != ndim) {
      throw std::invalid_argument("[as_strided] there must be one stride per dimension");
    }
    // libmlx does not check that the view lies inside the array.
    int64_t first = static_cast<int64_t>(offset);
    int64_t last = first;
    bool is_empty = false;
    for (size_t i = 0; i < ndim; ++i) {
      is_empty = is_empty || dimensions[i] == 0;
      const int64_t reach = (static_cast<int64_t>(dimensions[i]) - 1) * strides[i];
      (reach < 0 ? first : last) += reach;
    }
    if (!is_empty && (first < 0 || last >= static_cast<int64_t>(get(a).size()))) {
      throw std::invalid_argument("[as_strided] the view reaches beyond the array");
    }
    return mx::as_strided(
        get(a), shape(dimensions, ndim), mx::Strides(strides, strides + strides_count), offset, stream(s));
  });
}

cmlx_array* cmlx_contiguous(const cmlx_array* a, bool allow_column_major, cmlx_stream s) {
  return made([&] { return mx::contiguous(get(a), allow_column_major, stream(s)); });
}

cmlx_array* cmlx_stop_gradient(const cmlx_array* a, cmlx_stream s) {
  return made([&] { return mx::stop_gradient(get(a), stream(s)); });
}

cmlx_list* cmlx_depends(
    cmlx_array* const* inputs, size_t input_count, cmlx_array* const* dependencies, size_t dependency_count) {
  return made_list([&] { return mx::depends(get(inputs, input_count), get(dependencies, dependency_count)); });
}
