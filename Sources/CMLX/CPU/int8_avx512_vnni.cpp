// Products of 8-bit integers with AVX-512 VNNI.
#include "int8.h"

#include <algorithm>
#include <cstring>
#include <utility>

#if defined(__x86_64__)

#include <immintrin.h>

#define CMLX_ISA avx512_vnni
#define CMLX_VECTOR_BYTES 64

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma,f16c"))), apply_to = function)
#include "simd/vector.h"

namespace cmlx::CMLX_ISA {

constexpr int kTileRows = 14, kVectors = 2;

template <class T>
static void quantize_row(const int8::QuantizeCall& call) {
  const T* x = static_cast<const T*>(call.x);
  Float most = splat(0.0f);
  for_each_vector(call.depth, [&](int64_t i, int64_t lanes) {
    const Float value = load_lanes(x + i, lanes);
    most = max(most, max(value, -value));
  });
  const float largest = maximum(most);
  const float factor = largest > 0 ? 127.0f / largest : 0.0f;
  __m512i total = _mm512_setzero_si512();
  for_each_vector(call.depth, [&](int64_t i, int64_t lanes) {
    const __m512i whole = _mm512_cvtps_epi32((__m512)(load_lanes(x + i, lanes) * factor));
    total = _mm512_add_epi32(total, whole);
    const __m128i bytes = _mm512_cvtsepi32_epi8(whole);
    if (lanes == kWidth) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(call.out + i), bytes);
    } else {
      std::memcpy(call.out + i, &bytes, size_t(lanes));
    }
  });
  const int64_t whole_cells = int8::cells(call.depth) * int8::kCellDepth;
  std::memset(call.out + call.depth, 0, size_t(whole_cells - call.depth));
  *call.row = {largest / 127.0f, 128 * _mm512_reduce_add_epi32(total)};
}

static void quantize(const int8::QuantizeCall& call) {
  call.storage == Storage::f32 ? quantize_row<float>(call) : quantize_row<BFloat>(call);
}

template <class T, int rows>
CMLX_INLINE void finish(const int8::TileCall& call, const __m512i (&sums)[rows][kVectors]) {
  CMLX_UNROLL
  for (int v = 0; v < kVectors; ++v) {
    const int64_t first = v * kWidth, lanes = std::min<int64_t>(kWidth, call.columns - first);
    if (lanes <= 0) return;
    const Float scale = load_lanes(call.scales + first, lanes);
    const Float bias = call.bias ? load_lanes(call.bias + first, lanes) : splat(0.0f);
    CMLX_UNROLL
    for (int m = 0; m < rows; ++m) {
      const __m512i sum = _mm512_sub_epi32(sums[m][v], _mm512_set1_epi32(call.row_data[m].correction));
      const Float value = (Float)_mm512_cvtepi32_ps(sum) * (scale * call.row_data[m].scale) + bias;
      store_lanes(static_cast<T*>(call.out) + m * call.out_stride + first, value, lanes);
    }
  }
}

// Bytes by which weights are fetched ahead of their use.
constexpr int64_t kFetchAhead = 4096;

template <int rows>
static void tile_of(const int8::TileCall& call) {
  __m512i sums[rows][kVectors];
  CMLX_UNROLL
  for (int m = 0; m < rows; ++m) {
    CMLX_UNROLL
    for (int v = 0; v < kVectors; ++v) sums[m][v] = _mm512_setzero_si512();
  }
  const uint8_t* b = call.panel;
  for (int64_t k = 0; k < call.cells; ++k) {
    // With few rows the panels come from memory, one after the other.
    if constexpr (rows <= 4) {
      CMLX_UNROLL
      for (int v = 0; v < kVectors; ++v) __builtin_prefetch(b + kFetchAhead + v * 64);
    }
    __m512i columns[kVectors];
    CMLX_UNROLL
    for (int v = 0; v < kVectors; ++v) columns[v] = _mm512_loadu_si512(b + v * 64);
    b += kVectors * 64;
    CMLX_UNROLL
    for (int m = 0; m < rows; ++m) {
      int32_t cell;
      __builtin_memcpy(&cell, call.a + m * call.a_stride + k * int8::kCellDepth, 4);
      const __m512i row = _mm512_set1_epi32(cell);
      CMLX_UNROLL
      for (int v = 0; v < kVectors; ++v) sums[m][v] = _mm512_dpbusd_epi32(sums[m][v], columns[v], row);
    }
  }
  if (call.out_storage == Storage::f32) {
    finish<float>(call, sums);
  } else {
    finish<BFloat>(call, sums);
  }
}

template <int rows>
static void dispatch(const int8::TileCall& call) {
  if (call.rows == rows) return tile_of<rows>(call);
  if constexpr (rows > 1) dispatch<rows - 1>(call);
}

static void tile(const int8::TileCall& call) { dispatch<kTileRows>(call); }

static const int8::Kernels kInt8Table = {.tile_rows = kTileRows, .quantize = quantize, .tile = tile};

} // namespace cmlx::CMLX_ISA
#pragma clang attribute pop

namespace cmlx::int8 {
const Kernels* avx512_vnni_kernels() { return &avx512_vnni::kInt8Table; }
} // namespace cmlx::int8

#else

namespace cmlx::int8 {
const Kernels* avx512_vnni_kernels() { return nullptr; }
} // namespace cmlx::int8

#endif
