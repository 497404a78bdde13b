// Reductions, sorting, cumulative operations.
#include "bridge.h"

using namespace cmlx;

// Without axes all of them are reduced.
#define REDUCTION(name, function) \
  cmlx_array* cmlx_##name(const cmlx_array* a, const int32_t* axes, size_t count, bool keep_dims, cmlx_stream s) { \
    return made([&] { \
      return axes == nullptr ? function(get(a), keep_dims, stream(s)) \
                             : function(get(a), ints(axes, count), keep_dims, stream(s)); \
    }); \
  }

REDUCTION(all, mx::all)
REDUCTION(any, mx::any)
REDUCTION(log_sum_exp, mx::logsumexp)
REDUCTION(max, mx::max)
REDUCTION(mean, mx::mean)
REDUCTION(median, mx::median)
REDUCTION(min, mx::min)
REDUCTION(product, mx::prod)
REDUCTION(sum, mx::sum)

cmlx_array* cmlx_standard_deviation(
    const cmlx_array* a, const int32_t* axes, size_t count, bool keep_dims, int32_t ddof, cmlx_stream s) {
  return made([&] {
    return axes == nullptr ? mx::std(get(a), keep_dims, ddof, stream(s))
                           : mx::std(get(a), ints(axes, count), keep_dims, ddof, stream(s));
  });
}

cmlx_array* cmlx_variance(
    const cmlx_array* a, const int32_t* axes, size_t count, bool keep_dims, int32_t ddof, cmlx_stream s) {
  return made([&] {
    return axes == nullptr ? mx::var(get(a), keep_dims, ddof, stream(s))
                           : mx::var(get(a), ints(axes, count), keep_dims, ddof, stream(s));
  });
}

cmlx_array* cmlx_softmax(const cmlx_array* a, const int32_t* axes, size_t count, bool precise, cmlx_stream s) {
  return made([&] {
    return axes == nullptr ? mx::softmax(get(a), precise, stream(s))
                           : mx::softmax(get(a), ints(axes, count), precise, stream(s));
  });
}

cmlx_array* cmlx_argmax(const cmlx_array* a, cmlx_optional_int axis, bool keep_dims, cmlx_stream s) {
  return made([&] {
    return axis.has_value ? mx::argmax(get(a), axis.value, keep_dims, stream(s))
                          : mx::argmax(get(a), keep_dims, stream(s));
  });
}

cmlx_array* cmlx_argmin(const cmlx_array* a, cmlx_optional_int axis, bool keep_dims, cmlx_stream s) {
  return made([&] {
    return axis.has_value ? mx::argmin(get(a), axis.value, keep_dims, stream(s))
                          : mx::argmin(get(a), keep_dims, stream(s));
  });
}

cmlx_array* cmlx_sort(const cmlx_array* a, cmlx_optional_int axis, cmlx_stream s) {
  return made([&] {
    return axis.has_value ? mx::sort(get(a), axis.value, stream(s)) : mx::sort(get(a), stream(s));
  });
}

cmlx_array* cmlx_argsort(const cmlx_array* a, cmlx_optional_int axis, cmlx_stream s) {
  return made([&] {
    return axis.has_value ? mx::argsort(get(a), axis.value, stream(s)) : mx::argsort(get(a), stream(s));
  });
}

cmlx_array* cmlx_partition(const cmlx_array* a, int32_t kth, cmlx_optional_int axis, cmlx_stream s) {
  return made([&] {
    return axis.has_value ? mx::partition(get(a), kth, axis.value, stream(s))
                          : mx::partition(get(a), kth, stream(s));
  });
}

cmlx_array* cmlx_argpartition(const cmlx_array* a, int32_t kth, cmlx_optional_int axis, cmlx_stream s) {
  return made([&] {
    return axis.has_value ? mx::argpartition(get(a), kth, axis.value, stream(s))
                          : mx::argpartition(get(a), kth, stream(s));
  });
}

cmlx_array* cmlx_topk(const cmlx_array* a, int32_t k, cmlx_optional_int axis, cmlx_stream s) {
  return made([&] {
    return axis.has_value ? mx::topk(get(a), k, axis.value, stream(s)) : mx::topk(get(a), k, stream(s));
  });
}

cmlx_array* cmlx_cummax(const cmlx_array* a, int32_t axis, bool reverse, bool inclusive, cmlx_stream s) {
  return made([&] { return mx::cummax(get(a), axis, reverse, inclusive, stream(s)); });
}

cmlx_array* cmlx_cummin(const cmlx_array* a, int32_t axis, bool reverse, bool inclusive, cmlx_stream s) {
  return made([&] { return mx::cummin(get(a), axis, reverse, inclusive, stream(s)); });
}

cmlx_array* cmlx_cumprod(const cmlx_array* a, int32_t axis, bool reverse, bool inclusive, cmlx_stream s) {
  return made([&] { return mx::cumprod(get(a), axis, reverse, inclusive, stream(s)); });
}

cmlx_array* cmlx_cumsum(const cmlx_array* a, int32_t axis, bool reverse, bool inclusive, cmlx_stream s) {
  return made([&] { return mx::cumsum(get(a), axis, reverse, inclusive, stream(s)); });
}

cmlx_array* cmlx_logcumsumexp(const cmlx_array* a, int32_t axis, bool reverse, bool inclusive, cmlx_stream s) {
  return made([&] { return mx::logcumsumexp(get(a), axis, reverse, inclusive, stream(s)); });
}
