// The kernels for whatever the compiler targets by default: SSE2 on x86-64, NEON on AArch64.
#include "kernels.h"
#include "winograd.h"

#include <cstdint>
#include <utility>

#define CMLX_ISA baseline
#define CMLX_ISA_NAME "baseline"
#define CMLX_DEPTH_PER_CELL 1
#define CMLX_VECTOR_BYTES 16

#include "simd/vector.h"

#include "simd/product.h"

#include "simd/tile_dispatch.h"

#include "simd/few_rows.h"

#include "simd/attention.h"

#include "simd/rows.h"

#include "simd/quantized.h"

#include "simd/winograd.h"

#include "simd/table.h"

namespace cmlx {
const Kernels* baseline_kernels() { return &baseline::kTable; }
} // namespace cmlx
