// Attention that never holds more than a block of scores: keys are taken a block at a time, and what was summed so
// far shrinks when a larger score turns up. Queries that share keys and values share their packed copies.
#pragma once

#include "kernels.h"

#include <cstdint>
#include <limits>

namespace cmlx {

constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max() / 4;

// Row i sees key j if below <= j - i <= above.
struct Band {
  int64_t below = -kUnlimited, above = kUnlimited;

  bool operator==(const Band&) const = default;
  bool limits() const { return below > -kUnlimited || above < kUnlimited; }
};

// Four axes of strides, in elements: batch, head, row, element.
struct AttentionOperand {
  const void* data;
  Storage storage;
  int64_t strides[4];

  const void* at(int64_t batch, int64_t head, int64_t row) const {
    return advance(data, storage, batch * strides[0] + head * strides[1] + row * strides[2]);
  }
};

struct AttentionMask {
  MaskKind kind = MaskKind::none;
  const void* data = nullptr;
  Storage storage = Storage::f32;
  int64_t strides[4] = {};

  const void* at(int64_t batch, int64_t head, int64_t row, int64_t key) const {
    const int64_t offset = batch * strides[0] + head * strides[1] + row * strides[2] + key * strides[3];
    if (kind == MaskKind::boolean) return static_cast<const char*>(data) + offset;
    return advance(data, storage, offset);
  }
};

struct AttentionProblem {
  int64_t batch, heads, kv_heads; // heads is a multiple of kv_heads, those of keys and values
  int64_t queries, keys;              // keys > 0
  int64_t depth;                      // of queries and keys, at most kSlabDepth
  int64_t value_depth;
  AttentionOperand q, k, v;
  AttentionMask mask; // the same for all heads and so on where its strides are 0
  void* out;          // (batch, heads, queries, value_depth), row-major
  Storage out_storage;
  float scale;
  Band band;
};

void attend(const AttentionProblem& problem);

} // namespace cmlx
