// Linear layers in 8-bit integers: weights with one scale per output, activations with one per row, found on the way.
#include "int8.h"

#include "contraction.h"
#include "cpu_ops.h"
#include "operation.h"
#include "workspace.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace cmlx {

namespace {

constexpr int64_t kPanelsPerUnit = 4;  // columns that one unit of work keeps in its cache
constexpr int64_t kRowsPerUnit = 448;  // rows that it runs past them
constexpr int64_t kWideColumns = 512;  // columns that are widened at a time where there are no integer products

// (N, K) -> (N): the scale of each row, its largest magnitude / 127.
class RowScales final : public Operation {
 public:
  using Operation::Operation;
  const char* name() const override { return "RowScales"; }
  bool is_equivalent(const mx::Primitive&) const override { return true; }

  std::vector<mx::Shape> output_shapes(const std::vector<mx::array>& inputs) override {
    return {{inputs[0].shape(0)}};
  }

  mx::array plain(const std::vector<mx::array>& inputs) override {
    const auto& s = stream();
    auto magnitudes = mx::abs(mx::astype(inputs[0], mx::float32, s), s);
    return mx::divide(mx::max(magnitudes, -1, false, s), mx::array(127.0f), s);
  }

  void compute(const std::vector<mx::array>& inputs, mx::array& out) override {
    allocate(out);
    if (out.size() == 0) return;
    const auto w = contiguous(inputs[0]);
    const int64_t rows = w.shape(0), depth = w.shape(1);
    submit([data = w.data<void>(), storage = storage_of(w), scales = out.data<float>(), rows, depth] {
      const cmlx::Kernels& kernel = kernels();
      parallel_ranges(rows, 16, [&](int64_t begin, int64_t end) {
        auto* values = scratch_of<float>(Scratch::values, size_t(depth));
        for (int64_t r = begin; r < end; ++r) {
          kernel.convert(advance(data, storage, r * depth), storage, values, Storage::f32, depth);
          float lanes[16] = {};
          for (int64_t k = 0; k < depth; ++k) lanes[k % 16] = std::max(lanes[k % 16], std::fabs(values[k]));
          scales[r] = *std::max_element(lanes, lanes + 16) / 127.0f;
        }
      });
    });
  }
};

// (N, K), (N) -> int8 (N, K): each row divided by its scale and rounded to the nearest integer, ties to even.
class RoundedRows final : public Operation {
 public:
  using Operation::Operation;
  const char* name() const override { return "RoundedRows"; }
  bool is_equivalent(const mx::Primitive&) const override { return true; }

  std::vector<mx::Shape> output_shapes(const std::vector<mx::array>& inputs) override { return {inputs[0].shape()}; }

  mx::array plain(const std::vector<mx::array>& inputs) override {
    const auto& s = stream();
    const auto scales = mx::expand_dims(inputs[1], -1, s);
    const auto divisors = mx::where(mx::equal(scales, mx::array(0.0f), s), mx::array(1.0f), scales, s);
    auto whole = mx::round(mx::divide(mx::astype(inputs[0], mx::float32, s), divisors, s), 0, s);
    return mx::astype(mx::clip(whole, mx::array(-127.0f), mx::array(127.0f), s), mx::int8, s);
  }

  void compute(const std::vector<mx::array>& inputs, mx::array& out) override {
    allocate(out);
    if (out.size() == 0) return;
    const auto w = contiguous(inputs[0]), scales = contiguous(inputs[1]);
    const int64_t rows = w.shape(0), depth = w.shape(1);
    submit([data = w.data<void>(), storage = storage_of(w), scales = scales.data<float>(), to = out.data<int8_t>(),
            rows, depth] {
      const cmlx::Kernels& kernel = kernels();
      parallel_ranges(rows, 16, [&](int64_t begin, int64_t end) {
        auto* values = scratch_of<float>(Scratch::values, size_t(depth));
        for (int64_t r = begin; r < end; ++r) {
          kernel.convert(advance(data, storage, r * depth), storage, values, Storage::f32, depth);
          const float divisor = scales[r] == 0 ? 1.0f : scales[r];
          // Adding and subtracting 1.5 * 2^23 rounds to the nearest integer, without a call for each.
          const float magic = 12582912.0f;
          for (int64_t k = 0; k < depth; ++k) {
            const float whole = (std::min(std::max(values[k] / divisor, -127.0f), 127.0f) + magic) - magic;
            to[r * depth + k] = int8_t(int32_t(whole));
          }
        }
      });
    });
  }
};

// int8 (N, K) -> uint8 (panels, cells, kPanelColumns, kCellDepth); see int8.h. What is missing at the ends is 128.
class PackedPanels final : public Operation {
 public:
  using Operation::Operation;
  const char* name() const override { return "PackedPanels"; }
  bool is_equivalent(const mx::Primitive&) const override { return true; }

  std::vector<mx::Shape> output_shapes(const std::vector<mx::array>& inputs) override { return {shape(inputs[0])}; }

  static mx::Shape shape(const mx::array& w) {
    return {int(int8::panels(w.shape(0))), int(int8::cells(w.shape(1))), int(int8::kPanelColumns),
            int(int8::kCellDepth)};
  }

  mx::array plain(const std::vector<mx::array>& inputs) override {
    const auto& s = stream();
    const auto& w = inputs[0];
    const auto packed = shape(w);
    auto raised = mx::astype(mx::add(mx::astype(w, mx::int32, s), mx::array(128), s), mx::uint8, s);
    auto whole = mx::pad(
        raised, {{0, packed[0] * packed[2] - w.shape(0)}, {0, packed[1] * packed[3] - w.shape(1)}},
        mx::array(uint8_t(128)), "constant", s);
    return mx::transpose(mx::reshape(whole, {packed[0], packed[2], packed[1], packed[3]}, s), {0, 2, 1, 3}, s);
  }

  void compute(const std::vector<mx::array>& inputs, mx::array& out) override {
    allocate(out);
    if (out.size() == 0) return;
    const auto& w = inputs[0];
    const int64_t columns = w.shape(0), depth = w.shape(1);
    submit([from = w.data<int8_t>(), to = out.data<uint8_t>(), columns, depth] {
      parallel_for(int8::panels(columns), thread_count(), [&](int64_t panel) {
        uint8_t* cells = to + panel * int8::panel_bytes(depth);
        std::memset(cells, 128, size_t(int8::panel_bytes(depth)));
        const int64_t first = panel * int8::kPanelColumns;
        const int64_t count = std::min(int8::kPanelColumns, columns - first);
        for (int64_t n = 0; n < count; ++n) {
          const int8_t* row = from + (first + n) * depth;
          int64_t k = 0;
          for (; k + int8::kCellDepth <= depth; k += int8::kCellDepth) {
            uint32_t cell;
            std::memcpy(&cell, row + k, sizeof(cell));
            cell ^= 0x80808080u;
            std::memcpy(cells + (k * int8::kPanelColumns + n * int8::kCellDepth), &cell, sizeof(cell));
          }
          uint8_t* last = cells + (k * int8::kPanelColumns + n * int8::kCellDepth);
          for (; k < depth; ++k) *last++ = uint8_t(row[k]) ^ 0x80;
        }
      });
    });
  }
};

// x (..., K), packed weights, scales (N), and a bias (N) if there is one -> (..., N)
class Int8Product final : public Operation {
 public:
  Int8Product(mx::Stream stream, int columns, mx::Dtype type) : Operation(stream), columns_(columns), type_(type) {}

  const char* name() const override { return "Int8Product"; }

  bool is_equivalent(const mx::Primitive& other) const override {
    const auto& product = static_cast<const Int8Product&>(other);
    return columns_ == product.columns_ && type_ == product.type_;
  }

  std::vector<mx::Shape> output_shapes(const std::vector<mx::array>& inputs) override {
    auto shape = inputs[0].shape();
    shape.back() = columns_;
    return {shape};
  }

  // The weights widened; activations are not rounded.
  mx::array plain(const std::vector<mx::array>& inputs) override {
    const auto& s = stream();
    const auto& packed = inputs[1];
    const int depth = inputs[0].shape(-1);
    auto rows = mx::reshape(
        mx::transpose(packed, {0, 2, 1, 3}, s),
        {packed.shape(0) * packed.shape(2), packed.shape(1) * packed.shape(3)}, s);
    auto w = mx::subtract(
        mx::astype(mx::slice(rows, {0, 0}, {columns_, depth}, s), mx::float32, s), mx::array(128.0f), s);
    w = mx::multiply(w, mx::expand_dims(inputs[2], -1, s), s);
    auto y = cmlx::matmul(mx::astype(inputs[0], mx::float32, s), mx::swapaxes(w, 0, 1, s), s);
    if (inputs.size() > 3) y = mx::add(y, inputs[3], s);
    return mx::astype(y, type_, s);
  }

  void compute(const std::vector<mx::array>& inputs, mx::array& out) override {
    allocate(out);
    if (out.size() == 0) return;
    const auto x = contiguous(inputs[0]), scales = contiguous(inputs[2]);
    const auto& packed = inputs[1];
    const float* bias = inputs.size() > 3 ? contiguous(inputs[3]).data<float>() : nullptr;
    const int64_t depth = x.shape(-1);
    const Job job{
        .x = x.data<void>(), .storage = storage_of(x), .rows = int64_t(x.size()) / depth, .depth = depth,
        .columns = columns_, .packed = packed.data<uint8_t>(), .scales = scales.data<float>(), .bias = bias,
        .out = out.data<void>(), .out_storage = storage_of(out)};
    submit([job] {
      if (const int8::Kernels* kernel = int8::kernels()) {
        job.multiply(*kernel);
      } else {
        job.widen();
      }
    });
  }

 private:
  struct Job {
    const void* x;
    Storage storage;
    int64_t rows, depth, columns;
    const uint8_t* packed;
    const float *scales, *bias;
    void* out;
    Storage out_storage;

    void multiply(const int8::Kernels& kernel) const {
      const int64_t stride = int8::cells(depth) * int8::kCellDepth;
      auto* a = scratch_of<int8_t>(Scratch::left, size_t(rows * stride));
      auto* row_data = scratch_of<int8::Row>(Scratch::rows, size_t(rows));
      parallel_ranges(rows, std::max<int64_t>(1, (1 << 15) / depth), [&](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r) {
          kernel.quantize(
              {.x = advance(x, storage, r * depth), .storage = storage, .depth = depth, .out = a + r * stride,
               .row = row_data + r});
        }
      });
      const int64_t panels = int8::panels(columns), tile = kernel.tile_rows;
      const int64_t group = rows > tile ? kPanelsPerUnit : 1, groups = (panels + group - 1) / group;
      const int64_t row_units = (rows + kRowsPerUnit - 1) / kRowsPerUnit;
      // Every unit has about as many rows, in whole tiles.
      const int64_t unit_rows = ((rows + row_units - 1) / row_units + tile - 1) / tile * tile;
      parallel_for(row_units * groups, thread_count(), [&](int64_t unit) {
        const int64_t first_row = unit / groups * unit_rows, end_row = std::min(rows, first_row + unit_rows);
        const int64_t first = unit % groups * group, end = std::min(panels, first + group);
        for (int64_t r = first_row; r < end_row; r += tile) {
          for (int64_t panel = first; panel < end; ++panel) {
            const int64_t column = panel * int8::kPanelColumns;
            kernel.tile(
                {.a = a + r * stride, .a_stride = stride, .row_data = row_data + r,
                 .panel = packed + panel * int8::panel_bytes(depth), .cells = int8::cells(depth),
                 .rows = int(std::min(tile, end_row - r)),
                 .columns = int(std::min(int8::kPanelColumns, columns - column)), .scales = scales + column,
                 .bias = bias ? bias + column : nullptr, .out = advance(out, out_storage, r * columns + column),
                 .out_storage = out_storage, .out_stride = columns});
          }
        }
      });
    }

    // On processors without products of integers: some columns at a time are widened, and activations are not rounded.
    void widen() const {
      auto* wide = scratch_of<float>(Scratch::tables, size_t(depth * std::min(columns, kWideColumns)));
      for (int64_t first = 0; first < columns; first += kWideColumns) {
        const int64_t count = std::min(kWideColumns, columns - first);
        parallel_for(int8::panels(count), thread_count(), [&](int64_t panel) {
          const uint8_t* cells = packed + (first / int8::kPanelColumns + panel) * int8::panel_bytes(depth);
          const int64_t begin = panel * int8::kPanelColumns;
          const int64_t width = std::min(int8::kPanelColumns, count - begin);
          for (int64_t k = 0; k < depth; ++k) {
            const uint8_t* cell = cells + k / int8::kCellDepth * int8::kPanelColumns * int8::kCellDepth;
            for (int64_t n = 0; n < width; ++n) {
              const int weight = int(cell[n * int8::kCellDepth + k % int8::kCellDepth]) - 128;
              wide[k * count + begin + n] = float(weight) * scales[first + begin + n];
            }
          }
        });
        contract(
            {.rows = rows, .columns = count, .depth = depth,
             .a = {.data = x, .storage = storage, .row_stride = depth, .column_stride = 1, .rows = rows, .first_row = 0,
                   .snake = {}},
             .b = {.data = wide, .storage = Storage::f32, .tap_stride = 0, .depth_stride = count, .column_stride = 1},
             .out = {.data = advance(out, out_storage, first), .storage = out_storage, .row_stride = columns,
                     .bias = bias ? bias + first : nullptr}},
            thread_count());
      }
    }
  };

  const int columns_;
  const mx::Dtype type_;
};

// Of what is packed for other devices than the CPU: MLX's affine format, in which the unsigned byte u of a group of
// columns with the scale 1 and the bias -128 means the integer u - 128, exactly. 0 where no group size divides the
// columns; such weights (of no published model) are packed as for the CPU and widened whole.
int group_size(int64_t depth) {
  for (int size : {128, 64, 32}) {
    if (depth % size == 0) return size;
  }
  return 0;
}

mx::array affine_packed(const mx::array& w, const mx::Stream& s) {
  auto raised = mx::astype(mx::add(mx::astype(w, mx::int32, s), mx::array(128), s), mx::uint8, s);
  return mx::view(raised, mx::uint32, s);
}

// The product by libmlx's kernels; the scales of the rows are put onto the result, so that no weight is rounded to the
// type of `x`.
mx::array affine_product(
    const mx::array& x, const mx::array& packed, const mx::array& scales, const std::optional<mx::array>& bias,
    const mx::Stream& s) {
  const int depth = x.shape(-1), size = group_size(depth);
  const mx::Shape groups{packed.shape(0), depth / size};
  auto y = cmlx::quantized_matmul(
      x, packed, mx::ones(groups, x.dtype(), s), mx::full(groups, -128.0f, x.dtype(), s), true, size, 8, "affine", s);
  y = mx::multiply(mx::astype(y, mx::float32, s), scales, s);
  if (bias) y = mx::add(y, *bias, s);
  return mx::astype(y, x.dtype(), s);
}

void require(bool condition, const char* message) {
  if (!condition) throw std::invalid_argument(message);
}

mx::array widened(const mx::array& x, const mx::Stream& s) {
  return computes(x.dtype()) ? x : mx::astype(x, mx::float32, s);
}

} // namespace

mx::array int8_scales(const mx::array& w, mx::StreamOrDevice device) {
  require(w.ndim() == 2 && w.shape(1) > 0, "[int8_scales] the weight must be a matrix");
  const auto s = mx::to_stream(device);
  const std::vector<mx::array> inputs = {widened(w, s)};
  auto primitive = std::make_shared<RowScales>(s);
  if (!is_cpu(s)) return primitive->plain(inputs);
  return mx::array({w.shape(0)}, mx::float32, primitive, inputs);
}

mx::array int8_round(const mx::array& w, const mx::array& scales, mx::StreamOrDevice device) {
  require(
      w.ndim() == 2 && w.shape(1) > 0 && scales.ndim() == 1 && scales.shape(0) == w.shape(0),
      "[int8_round] the weight must be a matrix, with one scale for each row");
  const auto s = mx::to_stream(device);
  const std::vector<mx::array> inputs = {widened(w, s), mx::astype(scales, mx::float32, s)};
  auto primitive = std::make_shared<RoundedRows>(s);
  if (!is_cpu(s)) return primitive->plain(inputs);
  return mx::array(w.shape(), mx::int8, primitive, inputs);
}

mx::array int8_pack(const mx::array& w, mx::StreamOrDevice device) {
  require(w.ndim() == 2 && w.dtype() == mx::int8 && w.size() > 0, "[int8_pack] the weight must be a matrix of int8");
  require(w.shape(1) <= int8::kMostDepth, "[int8_pack] the weight has too many columns for sums in 32 bits");
  const auto s = mx::to_stream(device);
  if (!is_cpu(s) && group_size(w.shape(1)) > 0) return affine_packed(w, s);
  auto primitive = std::make_shared<PackedPanels>(s);
  if (!is_cpu(s)) return primitive->plain({w});
  return mx::array(PackedPanels::shape(w), mx::uint8, primitive,
      std::vector<mx::array>{mx::contiguous(w, false, s)});
}

mx::array int8_linear(
    const mx::array& x, const mx::array& packed, const mx::array& scales, const std::optional<mx::array>& bias,
    mx::StreamOrDevice device) {
  const auto s = mx::to_stream(device);
  const auto input = widened(x, s);
  const auto factors = mx::astype(scales, mx::float32, s);
  std::optional<mx::array> addend;
  if (bias) addend = mx::astype(*bias, mx::float32, s);
  require(!bias || bias->shape() == scales.shape(), "[int8_linear] the bias must have one value for each output");
  if (x.ndim() >= 1 && packed.ndim() == 2 && packed.dtype() == mx::uint32) {
    require(
        scales.ndim() == 1 && packed.shape(0) == scales.shape(0) && packed.shape(1) * 4 == x.shape(-1) &&
            group_size(x.shape(-1)) > 0,
        "[int8_linear] input, weight and scales do not fit together");
    return affine_product(input, packed, factors, addend, s);
  }
  require(x.ndim() >= 1 && packed.ndim() == 4 && packed.dtype() == mx::uint8, "[int8_linear] the weight is not packed");
  require(
      scales.ndim() == 1 && scales.shape(0) > 0 && int8::panels(scales.shape(0)) == packed.shape(0) &&
          int8::cells(x.shape(-1)) == packed.shape(1) && packed.shape(2) == int8::kPanelColumns &&
          packed.shape(3) == int8::kCellDepth,
      "[int8_linear] input, weight and scales do not fit together");
  std::vector<mx::array> inputs = {input, mx::contiguous(packed, false, s), factors};
  if (addend) inputs.push_back(*addend);
  auto shape = x.shape();
  shape.back() = scales.shape(0);
  auto primitive = std::make_shared<Int8Product>(s, scales.shape(0), input.dtype());
  if (!is_cpu(s)) return primitive->plain(inputs);
  return mx::array(shape, input.dtype(), primitive, inputs);
}

} // namespace cmlx
