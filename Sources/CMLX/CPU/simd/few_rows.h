// What follows matrix products, and products of a few rows; see vector.h for how this file is included.

namespace cmlx::CMLX_ISA {

template <class Addend, class Out>
static void finish_of(const FinishCall& call) {
  const Addend* addend = static_cast<const Addend*>(call.addend);
  Out* out = static_cast<Out*>(call.out);
  const bool dense = call.addend_stride == 1;
  for_each_vector(call.count, [&](int64_t i, int64_t lanes) {
    Float x = load_lanes(call.sum + i, lanes) * call.alpha;
    if (call.bias) x += load_lanes(call.bias + i, lanes);
    if (call.gate) x *= load_lanes(call.gate + i, lanes);
    if (addend && dense) {
      x += load_lanes(addend + i, lanes) * call.beta;
    } else if (addend) {
      float values[kWidth] = {};
      for (int64_t j = 0; j < lanes; ++j) values[j] = to_float(addend[(i + j) * call.addend_stride]);
      x += load(values) * call.beta;
    }
    store_lanes(out + i, x, lanes);
  });
}

static void finish(const FinishCall& call) {
  const bool f32_addend = call.addend_storage == Storage::f32;
  if (call.out_storage == Storage::f32) {
    f32_addend ? finish_of<float, float>(call) : finish_of<BFloat, float>(call);
  } else {
    f32_addend ? finish_of<float, BFloat>(call) : finish_of<BFloat, BFloat>(call);
  }
}

// How far ahead of its use a weight is fetched: processors foresee one stream well, and not several that are a few
// kilobytes apart.
constexpr int64_t kFetchAhead = 8192;

// `group` columns at a time share each vector of x; two vectors per step hide the additions' latency.
template <int rows, int group, class T>
CMLX_INLINE void dots_group(const DotsCall& call, int64_t n) {
  constexpr int kStreams = 2;
  const T* w = static_cast<const T*>(call.w) + n * call.w_stride;
  Float sums[rows][group][kStreams];
  CMLX_UNROLL
  for (int m = 0; m < rows; ++m) {
    CMLX_UNROLL
    for (int g = 0; g < group; ++g) {
      CMLX_UNROLL
      for (int s = 0; s < kStreams; ++s) sums[m][g][s] = splat(0.0f);
    }
  }
  int64_t k = 0;
  for (; k + kStreams * kWidth <= call.depth; k += kStreams * kWidth) {
    CMLX_UNROLL
    for (int g = 0; g < group; ++g) {
      const char* ahead = reinterpret_cast<const char*>(w + g * call.w_stride + k) + kFetchAhead;
      CMLX_UNROLL
      for (int64_t byte = 0; byte < int64_t(kStreams * kWidth * sizeof(T)); byte += 64) __builtin_prefetch(ahead + byte);
    }
    CMLX_UNROLL
    for (int s = 0; s < kStreams; ++s) {
      CMLX_UNROLL
      for (int g = 0; g < group; ++g) {
        const Float weight = load(w + g * call.w_stride + k + s * kWidth);
        CMLX_UNROLL
        for (int m = 0; m < rows; ++m) sums[m][g][s] += weight * load(call.x + m * call.x_stride + k + s * kWidth);
      }
    }
  }
  for (; k < call.depth; k += kWidth) {
    const int64_t lanes = call.depth - k < kWidth ? call.depth - k : kWidth;
    CMLX_UNROLL
    for (int g = 0; g < group; ++g) {
      const Float weight = load_lanes(w + g * call.w_stride + k, lanes);
      CMLX_UNROLL
      for (int m = 0; m < rows; ++m) sums[m][g][0] += weight * load_lanes(call.x + m * call.x_stride + k, lanes);
    }
  }
  CMLX_UNROLL
  for (int m = 0; m < rows; ++m) {
    CMLX_UNROLL
    for (int g = 0; g < group; ++g) call.out[m * call.out_stride + n + g] = sum(sums[m][g][0] + sums[m][g][1]);
  }
}

template <int rows, class T>
static void dots_of(const DotsCall& call) {
  constexpr int kGroup = rows <= 2 ? 4 : 2;
  int64_t n = 0;
  for (; n + kGroup <= call.columns; n += kGroup) dots_group<rows, kGroup, T>(call, n);
  for (; n < call.columns; ++n) dots_group<rows, 1, T>(call, n);
}

template <int rows>
static void dispatch_dots(const DotsCall& call) {
  if (call.rows == rows) {
    call.w_storage == Storage::f32 ? dots_of<rows, float>(call) : dots_of<rows, BFloat>(call);
  } else if constexpr (rows > 1) {
    dispatch_dots<rows - 1>(call);
  }
}

static void dots(const DotsCall& call) { dispatch_dots<8>(call); }

static void convert(const void* from, Storage from_storage, void* to, Storage to_storage, int64_t count) {
  auto run = [count](auto* source, auto* target) {
    for_each_vector(
        count, [&](int64_t i, int64_t lanes) { store_lanes(target + i, load_lanes(source + i, lanes), lanes); });
  };
  const auto *float_from = static_cast<const float*>(from);
  const auto *half_from = static_cast<const BFloat*>(from);
  auto *float_to = static_cast<float*>(to);
  auto *half_to = static_cast<BFloat*>(to);
  if (from_storage == Storage::f32) {
    to_storage == Storage::f32 ? run(float_from, float_to) : run(float_from, half_to);
  } else {
    to_storage == Storage::f32 ? run(half_from, float_to) : run(half_from, half_to);
  }
}

} // namespace cmlx::CMLX_ISA
