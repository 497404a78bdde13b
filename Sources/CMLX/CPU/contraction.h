// The one computation behind matrix products and convolutions:
//
//   out[r, n] = sum over taps t and depth c of A[r + t * dilation, c] * B[t, c, n]
//
// A matrix product has one tap. A convolution of channels-last data has as many taps as its kernel and needs no
// unfolded copy of its input: its taps read the same rows, shifted. A transposed convolution is one too, whose
// columns are the outputs between two inputs ("phases").
#pragma once

#include "kernels.h"

#include <cstdint>

namespace cmlx {

struct LeftOperand {
  const void* data;
  Storage storage;
  int64_t row_stride, column_stride; // in elements
  int64_t rows;                      // rows outside [0, rows) are zero
  int64_t first_row;                 // row of data that row 0 of A is; may be negative
  int64_t row_step = 1;              // rows of data from one row of A to the next

  // With gathered_taps > 1 the depth is gathered_taps x channels, and element (r, (t, c)) of A is element
  // (first_row + r * row_step + t * gathered_dilation, c) of the data: a convolution whose stride is not 1.
  int gathered_taps = 1;
  int64_t gathered_dilation = 1;

  SnakeTable snake; // applied to the elements if set
};

// Rows of numbers of few bits, see DequantizeCall.
struct QuantizedRows {
  const uint8_t* bytes;
  int64_t row_bytes; // from one row to the next
  int bits;
  int64_t group;
  const void *scales, *biases;
  int64_t groups_per_row;
  Storage storage; // of scales and biases
  bool by_depth;   // rows are columns of B, their elements its depth; else the other way round

  void dequantize(int64_t row, int64_t first, int64_t count, void* out, Storage out_storage) const;
};

struct RightOperand {
  const void* data;
  Storage storage;
  int64_t tap_stride, depth_stride, column_stride; // in elements

  // With phases > 0, column n is output channel n % channels of phase n / channels, and tap t stands for tap k of
  // the kernel with k * kernel_dilation = (taps - 1 - t) * phases + n / channels, if there is one.
  int64_t phases = 0;
  int64_t channels = 0;
  int64_t kernel_size = 0;
  int64_t kernel_dilation = 1;

  // Set: these are the elements, and `storage` is what they are turned into; the rest is unused.
  const QuantizedRows* quantized = nullptr;
};

// Where sums go. Without phases, element (r, n) lies at r * row_stride + n. With phases it is position
// p = r * phases + n / channels - first_position, and lies at p * row_stride + n % channels if 0 <= p < positions.
struct Destination {
  void* data;
  Storage storage;
  int64_t row_stride;
  int64_t first_position = 0, positions = 0;

  float alpha = 1;
  const float* bias = nullptr; // per column (or channel)
  const float* gate = nullptr; // per column (or channel), multiplies the sum and bias
  float beta = 1;
  const void* addend = nullptr; // addressed like the data, with its own strides
  Storage addend_storage = Storage::f32;
  int64_t addend_row_stride = 0, addend_column_stride = 1;
};

struct Contraction {
  int64_t rows, columns, depth;
  int taps = 1;
  int64_t dilation = 1;
  LeftOperand a;
  RightOperand b;
  Destination out;
};

// Computes one contraction with up to `threads` threads.
void contract(const Contraction& problem, int threads);

// Computes `count` of them, made by problem(index): one after the other with all threads each if they are large,
// else several at a time.
template <class Make>
void contract_all(int64_t count, const Make& problem);

bool is_large(const Contraction& problem);

} // namespace cmlx

#include "parallel.h"

template <class Make>
void cmlx::contract_all(int64_t count, const Make& problem) {
  if (count <= 0) return;
  if (count == 1 || is_large(problem(0))) {
    for (int64_t i = 0; i < count; ++i) contract(problem(i), thread_count());
  } else {
    parallel_for(count, thread_count(), [&](int64_t i) { contract(problem(i), 1); });
  }
}
