// One row of attention; see vector.h for how this file is included.

namespace cmlx::CMLX_ISA {

typedef uint8_t Byte __attribute__((ext_vector_type(kWidth)));
typedef Byte UnalignedByte __attribute__((aligned(1), may_alias));

// The mask's effect on `lanes` scores from key i on.
CMLX_INLINE Float masked(Float score, const SoftmaxCall& call, int64_t i, int64_t lanes) {
  const float hidden = -3.4028234663852886e38f;
  switch (call.mask_kind) {
    case MaskKind::none:
      return score;
    case MaskKind::hidden:
      return splat(hidden);
    case MaskKind::boolean: {
      const auto* mask = static_cast<const uint8_t*>(call.mask);
      uint8_t flags[kWidth] = {};
      for (int64_t j = 0; j < lanes; ++j) flags[j] = mask[(i + j) * call.mask_stride];
      const auto seen = __builtin_convertvector(*reinterpret_cast<const UnalignedByte*>(flags), Int);
      return (seen != 0) ? score : splat(hidden);
    }
    case MaskKind::additive: {
      float values[kWidth] = {};
      for (int64_t j = 0; j < lanes; ++j) {
        const int64_t at = (i + j) * call.mask_stride;
        values[j] = call.mask_storage == Storage::f32 ? static_cast<const float*>(call.mask)[at]
                                                      : to_float(static_cast<const BFloat*>(call.mask)[at]);
      }
      return score + load(values);
    }
  }
  return score;
}

// Replaces scores by exp(score - maximum so far), updates maximum and sum, and returns the factor by which what was
// summed before has to shrink.
static float softmax(const SoftmaxCall& call, float& maximum_so_far, float& sum_so_far) {
  const float infinity = __builtin_inff();
  float* scores = call.scores;
  for (int64_t i = 0; i < call.low; ++i) scores[i] = 0.0f;
  for (int64_t i = call.high; i < call.count; ++i) scores[i] = 0.0f;
  const int64_t visible = call.high - call.low;
  if (visible <= 0) return 1.0f;
  scores += call.low;
  Float highest = splat(-infinity);
  for_each_vector(visible, [&](int64_t i, int64_t lanes) {
    Float score = load_lanes(scores + i, lanes) * call.scale;
    score = masked(score, call, call.low + i, lanes);
    store_lanes(scores + i, score, lanes);
    if (lanes < kWidth) {
      float rest[kWidth];
      store(rest, score);
      for (int64_t j = lanes; j < kWidth; ++j) rest[j] = -infinity;
      score = load(rest);
    }
    // Written so that a NaN wins: it must reach the result.
    highest = (highest >= score) ? highest : score;
  });
  float maximum_now = maximum(highest);
  for (int i = 0; i < kWidth; ++i) {
    if (highest[i] != highest[i]) maximum_now = highest[i];
  }
  if (maximum_now < maximum_so_far) maximum_now = maximum_so_far;
  const float shrink = maximum_so_far == -infinity ? 0.0f : exp(splat(maximum_so_far - maximum_now))[0];
  maximum_so_far = maximum_now;
  // Nothing visible yet: additive masks of minus infinity.
  const float base = maximum_now == -infinity ? 0.0f : maximum_now;
  Float total = splat(0.0f);
  for_each_vector(visible, [&](int64_t i, int64_t lanes) {
    const Float weight = exp(load_lanes(scores + i, lanes) - base);
    store_lanes(scores + i, weight, lanes);
    total += lanes == kWidth ? weight : load_part(scores + i, lanes);
  });
  sum_so_far = sum_so_far * shrink + sum(total);
  return shrink;
}

static void scale_values(float* values, int64_t count, float factor) {
  for_each_vector(
      count, [&](int64_t i, int64_t lanes) { store_lanes(values + i, load_lanes(values + i, lanes) * factor, lanes); });
}

// out[m, n] += sum over k of x[m, k] * w[k, n], few rows m, w read once.
template <int rows, int vectors, class T>
CMLX_INLINE void columns_group(const ColumnsCall& call, int64_t n, int64_t lanes) {
  Float sums[rows][vectors];
  CMLX_UNROLL
  for (int m = 0; m < rows; ++m) {
    CMLX_UNROLL
    for (int v = 0; v < vectors; ++v) sums[m][v] = splat(0.0f);
  }
  const T* w = static_cast<const T*>(call.w) + n;
  for (int64_t k = 0; k < call.depth; ++k, w += call.w_stride) {
    Float values[vectors];
    CMLX_UNROLL
    for (int v = 0; v < vectors; ++v) values[v] = vectors > 1 ? load(w + v * kWidth) : load_lanes(w, lanes);
    CMLX_UNROLL
    for (int m = 0; m < rows; ++m) {
      const Float x = splat(call.x[m * call.x_stride + k]);
      CMLX_UNROLL
      for (int v = 0; v < vectors; ++v) sums[m][v] += x * values[v];
    }
  }
  CMLX_UNROLL
  for (int m = 0; m < rows; ++m) {
    CMLX_UNROLL
    for (int v = 0; v < vectors; ++v) {
      float* out = call.out + m * call.out_stride + n + v * kWidth;
      const int64_t count = vectors > 1 ? int64_t(kWidth) : lanes;
      store_lanes(out, load_lanes(out, count) + sums[m][v], count);
    }
  }
}

template <int rows, class T>
static void columns_of(const ColumnsCall& call) {
  constexpr int kVectors = rows <= 2 ? 4 : 2;
  int64_t n = 0;
  for (; n + kVectors * kWidth <= call.columns; n += kVectors * kWidth) {
    columns_group<rows, kVectors, T>(call, n, kWidth);
  }
  for (; n < call.columns; n += kWidth) {
    columns_group<rows, 1, T>(call, n, call.columns - n < kWidth ? call.columns - n : kWidth);
  }
}

template <int rows>
static void dispatch_columns(const ColumnsCall& call) {
  if (call.rows == rows) {
    call.w_storage == Storage::f32 ? columns_of<rows, float>(call) : columns_of<rows, BFloat>(call);
  } else if constexpr (rows > 1) {
    dispatch_columns<rows - 1>(call);
  }
}

static void columns(const ColumnsCall& call) { dispatch_columns<8>(call); }

} // namespace cmlx::CMLX_ISA
