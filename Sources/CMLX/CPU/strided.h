// Walking over arrays whose elements do not lie in order.
#pragma once

#include "kernels.h"

#include <mlx/array.h>

#include <vector>

namespace cmlx {

namespace mx = mlx::core;

struct StridedView {
  const void* data;
  Storage storage;
  mx::Shape shape;
  mx::Strides strides; // in elements
};

// Where the rows (runs along the last axis) of a view begin, in elements, in row-major order.
class RowOffsets {
 public:
  RowOffsets() = default;
  RowOffsets(const mx::Shape& shape, const mx::Strides& strides);

  int64_t operator()(int64_t row) const {
    int64_t offset = 0;
    for (size_t i = lengths_.size(); i-- > 1;) {
      offset += row % lengths_[i] * strides_[i];
      row /= lengths_[i];
    }
    return lengths_.empty() ? 0 : offset + row * strides_[0];
  }

 private:
  std::vector<int64_t> lengths_, strides_;
};

// Copies a view into row-major order, converting on the way. Uses all threads.
void copy(const StridedView& from, void* to, Storage to_storage);

// The view's elements as floats in row-major order.
std::vector<float> floats_of(const StridedView& view);

} // namespace cmlx
