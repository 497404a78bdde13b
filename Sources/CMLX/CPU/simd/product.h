// The inner loops of matrix products; see vector.h for how this file is included.

namespace cmlx::CMLX_ISA {

#if CMLX_VECTOR_BYTES == 64
constexpr int kTileRows = 14, kPanelVectors = 2; // 28 sums, 2 columns, 1 row of 32 registers
#elif CMLX_VECTOR_BYTES == 32
constexpr int kTileRows = 6, kPanelVectors = 2; // 12 + 2 + 1 of 16
#elif defined(__aarch64__)
constexpr int kTileRows = 6, kPanelVectors = 4; // 24 + 4 + 1 of 32
#else
constexpr int kTileRows = 3, kPanelVectors = 4; // 12 + 3 of 16
#endif

// A sum of n numbers that is rounded after each loses as the square root of n, so that sums of this many are begun anew
// and added up in the output, from which the next ones are independent.
constexpr int kChain = 64;

template <int rows, int vectors>
static void tile_of(const TileCall& call) {
  const float* a = reinterpret_cast<const float*>(call.a);
  const float* b = reinterpret_cast<const float*>(call.b);
  bool accumulate = call.accumulate;
  int taps = call.taps, k = 0;
  while (taps > 0) {
    Float sums[rows][vectors];
    CMLX_UNROLL
    for (int m = 0; m < rows; ++m) {
      CMLX_UNROLL
      for (int v = 0; v < vectors; ++v) sums[m][v] = splat(0.0f);
    }
    for (int left = kChain; left > 0 && taps > 0;) {
      const int end = call.cells - k < left ? call.cells : k + left;
      left -= end - k;
      for (; k < end; ++k) {
        Float columns[vectors];
        CMLX_UNROLL
        for (int v = 0; v < vectors; ++v) columns[v] = load(b + v * kWidth);
        b += vectors * kWidth;
        CMLX_UNROLL
        for (int m = 0; m < rows; ++m) {
          const Float row = splat(a[m * kSlabStride + k]);
          CMLX_UNROLL
          for (int v = 0; v < vectors; ++v) sums[m][v] += row * columns[v];
        }
      }
      if (k == call.cells) {
        a += call.a_tap;
        k = 0;
        --taps;
      }
    }
    CMLX_UNROLL
    for (int m = 0; m < rows; ++m) {
      CMLX_UNROLL
      for (int v = 0; v < vectors; ++v) {
        float* c = call.c + m * call.c_stride + v * kWidth;
        store(c, accumulate ? load(c) + sums[m][v] : sums[m][v]);
      }
    }
    accumulate = true;
  }
}

// to[j * to_stride + i] = from[i * from_stride + j] for i < rows, j < columns.
template <class T>
static void transpose(
    const T* from, int64_t from_stride, int64_t rows, int64_t columns, float* to, int64_t to_stride) {
  for (int64_t i = 0; i < rows; i += kWidth) {
    const int64_t height = rows - i < kWidth ? rows - i : kWidth;
    int64_t j = 0;
    if (height == kWidth) {
      for (; j + kWidth <= columns; j += kWidth) {
        Float square[kWidth];
        CMLX_UNROLL
        for (int r = 0; r < kWidth; ++r) square[r] = load(from + (i + r) * from_stride + j);
        transpose_square(square);
        CMLX_UNROLL
        for (int r = 0; r < kWidth; ++r) store(to + (j + r) * to_stride + i, square[r]);
      }
    }
    for (; j < columns; ++j) {
      for (int64_t r = 0; r < height; ++r) to[j * to_stride + i + r] = to_float(from[(i + r) * from_stride + j]);
    }
  }
}

template <class T>
static void pack_rows_of(const PackRowsCall& call) {
  const T* source = static_cast<const T*>(call.source);
  float* slab = reinterpret_cast<float*>(call.slab);
  if (call.column_stride == 1) {
    for (int64_t r = 0; r < call.rows; ++r) {
      const T* from = source + r * call.row_stride;
      float* to = slab + r * kSlabStride;
      if (call.snake.alpha) {
        for_each_vector(call.depth, [&](int64_t i, int64_t lanes) {
          const Float x = load_lanes(from + i, lanes);
          const Float alpha = load_lanes(call.snake.alpha + i, lanes);
          const Float scale = load_lanes(call.snake.scale + i, lanes);
          store_lanes(to + i, x + sin_squared(alpha * x) * scale, lanes);
        });
      } else {
        for_each_vector(
            call.depth, [&](int64_t i, int64_t lanes) { store_lanes(to + i, load_lanes(from + i, lanes), lanes); });
      }
    }
  } else if (call.row_stride == 1) {
    transpose(source, call.column_stride, call.depth, call.rows, slab, kSlabStride);
  } else {
    for (int64_t r = 0; r < call.rows; ++r) {
      for (int64_t k = 0; k < call.depth; ++k) {
        slab[r * kSlabStride + k] = to_float(source[r * call.row_stride + k * call.column_stride]);
      }
    }
  }
}

static void pack_rows(const PackRowsCall& call) {
  if (call.storage == Storage::f32) {
    pack_rows_of<float>(call);
  } else {
    pack_rows_of<BFloat>(call);
  }
}

// Rows that lie pages apart are out of reach of the processor's own prefetching.
constexpr int kPrefetchRows = 16;

template <class T>
CMLX_INLINE void prefetch_row(const T* row, int64_t columns) {
  const char* begin = reinterpret_cast<const char*>(row);
  for (int64_t at = 0; at < columns * int64_t(sizeof(T)); at += 64) __builtin_prefetch(begin + at);
}

template <class T>
static void pack_panel_of(const PackPanelCall& call) {
  const T* source = static_cast<const T*>(call.source);
  float* panel = reinterpret_cast<float*>(call.panel);
  const int64_t width = call.panel_columns;
  if (call.columns < width) {
    for (int64_t k = 0; k < call.depth; ++k) {
      for (int64_t n = call.columns; n < width; ++n) panel[k * width + n] = 0.0f;
    }
  }
  if (call.column_stride == 1) {
    for (int64_t k = 0; k < call.depth; ++k) {
      const T* from = source + k * call.depth_stride;
      float* to = panel + k * width;
      prefetch_row(from + kPrefetchRows * call.depth_stride, width);
      for_each_vector(
          call.columns, [&](int64_t n, int64_t lanes) { store_lanes(to + n, load_lanes(from + n, lanes), lanes); });
    }
  } else if (call.depth_stride == 1) {
    transpose(source, call.column_stride, call.columns, call.depth, panel, width);
  } else {
    for (int64_t k = 0; k < call.depth; ++k) {
      for (int64_t n = 0; n < call.columns; ++n) {
        panel[k * width + n] = to_float(source[k * call.depth_stride + n * call.column_stride]);
      }
    }
  }
}

static void pack_panel(const PackPanelCall& call) {
  if (call.storage == Storage::f32) {
    pack_panel_of<float>(call);
  } else {
    pack_panel_of<BFloat>(call);
  }
}

} // namespace cmlx::CMLX_ISA
