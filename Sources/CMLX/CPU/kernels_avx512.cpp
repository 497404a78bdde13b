// The kernels for AVX-512 (F, BW, DQ, VL).
#include "kernels.h"
#include "winograd.h"

#include <cstdint>
#include <utility>

#if defined(__x86_64__)

#define CMLX_ISA avx512
#define CMLX_ISA_NAME "avx512"
#define CMLX_DEPTH_PER_CELL 1
#define CMLX_VECTOR_BYTES 64

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c"))), apply_to = function)
#include "simd/vector.h"

#include "simd/product.h"

#include "simd/tile_dispatch.h"

#include "simd/few_rows.h"

#include "simd/attention.h"

#include "simd/rows.h"

#include "simd/quantized.h"

#include "simd/winograd.h"

#include "simd/table.h"
#pragma clang attribute pop

namespace cmlx {
const Kernels* avx512_kernels() { return &avx512::kTable; }
} // namespace cmlx

#else

namespace cmlx {
const Kernels* avx512_kernels() { return nullptr; }
} // namespace cmlx

#endif
