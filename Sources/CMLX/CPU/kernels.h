// The inner loops that are compiled once per instruction set, behind a table of function pointers that is chosen at
// run time. Everything here runs on one thread; the operations above divide the work.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cmlx {

struct BFloat {
  uint16_t bits;
};

// How numbers lie in memory. Arithmetic is in float, whatever the storage.
enum class Storage : uint8_t { f32, bf16 };

constexpr int64_t size_of(Storage storage) { return storage == Storage::f32 ? 4 : 2; }

inline const void* advance(const void* p, Storage storage, int64_t elements) {
  return static_cast<const char*>(p) + elements * size_of(storage);
}
inline void* advance(void* p, Storage storage, int64_t elements) {
  return static_cast<char*>(p) + elements * size_of(storage);
}

// Matrix products work on packed operands made of 32-bit cells: one float, or two neighbours in bfloat16 where the
// processor multiplies those. The left operand is packed into slabs of kSlabStride cells per row, of which a
// block of the depth fills at most kSlabDepth; the odd rest keeps rows from falling into the same cache sets.
constexpr int kSlabDepth = 256;
constexpr int kSlabStride = 272;

// c[m, n] (+)= sum over taps t and cells k of a[m + t * rows-per-tap, k] * b[t, k, n]
struct TileCall {
  const uint32_t* a;   // slab; row m at m * kSlabStride
  int64_t a_tap;       // cells from a tap's first row to the next one's
  const uint32_t* b;   // packed panel [taps][cells][vectors * width]
  int taps;
  int cells;
  float* c;
  int64_t c_stride;
  int rows;            // 1 ... tile_rows
  int vectors;         // 1 ... panel_vectors
  bool accumulate;     // false: c is overwritten
};

// snake(x) = x + sin^2(alpha x) * scale, where scale = 1 / (beta + 1e-9), per channel.
struct SnakeTable {
  const float* alpha = nullptr;
  const float* scale = nullptr;
};

// rows x depth elements of the left operand into a slab.
struct PackRowsCall {
  const void* source;
  Storage storage;
  int64_t row_stride, column_stride;
  int64_t rows, depth;
  SnakeTable snake; // applied on the way if alpha is set; needs column_stride 1
  uint32_t* slab;
};

// depth x columns elements of the right operand into a panel of `panel_columns` columns; missing ones become zero.
struct PackPanelCall {
  const void* source;
  Storage storage;
  int64_t depth_stride, column_stride;
  int64_t depth, columns, panel_columns;
  uint32_t* panel;
};

// out[i] = gate[i] * (alpha * sum[i] + bias[i]) + beta * addend[i * addend_stride]
struct FinishCall {
  const float* sum;
  int64_t count;
  float alpha;
  const float* bias; // may be null
  const float* gate; // may be null
  float beta;
  const void* addend; // may be null
  int64_t addend_stride;
  Storage addend_storage;
  void* out;
  Storage out_storage;
};

// out[m, n] = sum over k of x[m, k] * w[n, k] for few rows m, bound by the reading of w.
struct DotsCall {
  const float* x; // [rows][x_stride]
  int64_t x_stride;
  int rows;       // 1 ... 8
  const void* w;
  Storage w_storage;
  int64_t w_stride;
  int64_t columns, depth;
  float* out; // [rows][out_stride]
  int64_t out_stride;
};

// out[m, n] += sum over k of x[m, k] * w[k, n] for few rows m, bound by the reading of w.
struct ColumnsCall {
  const float* x; // [rows][x_stride]
  int64_t x_stride;
  int rows;       // 1 ... 8
  const void* w;  // [depth][w_stride]
  Storage w_storage;
  int64_t w_stride;
  int64_t columns, depth;
  float* out; // [rows][out_stride]
  int64_t out_stride;
};

enum class MaskKind : uint8_t { none, boolean, additive, hidden };

// One row of scores of `count` keys, of which [low, high) may be seen.
struct SoftmaxCall {
  float* scores;
  int64_t count, low, high;
  float scale;
  MaskKind mask_kind; // hidden: as if every key's mask were false, which gives all of them the same weight
  const void* mask;   // of key 0
  Storage mask_storage;
  int64_t mask_stride;
};

enum class MapFunction : uint8_t {
  copy, add, subtract, multiply, divide, exp, sigmoid, silu,
  swiglu,         // silu(a) * b
  snake,          // a + sin^2(b a) / (c + 1e-9)
};

struct MapOperand {
  const void* data = nullptr;
  Storage storage = Storage::f32;
  bool repeats = false; // one value for all positions
};

struct MapCall {
  MapFunction function;
  int64_t count;
  MapOperand operands[3];
  void* out;
  Storage out_storage;
};

// One row: x / sqrt(mean(x^2) + epsilon), times weight if set, then times (1 + scale) plus shift if both are set.
struct NormalizeCall {
  const void* x;
  Storage x_storage;
  int64_t count;
  float epsilon;
  MapOperand weight, scale, shift;
  void* out;
  Storage out_storage;
};

// One row of `count` values, of which the first 2 * half turn in pairs; the rest is copied.
struct RotateCall {
  const void* x;
  void* out;
  Storage storage;
  int64_t count, half;
  const float *cosines, *sines; // half of each
  bool neighbours;              // pairs are (2 i, 2 i + 1), else (i, i + half)
};

// Elements [first, first + count) of one row: scale * number + bias, with a scale and a bias for each group of
// neighbours. Numbers of 4 bits lie two to a byte, the first in the lower half.
struct DequantizeCall {
  const uint8_t* bytes; // the row
  int bits;             // 8 or 4
  int64_t group;
  const void *scales, *biases; // the row's
  Storage storage;             // of both
  int64_t first, count;
  void* out;
  Storage out_storage;
};

// The transforms of winograd.h, for one tile of outputs, all channels of it one after the other.
struct WinogradInputCall {
  const float* rows; // 12 rows
  int64_t row_stride, channels;
  float* out; // one row for each point
  int64_t out_stride;
};
struct WinogradOutputCall {
  const float* products; // one row for each point
  int64_t point_stride, channels;
  float* out; // 6 rows
  int64_t out_stride;
};
struct WinogradWeightsCall {
  const float* taps; // 7 rows without gaps
  int64_t channels;
  float* out; // one row for each point
  int64_t out_stride;
};

struct Kernels {
  const char* isa;
  int width;         // floats in a vector
  int depth_per_cell; // 1, or 2 where cells hold bfloat16 pairs
  int tile_rows;
  int panel_vectors;
  void (*tile)(const TileCall&);
  void (*pack_rows)(const PackRowsCall&);
  void (*pack_panel)(const PackPanelCall&);
  void (*finish)(const FinishCall&);
  void (*dots)(const DotsCall&);
  void (*columns)(const ColumnsCall&);
  float (*softmax)(const SoftmaxCall&, float& maximum_so_far, float& sum_so_far);
  void (*scale_values)(float* values, int64_t count, float factor);
  void (*map)(const MapCall&);
  void (*normalize)(const NormalizeCall&);
  void (*rotate)(const RotateCall&);
  void (*winograd_input)(const WinogradInputCall&);
  void (*winograd_output)(const WinogradOutputCall&);
  void (*winograd_weights)(const WinogradWeightsCall&);
  void (*dequantize)(const DequantizeCall&);
  void (*convert)(const void* from, Storage from_storage, void* to, Storage to_storage, int64_t count);
};

// The best table for this processor, as far as instruction_set.h allows.
const Kernels& kernels();

// The table for a matrix product: one that multiplies bfloat16 directly where both operands are and the processor
// can, else the one above.
const Kernels& product_kernels(Storage a, Storage b);

// Makes both functions above return these; null for the best ones again. For tests.
void override_kernels(const Kernels* general, const Kernels* bf16_products);

// One per instruction set; null where the compiler's target has none such.
const Kernels* avx512_kernels();
const Kernels* avx512_bf16_kernels();
const Kernels* avx2_kernels();
const Kernels* baseline_kernels();

} // namespace cmlx
