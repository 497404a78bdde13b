// Reading and writing parts of arrays.
#include "bridge.h"

using namespace cmlx;

cmlx_array* cmlx_slice(
    const cmlx_array* a, const int32_t* start, const int32_t* stop, const int32_t* stride, size_t ndim,
    cmlx_stream s) {
  return made(
      [&] { return mx::slice(get(a), shape(start, ndim), shape(stop, ndim), shape(stride, ndim), stream(s)); });
}

cmlx_array* cmlx_slice_update(
    const cmlx_array* a, const cmlx_array* update, const int32_t* start, const int32_t* stop, const int32_t* stride,
    size_t ndim, cmlx_stream s) {
  return made([&] {
    return mx::slice_update(
        get(a), get(update), shape(start, ndim), shape(stop, ndim), shape(stride, ndim), stream(s));
  });
}

cmlx_array* cmlx_take(const cmlx_array* a, const cmlx_array* indices, int32_t axis, cmlx_stream s) {
  return made([&] { return mx::take(get(a), get(indices), axis, stream(s)); });
}

cmlx_array* cmlx_take_flat(const cmlx_array* a, const cmlx_array* indices, cmlx_stream s) {
  return made([&] { return mx::take(get(a), get(indices), stream(s)); });
}

cmlx_array* cmlx_take_along(const cmlx_array* a, const cmlx_array* indices, int32_t axis, cmlx_stream s) {
  return made([&] { return mx::take_along_axis(get(a), get(indices), axis, stream(s)); });
}

cmlx_array* cmlx_put_along(
    const cmlx_array* a, const cmlx_array* indices, const cmlx_array* values, int32_t axis, cmlx_stream s) {
  return made([&] { return mx::put_along_axis(get(a), get(indices), get(values), axis, stream(s)); });
}

cmlx_array* cmlx_gather(
    const cmlx_array* a, cmlx_array* const* indices, const int32_t* axes, size_t count, const int32_t* slice_sizes,
    size_t ndim, cmlx_stream s) {
  return made([&] {
    return mx::gather(get(a), get(indices, count), ints(axes, count), shape(slice_sizes, ndim), stream(s));
  });
}

cmlx_array* cmlx_scatter(
    const cmlx_array* a, cmlx_array* const* indices, const int32_t* axes, size_t count, const cmlx_array* updates,
    cmlx_scatter_mode mode, cmlx_stream s) {
  return made([&] {
    auto source = get(a);
    auto index = get(indices, count);
    auto axis = ints(axes, count);
    auto update = get(updates);
    if (source.size() == 0 || update.size() == 0) {
      // libmlx divides by a size here.
      return source;
    }
    switch (mode) {
      case CMLX_SCATTER_SET:
        return mx::scatter(source, index, update, axis, stream(s));
      case CMLX_SCATTER_ADD:
        return mx::scatter_add(source, index, update, axis, stream(s));
      case CMLX_SCATTER_MULTIPLY:
        return mx::scatter_prod(source, index, update, axis, stream(s));
      case CMLX_SCATTER_MINIMUM:
        return mx::scatter_min(source, index, update, axis, stream(s));
      case CMLX_SCATTER_MAXIMUM:
        return mx::scatter_max(source, index, update, axis, stream(s));
    }
    throw std::invalid_argument("unknown scatter mode");
  });
}
