// Products of 8-bit integers: the inner loops behind int8.cpp, for one thread.
//
// Weights are packed into panels of kPanelColumns outputs; a panel holds cells of kCellDepth neighbouring depths, output
// by output, each weight raised by 128 to be unsigned. Rows of activations are signed, with one scale each. A product
// of row a with weights w is then
//
//   scale(a) * scale(w) * (sum of a * (w + 128) - 128 * sum of a)
#pragma once

#include "kernels.h"

#include <cstdint>

namespace cmlx::int8 {

constexpr int64_t kPanelColumns = 32, kCellDepth = 4;

// The sum of a row in 32 bits stays exact: 255 * 127 * 2^16 < 2^31.
constexpr int64_t kMostDepth = int64_t(1) << 16;

inline int64_t cells(int64_t depth) { return (depth + kCellDepth - 1) / kCellDepth; }
inline int64_t panels(int64_t columns) { return (columns + kPanelColumns - 1) / kPanelColumns; }
inline int64_t panel_bytes(int64_t depth) { return cells(depth) * kPanelColumns * kCellDepth; }

// A row of activations and what its sums are multiplied with and corrected by.
struct Row {
  float scale;
  int32_t correction; // 128 * sum of the row
};

// Rounds a row to integers in [-127, 127], the largest magnitude becoming 127; fills up the last cell with zeros.
struct QuantizeCall {
  const void* x;
  Storage storage;
  int64_t depth;
  int8_t* out;
  Row* row;
};

// Some rows with one panel: out[m][n] = product + bias[n] for n < columns.
struct TileCall {
  const int8_t* a;
  int64_t a_stride; // bytes
  const Row* row_data;
  const uint8_t* panel;
  int64_t cells;
  int rows;    // 1 ... kernels' tile_rows
  int columns; // 1 ... kPanelColumns
  const float* scales;
  const float* bias; // may be null
  void* out;
  Storage out_storage;
  int64_t out_stride;
};

struct Kernels {
  int tile_rows;
  void (*quantize)(const QuantizeCall&);
  void (*tile)(const TileCall&);
};

// Null where the processor multiplies no 8-bit integers.
const Kernels* kernels();

// Null where the compiler's target has none such.
const Kernels* avx512_vnni_kernels();

} // namespace cmlx::int8
