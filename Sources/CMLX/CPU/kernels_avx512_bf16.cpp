// The kernels for AVX-512 with BF16: products of bfloat16 matrices without widening.
#include "kernels.h"
#include "winograd.h"

#include <cstdint>
#include <utility>

#if defined(__x86_64__)

#include <immintrin.h>

#define CMLX_ISA avx512_bf16
#define CMLX_ISA_NAME "avx512_bf16"
#define CMLX_DEPTH_PER_CELL 2
#define CMLX_VECTOR_BYTES 64
#define CMLX_DOT_PAIRS(sum, a, b) (Float)_mm512_dpbf16_ps((__m512)(sum), (__m512bh)(a), (__m512bh)(b))

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx2,fma,f16c"))), apply_to = function)
#include "simd/vector.h"

#include "simd/product_bf16.h"

#include "simd/tile_dispatch.h"

#include "simd/few_rows.h"

#include "simd/attention.h"

#include "simd/rows.h"

#include "simd/quantized.h"

#include "simd/winograd.h"

#include "simd/table.h"
#pragma clang attribute pop

namespace cmlx {
const Kernels* avx512_bf16_kernels() { return &avx512_bf16::kTable; }
} // namespace cmlx

#else

namespace cmlx {
const Kernels* avx512_bf16_kernels() { return nullptr; }
} // namespace cmlx

#endif
