// Products with weights of 8 or 4 bits, which are widened a panel at a time.
#include "contraction.h"
#include "cpu_ops.h"
#include "operation.h"
#include "workspace.h"

#include <algorithm>

namespace cmlx {

namespace {

// Rows up to this number are multiplied row by row of the weights, without packing them.
constexpr int64_t kFewRows = 8;

struct Format {
  bool transpose;
  int group, bits;

  bool operator==(const Format&) const = default;
};

// inputs: x (..., K); w packed, scales, biases.
class QuantizedProduct final : public Operation {
 public:
  QuantizedProduct(mx::Stream stream, Format format) : Operation(stream), format_(format) {}

  const char* name() const override { return "QuantizedProduct"; }

  bool is_equivalent(const mx::Primitive& other) const override {
    return format_ == static_cast<const QuantizedProduct&>(other).format_;
  }

  std::vector<mx::Shape> output_shapes(const std::vector<mx::array>& inputs) override {
    auto shape = inputs[0].shape();
    shape.back() = columns(inputs[1]);
    return {shape};
  }

  mx::array plain(const std::vector<mx::array>& inputs) override {
    return mx::quantized_matmul(
        inputs[0], inputs[1], inputs[2], inputs[3], format_.transpose, format_.group, format_.bits, "affine", stream());
  }

  std::vector<mx::array> vjp(
      const std::vector<mx::array>& primals, const std::vector<mx::array>& cotangents,
      const std::vector<int>& argnums, const std::vector<mx::array>& outputs) override {
    if (argnums.size() != 1 || argnums[0] != 0) return Operation::vjp(primals, cotangents, argnums, outputs);
    return {cmlx::quantized_matmul(
        cotangents[0], primals[1], primals[2], primals[3], !format_.transpose, format_.group, format_.bits, "affine",
        stream())};
  }

  void compute(const std::vector<mx::array>& inputs, mx::array& out) override {
    allocate(out);
    if (out.size() == 0) return;
    const auto x = contiguous(inputs[0]);
    const auto &w = inputs[1], &scales = inputs[2], &biases = inputs[3];
    const QuantizedRows weights{
        .bytes = w.data<uint8_t>(),
        .row_bytes = int64_t(w.shape(1)) * 4,
        .bits = format_.bits,
        .group = format_.group,
        .scales = scales.data<void>(),
        .biases = biases.data<void>(),
        .groups_per_row = scales.shape(1),
        .storage = storage_of(scales),
        .by_depth = format_.transpose};
    const int64_t depth = x.shape(-1);
    const Contraction problem{
        .rows = int64_t(x.size()) / depth,
        .columns = out.shape(-1),
        .depth = depth,
        .a = {.data = x.data<void>(), .storage = storage_of(x), .row_stride = depth, .column_stride = 1,
              .rows = int64_t(x.size()) / depth, .first_row = 0, .snake = {}},
        .b = {.data = nullptr, .storage = storage_of(x), .tap_stride = 0, .depth_stride = 0, .column_stride = 0},
        .out = {.data = out.data<void>(), .storage = storage_of(out), .row_stride = out.shape(-1)}};
    submit([problem, weights] {
      Contraction work = problem;
      work.b.quantized = &weights;
      // Where bfloat16 is widened anyway, nothing is gained by rounding to it first.
      if (product_kernels(work.a.storage, work.b.storage).depth_per_cell == 1) work.b.storage = Storage::f32;
      if (work.rows <= kFewRows && weights.by_depth) {
        multiply_few(work, weights);
      } else {
        contract(work, thread_count());
      }
    });
  }

 private:
  int columns(const mx::array& w) const { return format_.transpose ? w.shape(0) : w.shape(1) * 32 / format_.bits; }

  static void multiply_few(const Contraction& work, const QuantizedRows& weights) {
    constexpr int64_t kColumns = 16;
    const Kernels& kernel = kernels();
    const int64_t depth = work.depth, rows = work.rows;
    auto* x = scratch_of<float>(Scratch::left, size_t(rows * depth));
    kernel.convert(work.a.data, work.a.storage, x, Storage::f32, rows * depth);
    const int64_t parts = 4 * thread_count();
    const int64_t grain = std::max(kColumns, (work.columns + parts - 1) / parts);
    parallel_ranges(work.columns, grain, [&](int64_t begin, int64_t end) {
      auto* values = scratch_of<float>(Scratch::values, size_t(kColumns * depth));
      float sums[kFewRows * kColumns];
      for (int64_t n = begin; n < end; n += kColumns) {
        const int64_t count = std::min(kColumns, end - n);
        for (int64_t c = 0; c < count; ++c) weights.dequantize(n + c, 0, depth, values + c * depth, Storage::f32);
        kernel.dots(
            {.x = x, .x_stride = depth, .rows = int(rows), .w = values, .w_storage = Storage::f32, .w_stride = depth,
             .columns = count, .depth = depth, .out = sums, .out_stride = kColumns});
        for (int64_t r = 0; r < rows; ++r) {
          kernel.convert(
              sums + r * kColumns, Storage::f32,
              advance(work.out.data, work.out.storage, r * work.out.row_stride + n), work.out.storage, count);
        }
      }
    });
  }

  const Format format_;
};

} // namespace

mx::array quantized_matmul(
    const mx::array& x, const mx::array& w, const mx::array& scales, const std::optional<mx::array>& biases,
    bool transpose, std::optional<int> group_size, std::optional<int> bits, const std::string& mode,
    mx::StreamOrDevice s) {
  const auto stream = mx::to_stream(s);
  const Format format{transpose, group_size.value_or(64), bits.value_or(4)};
  const bool ours = is_cpu(stream) && mode == "affine" && biases && (format.bits == 8 || format.bits == 4) &&
      w.dtype() == mx::uint32 && w.ndim() == 2 && scales.ndim() == 2 && biases->shape() == scales.shape() &&
      scales.dtype() == biases->dtype() && computes(scales.dtype()) && computes(x.dtype()) && x.ndim() >= 1 &&
      format.group > 0 && w.shape(0) == scales.shape(0) &&
      int64_t(w.shape(1)) * 32 == int64_t(scales.shape(1)) * format.group * format.bits &&
      x.shape(-1) > 0 && x.shape(-1) == (transpose ? w.shape(1) * 32 / format.bits : w.shape(0));
  if (!ours) return mx::quantized_matmul(x, w, scales, biases, transpose, group_size, bits, mode, s);
  auto shape = x.shape();
  shape.back() = transpose ? w.shape(0) : w.shape(1) * 32 / format.bits;
  const auto type = mx::promote_types(x.dtype(), scales.dtype());
  auto in_order = [&](const mx::array& array) { return mx::contiguous(array, false, stream); };
  return mx::array(
      shape, type, std::make_shared<QuantizedProduct>(stream, format),
      {x, in_order(w), in_order(scales), in_order(*biases)});
}

} // namespace cmlx
