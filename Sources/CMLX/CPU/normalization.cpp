// Root-mean-square normalisation, plain and modulated.
#include "cpu_ops.h"
#include "operation.h"

#include <mlx/fast.h>

#include <algorithm>

namespace cmlx {

namespace {

// inputs: x (..., D), then weight (D) and then scale and shift (like x) if they are there.
class RMSNormalization final : public Operation {
 public:
  RMSNormalization(mx::Stream stream, float epsilon, bool weighted, bool modulated, mx::Dtype type)
      : Operation(stream), epsilon_(epsilon), weighted_(weighted), modulated_(modulated), type_(type) {}

  const char* name() const override { return "RMSNormalization"; }

  bool is_equivalent(const mx::Primitive& other) const override {
    const auto& o = static_cast<const RMSNormalization&>(other);
    return epsilon_ == o.epsilon_ && weighted_ == o.weighted_ && modulated_ == o.modulated_ && type_ == o.type_;
  }

  std::vector<mx::Shape> output_shapes(const std::vector<mx::array>& inputs) override { return {inputs[0].shape()}; }

  mx::array plain(const std::vector<mx::array>& inputs) override {
    const auto& s = stream();
    auto x = cmlx::astype(inputs[0], mx::float32, s);
    auto mean = mx::mean(cmlx::multiply(x, x, s), -1, true, s);
    auto y = cmlx::multiply(x, mx::rsqrt(mx::add(mean, mx::array(epsilon_), s), s), s);
    if (weighted_) y = cmlx::multiply(y, inputs[1], s);
    if (modulated_) {
      const size_t at = weighted_ ? 2 : 1;
      auto gain = cmlx::add(cmlx::astype(inputs[at], mx::float32, s), mx::array(1.0f), s);
      y = cmlx::add(cmlx::multiply(y, gain, s), inputs[at + 1], s);
    }
    return cmlx::astype(y, type_, s);
  }

  void compute(const std::vector<mx::array>& inputs, mx::array& out) override {
    allocate(out);
    if (out.size() == 0) return;
    std::vector<mx::array> operands;
    for (const auto& input : inputs) {
      operands.push_back(input.strides(-1) == 1 || input.strides(-1) == 0 || input.shape(-1) == 1 ? input
                                                                                                  : contiguous(input));
    }
    // The kernel reads x as a run of values, never as one repeated.
    if (operands[0].shape(-1) > 1 && operands[0].strides(-1) == 0) operands[0] = contiguous(operands[0]);
    auto operand = [&](size_t i) {
      return MapOperand{operands[i].data<void>(), storage_of(operands[i]), operands[i].strides(-1) == 0};
    };
    auto rows_of = [&](size_t i) { return RowOffsets(operands[i].shape(), operands[i].strides()); };
    const int64_t count = out.shape(-1), rows = int64_t(out.size()) / count;
    NormalizeCall call{.x = operands[0].data<void>(), .x_storage = storage_of(operands[0]), .count = count,
                       .epsilon = epsilon_, .weight = {}, .scale = {}, .shift = {}, .out = out.data<void>(),
                       .out_storage = storage_of(out)};
    if (weighted_) call.weight = operand(1);
    const RowOffsets x_rows = rows_of(0);
    RowOffsets scale_rows, shift_rows;
    if (modulated_) {
      const size_t at = weighted_ ? 2 : 1;
      call.scale = operand(at);
      call.shift = operand(at + 1);
      scale_rows = rows_of(at);
      shift_rows = rows_of(at + 1);
    }
    submit([call, x_rows, scale_rows, shift_rows, count, rows, modulated = modulated_] {
      const Kernels& kernel = kernels();
      parallel_ranges(rows, std::max<int64_t>(1, (1 << 14) / count), [&](int64_t begin, int64_t end) {
        NormalizeCall part = call;
        for (int64_t r = begin; r < end; ++r) {
          part.x = advance(call.x, call.x_storage, x_rows(r));
          part.out = advance(call.out, call.out_storage, r * count);
          if (modulated) {
            part.scale.data = advance(call.scale.data, call.scale.storage, scale_rows(r));
            part.shift.data = advance(call.shift.data, call.shift.storage, shift_rows(r));
          }
          kernel.normalize(part);
        }
      });
    });
  }

 private:
  const float epsilon_;
  const bool weighted_, modulated_;
  const mx::Dtype type_;
};

struct Modulation {
  mx::array scale, shift;
};

// The normalisation as one primitive, or nothing if the case is not ours (or not valid).
std::optional<mx::array> normalize(
    const mx::array& x, const std::optional<mx::array>& weight, const std::optional<Modulation>& modulation,
    float epsilon, const mx::Stream& s) {
  if (!is_cpu(s) || x.ndim() == 0 || x.shape(-1) == 0 || !computes(x.dtype())) return std::nullopt;
  auto type = x.dtype();
  std::vector<mx::array> inputs = {x};
  if (weight) {
    if (weight->ndim() != 1 || weight->shape(0) != x.shape(-1) || !computes(weight->dtype())) return std::nullopt;
    type = mx::promote_types(type, weight->dtype());
    inputs.push_back(*weight);
  }
  if (modulation) {
    for (const auto& array : {modulation->scale, modulation->shift}) {
      if (!computes(array.dtype()) || array.ndim() > x.ndim()) return std::nullopt;
      if (mx::broadcast_shapes(array.shape(), x.shape()) != x.shape()) return std::nullopt;
      type = mx::promote_types(type, array.dtype());
      inputs.push_back(mx::broadcast_to(array, x.shape(), s));
    }
  }
  auto primitive =
      std::make_shared<RMSNormalization>(s, epsilon, weight.has_value(), modulation.has_value(), type);
  return mx::array(x.shape(), type, primitive, inputs);
}

} // namespace

mx::array rms_norm(const mx::array& x, const std::optional<mx::array>& weight, float eps, mx::StreamOrDevice s) {
  auto result = normalize(x, weight, std::nullopt, eps, mx::to_stream(s));
  return result ? *result : mx::fast::rms_norm(x, weight, eps, s);
}

mx::array modulated_rms_norm(
    const mx::array& x, const mx::array& weight, const mx::array& scale, const mx::array& shift, float eps,
    mx::StreamOrDevice s) {
  if (auto result = normalize(x, weight, Modulation{scale, shift}, eps, mx::to_stream(s))) return *result;
  auto gain = mx::add(scale, mx::array(1.0f, scale.dtype()), s);
  return mx::add(mx::multiply(mx::fast::rms_norm(x, weight, eps, s), gain, s), shift, s);
}

} // namespace cmlx
