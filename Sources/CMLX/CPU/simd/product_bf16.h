// The inner loops of matrix products of bfloat16 pairs, for processors that multiply those; see vector.h for how
// this file is included. A cell holds the elements of two neighbouring depths, the first in its lower half.
// CMLX_DOT_PAIRS(sum, a, b) adds the products of both halves to each lane of `sum`.

namespace cmlx::CMLX_ISA {

constexpr int kTileRows = 14, kPanelVectors = 2;

typedef Word UnalignedWord __attribute__((aligned(2), may_alias));

CMLX_INLINE Word load_cells(const void* p) { return *static_cast<const UnalignedWord*>(p); }
CMLX_INLINE void store_cells(void* p, Word x) { *static_cast<UnalignedWord*>(p) = x; }

template <int rows, int vectors>
static void tile_of(const TileCall& call) {
  Float sums[rows][vectors];
  CMLX_UNROLL
  for (int m = 0; m < rows; ++m) {
    CMLX_UNROLL
    for (int v = 0; v < vectors; ++v) {
      sums[m][v] = call.accumulate ? load(call.c + m * call.c_stride + v * kWidth) : splat(0.0f);
    }
  }
  const uint32_t* b = call.b;
  for (int t = 0; t < call.taps; ++t) {
    const uint32_t* a = call.a + t * call.a_tap;
    for (int k = 0; k < call.cells; ++k) {
      Word columns[vectors];
      CMLX_UNROLL
      for (int v = 0; v < vectors; ++v) columns[v] = load_cells(b + v * kWidth);
      b += vectors * kWidth;
      CMLX_UNROLL
      for (int m = 0; m < rows; ++m) {
        const Word row = (Word)(a[m * kSlabStride + k]);
        CMLX_UNROLL
        for (int v = 0; v < vectors; ++v) sums[m][v] = CMLX_DOT_PAIRS(sums[m][v], row, columns[v]);
      }
    }
  }
  CMLX_UNROLL
  for (int m = 0; m < rows; ++m) {
    CMLX_UNROLL
    for (int v = 0; v < vectors; ++v) store(call.c + m * call.c_stride + v * kWidth, sums[m][v]);
  }
}

CMLX_INLINE uint16_t half_bits(float x) { return narrow(splat(x))[0]; }
CMLX_INLINE uint16_t half_bits(BFloat x) { return x.bits; }

template <class T>
static void pack_rows_of(const PackRowsCall& call) {
  const T* source = static_cast<const T*>(call.source);
  for (int64_t r = 0; r < call.rows; ++r) {
    const T* from = source + r * call.row_stride;
    auto* to = reinterpret_cast<BFloat*>(call.slab + r * kSlabStride);
    if (call.column_stride != 1) {
      for (int64_t k = 0; k < call.depth; ++k) to[k].bits = half_bits(from[k * call.column_stride]);
    } else if (call.snake.alpha) {
      for_each_vector(call.depth, [&](int64_t i, int64_t lanes) {
        const Float x = load_lanes(from + i, lanes);
        const Float alpha = load_lanes(call.snake.alpha + i, lanes);
        const Float scale = load_lanes(call.snake.scale + i, lanes);
        store_lanes(to + i, x + sin_squared(alpha * x) * scale, lanes);
      });
    } else if (sizeof(T) == sizeof(BFloat)) {
      __builtin_memcpy(to, from, size_t(call.depth) * sizeof(BFloat));
    } else {
      for_each_vector(
          call.depth, [&](int64_t i, int64_t lanes) { store_lanes(to + i, load_lanes(from + i, lanes), lanes); });
    }
    if (call.depth % 2) to[call.depth].bits = 0;
  }
}

static void pack_rows(const PackRowsCall& call) {
  call.storage == Storage::f32 ? pack_rows_of<float>(call) : pack_rows_of<BFloat>(call);
}

// Columns whose depth lies in order: cells are there already, and are transposed.
static void pack_panel_by_depth(const PackPanelCall& call) {
  const auto* source = static_cast<const BFloat*>(call.source);
  const int64_t whole = call.depth / 2;
  for (int64_t n = 0; n < call.columns; n += kWidth) {
    const int64_t height = call.columns - n < kWidth ? call.columns - n : kWidth;
    int64_t k = 0;
    if (height == kWidth) {
      for (; k + kWidth <= whole; k += kWidth) {
        Float square[kWidth];
        CMLX_UNROLL
        for (int r = 0; r < kWidth; ++r) square[r] = (Float)load_cells(source + (n + r) * call.column_stride + 2 * k);
        transpose_square(square);
        CMLX_UNROLL
        for (int r = 0; r < kWidth; ++r) store_cells(call.panel + (k + r) * call.panel_columns + n, (Word)square[r]);
      }
    }
    for (; 2 * k < call.depth; ++k) {
      for (int64_t r = 0; r < height; ++r) {
        const BFloat* at = source + (n + r) * call.column_stride + 2 * k;
        const uint32_t second = 2 * k + 1 < call.depth ? at[1].bits : 0;
        call.panel[k * call.panel_columns + n + r] = at[0].bits | second << 16;
      }
    }
  }
}

template <class T>
static void pack_panel_of(const PackPanelCall& call) {
  const T* source = static_cast<const T*>(call.source);
  for (int64_t k = 0; k < call.depth; k += 2) {
    const T* first = source + k * call.depth_stride;
    const T* second = first + call.depth_stride;
    uint32_t* to = call.panel + k / 2 * call.panel_columns;
    const bool pair = k + 1 < call.depth;
    int64_t n = 0;
    if (sizeof(T) == sizeof(BFloat) && call.column_stride == 1 && pair) {
      for (; n + kWidth <= call.columns; n += kWidth) {
        const auto low = __builtin_convertvector(*reinterpret_cast<const UnalignedHalf*>(first + n), Word);
        const auto high = __builtin_convertvector(*reinterpret_cast<const UnalignedHalf*>(second + n), Word);
        store_cells(to + n, low | high << 16);
      }
    }
    for (; n < call.columns; ++n) {
      const uint32_t high = pair ? half_bits(second[n * call.column_stride]) : 0;
      to[n] = half_bits(first[n * call.column_stride]) | high << 16;
    }
  }
}

static void pack_panel(const PackPanelCall& call) {
  const int64_t cells = (call.depth + 1) / 2;
  for (int64_t k = 0; k < cells && call.columns < call.panel_columns; ++k) {
    for (int64_t n = call.columns; n < call.panel_columns; ++n) call.panel[k * call.panel_columns + n] = 0;
  }
  if (call.storage == Storage::bf16 && call.depth_stride == 1 && call.column_stride != 1) {
    pack_panel_by_depth(call);
  } else {
    call.storage == Storage::f32 ? pack_panel_of<float>(call) : pack_panel_of<BFloat>(call);
  }
}

} // namespace cmlx::CMLX_ISA
