#include "strided.h"

#include "parallel.h"

#include <algorithm>

namespace cmlx {

namespace {

// Drops axes of length 1 and joins neighbours that lie behind one another; there is always one axis left.
StridedView simplified(const StridedView& view) {
  StridedView result{view.data, view.storage, {}, {}};
  for (size_t i = 0; i < view.shape.size(); ++i) {
    if (view.shape[i] == 1) continue;
    const bool joins = !result.shape.empty() && result.strides.back() == view.strides[i] * view.shape[i] &&
        int64_t(result.shape.back()) * view.shape[i] < (int64_t(1) << 31);
    if (joins) {
      result.shape.back() *= view.shape[i];
      result.strides.back() = view.strides[i];
    } else {
      result.shape.push_back(view.shape[i]);
      result.strides.push_back(view.strides[i]);
    }
  }
  if (result.shape.empty()) {
    result.shape.push_back(1);
    result.strides.push_back(1);
  }
  return result;
}

int64_t size_of(const mx::Shape& shape) {
  int64_t size = 1;
  for (auto length : shape) size *= length;
  return size;
}

template <class Cell>
void gather(const void* from, int64_t stride, void* to, int64_t count) {
  const auto* source = static_cast<const Cell*>(from);
  auto* target = static_cast<Cell*>(to);
  for (int64_t i = 0; i < count; ++i) target[i] = source[i * stride];
}

} // namespace

RowOffsets::RowOffsets(const mx::Shape& shape, const mx::Strides& strides) {
  for (size_t i = 0; i + 1 < shape.size(); ++i) {
    if (shape[i] == 1) continue;
    if (!lengths_.empty() && strides_.back() == strides[i] * shape[i]) {
      lengths_.back() *= shape[i];
      strides_.back() = strides[i];
    } else {
      lengths_.push_back(shape[i]);
      strides_.push_back(strides[i]);
    }
  }
}

void copy(const StridedView& original, void* to, Storage to_storage) {
  const StridedView view = simplified(original);
  const int64_t size = size_of(view.shape);
  if (size == 0) return;
  const Kernels& kernel = kernels();
  const int64_t row = view.shape.back(), stride = view.strides.back();
  if (view.shape.size() == 1 && stride == 1) {
    parallel_ranges(size, 1 << 16, [&](int64_t begin, int64_t end) {
      kernel.convert(
          advance(view.data, view.storage, begin), view.storage, advance(to, to_storage, begin), to_storage,
          end - begin);
    });
    return;
  }
  const RowOffsets offsets(view.shape, view.strides);
  parallel_ranges(size / row, std::max<int64_t>(1, (1 << 14) / row), [&](int64_t begin, int64_t end) {
    std::vector<char> gathered(stride == 1 ? 0 : size_t(row * cmlx::size_of(view.storage)));
    for (int64_t r = begin; r < end; ++r) {
      const void* from = advance(view.data, view.storage, offsets(r));
      if (stride != 1) {
        view.storage == Storage::f32 ? gather<float>(from, stride, gathered.data(), row)
                                     : gather<BFloat>(from, stride, gathered.data(), row);
        from = gathered.data();
      }
      kernel.convert(from, view.storage, advance(to, to_storage, r * row), to_storage, row);
    }
  });
}

std::vector<float> floats_of(const StridedView& view) {
  std::vector<float> result(static_cast<size_t>(size_of(view.shape)));
  copy(view, result.data(), Storage::f32);
  return result;
}

} // namespace cmlx
