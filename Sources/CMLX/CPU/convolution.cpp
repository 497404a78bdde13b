// Convolutions and transposed convolutions of channels-last sequences, with what commonly stands around them.
#include "contraction.h"
#include "cpu_ops.h"
#include "elementwise.h"
#include "fusion.h"
#include "operation.h"

#include <algorithm>
#include <memory>

namespace cmlx {

namespace {

struct Geometry {
  bool transposed;
  int stride, padding, dilation, output_padding, groups;

  bool operator==(const Geometry&) const = default;

  int64_t output_length(int64_t length, int64_t kernel) const {
    const int64_t reach = int64_t(dilation) * (kernel - 1) + 1;
    if (transposed) return (length - 1) * stride - 2 * int64_t(padding) + reach + output_padding;
    const int64_t room = length + 2 * int64_t(padding) - reach;
    return room < 0 ? 0 : room / stride + 1;
  }

  // A primitive of its own, whatever surrounds it.
  mx::array apply(const mx::array& x, const mx::array& w, const mx::Stream& s) const;

  // MLX's own.
  mx::array fall_back(const mx::array& x, const mx::array& w, const mx::Stream& s) const {
    return transposed ? mx::conv_transpose1d(x, w, stride, padding, dilation, output_padding, groups, s)
                      : mx::conv1d(x, w, stride, padding, dilation, groups, s);
  }
};

// Which of the optional inputs follow x and w.
struct Parts {
  bool snake, bias, residual;

  bool operator==(const Parts&) const = default;
  bool any() const { return snake || bias || residual; }
};

// (O, K, C / g) -> (C, K, O / g): the weight of the adjoint.
mx::array adjoint_weight(const mx::array& w, int groups, const mx::Stream& s) {
  const int outputs = w.shape(0), kernel = w.shape(1), inputs = w.shape(2);
  if (groups == 1) return mx::swapaxes(w, 0, 2, s);
  auto grouped = mx::reshape(w, {groups, outputs / groups, kernel, inputs}, s);
  return mx::reshape(mx::swapaxes(grouped, 1, 3, s), {groups * inputs, kernel, outputs / groups}, s);
}

// The gradient of a convolution's weight (O, K, C / g), from its input (N, L, C) and its output's gradient (N, M, O):
// one matrix product per tap.
mx::array weight_gradient(
    const mx::array& x, const mx::array& gradient, int kernel, const Geometry& geometry, const mx::Stream& s) {
  const int batch = x.shape(0), groups = geometry.groups;
  const int rows = gradient.shape(1), outputs = gradient.shape(2), inputs = x.shape(2);
  const int last = (rows - 1) * geometry.stride + (kernel - 1) * geometry.dilation - geometry.padding;
  const int behind = std::max(0, last + 1 - x.shape(1));
  auto padded = mx::pad(
      x, {{0, 0}, {geometry.padding, behind}, {0, 0}}, mx::array(0, x.dtype()), "constant", s);
  auto by_group = [&](const mx::array& values, int channels) {
    return mx::swapaxes(mx::reshape(values, {batch, rows, groups, channels / groups}, s), 1, 2, s);
  };
  const auto left = mx::swapaxes(by_group(gradient, outputs), -1, -2, s);
  std::vector<mx::array> taps;
  for (int tap = 0; tap < kernel; ++tap) {
    const int begin = tap * geometry.dilation, end = begin + (rows - 1) * geometry.stride + 1;
    auto shifted = mx::slice(padded, {0, begin, 0}, {batch, end, inputs}, {1, geometry.stride, 1}, s);
    auto product = mx::sum(cmlx::matmul(left, by_group(shifted, inputs), s), 0, false, s);
    taps.push_back(mx::reshape(product, {outputs, inputs / groups}, s));
  }
  return mx::stack(taps, 1, s);
}

// inputs: x (N, L, C), w (O, K, C / g), then alpha and beta (C), bias (O), residual (like the output), as `parts` says.
class Convolution final : public Operation {
 public:
  Convolution(mx::Stream stream, Geometry geometry, Parts parts, mx::Dtype type)
      : Operation(stream), geometry_(geometry), parts_(parts), type_(type) {}

  const Geometry& geometry() const { return geometry_; }

  ConvolutionParts parts_of(const std::vector<mx::array>& inputs) const {
    const auto [alpha, bias, residual] = positions();
    ConvolutionParts parts;
    if (parts_.snake) {
      parts.alpha = inputs[alpha];
      parts.beta = inputs[alpha + 1];
    }
    if (parts_.bias) parts.bias = inputs[bias];
    if (parts_.residual) parts.residual = inputs[residual];
    return parts;
  }

  const char* name() const override { return geometry_.transposed ? "TransposedConvolution" : "Convolution"; }

  bool is_equivalent(const mx::Primitive& other) const override {
    const auto& convolution = static_cast<const Convolution&>(other);
    return geometry_ == convolution.geometry_ && parts_ == convolution.parts_ && type_ == convolution.type_;
  }

  std::vector<mx::Shape> output_shapes(const std::vector<mx::array>& inputs) override {
    const auto &x = inputs[0], &w = inputs[1];
    return {{x.shape(0), int(geometry_.output_length(x.shape(1), w.shape(1))), w.shape(0)}};
  }

  // The parts one by one, none of which swallows another again.
  mx::array plain(const std::vector<mx::array>& inputs) override {
    const auto& s = stream();
    const auto parts = parts_of(inputs);
    auto x = inputs[0];
    if (parts.alpha) x = snake(x, *parts.alpha, *parts.beta, s);
    auto y = geometry_.apply(x, inputs[1], s);
    if (parts.bias) y = mx::add(y, *parts.bias, s);
    if (parts.residual) y = mx::add(y, *parts.residual, s);
    return cmlx::astype(y, type_, s);
  }

  void compute(const std::vector<mx::array>& inputs, mx::array& out) override;

  std::vector<mx::array> vjp(
      const std::vector<mx::array>& primals, const std::vector<mx::array>& cotangents,
      const std::vector<int>& argnums, const std::vector<mx::array>& outputs) override {
    if (parts_.any()) return Operation::vjp(primals, cotangents, argnums, outputs);
    const auto& s = stream();
    const auto &x = primals[0], &w = primals[1], &g = cotangents[0];
    const int kernel = w.shape(1);
    std::vector<mx::array> results;
    for (int argument : argnums) {
      if (argument == 0) {
        Geometry adjoint = geometry_;
        adjoint.transposed = !geometry_.transposed;
        adjoint.output_padding = 0;
        if (adjoint.transposed) adjoint.output_padding = x.shape(1) - int(adjoint.output_length(g.shape(1), kernel));
        results.push_back(cmlx::astype(adjoint.apply(g, adjoint_weight(w, geometry_.groups, s), s), x.dtype(), s));
      } else {
        auto gradient = geometry_.transposed
            ? adjoint_weight(weight_gradient(g, x, kernel, geometry_, s), geometry_.groups, s)
            : weight_gradient(x, g, kernel, geometry_, s);
        results.push_back(cmlx::astype(gradient, w.dtype(), s));
      }
    }
    return results;
  }

  std::vector<mx::array> jvp(
      const std::vector<mx::array>& primals, const std::vector<mx::array>& tangents,
      const std::vector<int>& argnums) override {
    if (parts_.any()) return Operation::jvp(primals, tangents, argnums);
    const auto& s = stream();
    std::optional<mx::array> result;
    for (size_t i = 0; i < argnums.size(); ++i) {
      auto part = argnums[i] == 0 ? geometry_.apply(tangents[i], primals[1], s)
                                  : geometry_.apply(primals[0], tangents[i], s);
      result = result ? cmlx::astype(mx::add(*result, part, s), type_, s) : cmlx::astype(part, type_, s);
    }
    return {*result};
  }

  // A vectorized axis of x alone joins the batch; anything else goes through MLX's own convolution.
  std::pair<std::vector<mx::array>, std::vector<int>> vmap(
      const std::vector<mx::array>& inputs, const std::vector<int>& axes) override {
    const auto& s = stream();
    if (parts_.any()) return Operation::vmap(inputs, axes);
    if (axes[1] < 0) {
      auto x = to_front(inputs[0], axes[0], s);
      auto y = geometry_.apply(mx::flatten(x, 0, 1, s), inputs[1], s);
      return {{mx::unflatten(y, 0, {x.shape(0), x.shape(1)}, s)}, {0}};
    }
    auto function = [&](const std::vector<mx::array>& v) {
      return std::vector<mx::array>{geometry_.fall_back(v[0], v[1], s)};
    };
    return {mx::vmap(function, axes)(inputs), {0}};
  }

 private:
  struct Positions {
    size_t alpha, bias, residual;
  };
  Positions positions() const {
    const size_t alpha = 2, bias = alpha + (parts_.snake ? 2 : 0);
    return {alpha, bias, bias + (parts_.bias ? 1 : 0)};
  }

  const Geometry geometry_;
  const Parts parts_;
  const mx::Dtype type_; // of the output
};

// The vectors that one run needs, widened to float.
struct Vectors {
  std::vector<float> alpha, scale, bias;
};

void Convolution::compute(const std::vector<mx::array>& inputs, mx::array& out) {
  allocate(out);
  if (out.size() == 0) return;
  const auto [alpha_at, bias_at, residual_at] = positions();
  auto x = inputs[0], w = inputs[1];
  const int groups = geometry_.groups;
  const int64_t channels = x.shape(2) / groups, outputs = w.shape(0) / groups;
  const int64_t kernel = w.shape(1), length = x.shape(1), batch = x.shape(0);
  // A stride, or too few channels to fill a vector's time, is dealt with while packing.
  const bool gathers = !geometry_.transposed && (geometry_.stride != 1 || channels < 16);
  const bool scattered = x.shape(2) > 1 && x.strides(2) != 1;
  if (scattered && (x.strides(1) != 1 || parts_.snake || gathers)) x = contiguous(x);
  if (gathers) w = contiguous(w);

  Contraction problem{
      .rows = out.shape(1),
      .columns = outputs,
      .depth = channels,
      .a = {.data = x.data<void>(), .storage = storage_of(x), .row_stride = x.strides(1),
            .column_stride = scattered ? x.strides(2) : 1, .rows = length, .first_row = -int64_t(geometry_.padding), .snake = {}},
      .b = {.data = w.data<void>(), .storage = storage_of(w), .tap_stride = w.strides(1),
            .depth_stride = w.strides(2), .column_stride = w.strides(0)},
      .out = {.data = out.data<void>(), .storage = storage_of(out), .row_stride = out.shape(2)}};
  if (geometry_.transposed) {
    const int64_t stride = geometry_.stride;
    problem.rows = (out.shape(1) + geometry_.padding + stride - 1) / stride;
    problem.columns = stride * outputs;
    problem.taps = int((kernel - 1) * geometry_.dilation / stride + 1);
    problem.a.first_row = 1 - problem.taps;
    problem.b.phases = stride;
    problem.b.channels = outputs;
    problem.b.kernel_size = kernel;
    problem.b.kernel_dilation = geometry_.dilation;
    problem.out.first_position = geometry_.padding;
    problem.out.positions = out.shape(1);
  } else if (gathers) {
    problem.depth = channels * kernel;
    problem.a.row_step = geometry_.stride;
    problem.a.gathered_taps = int(kernel);
    problem.a.gathered_dilation = geometry_.dilation;
    problem.b.tap_stride = 0;
    problem.b.depth_stride = 1;
  } else {
    problem.taps = int(kernel);
    problem.dilation = geometry_.dilation;
  }
  if (parts_.residual) {
    const auto& residual = inputs[residual_at];
    problem.out.addend = residual.data<void>();
    problem.out.addend_storage = storage_of(residual);
    problem.out.addend_row_stride = residual.strides(1);
    problem.out.addend_column_stride = residual.strides(2);
  }
  std::optional<StridedView> alpha, beta, bias;
  if (parts_.snake) {
    alpha = view_of(inputs[alpha_at]);
    beta = view_of(inputs[alpha_at + 1]);
  }
  if (parts_.bias) bias = view_of(inputs[bias_at]);
  const int64_t batch_stride = x.strides(0), group_stride = x.strides(2) * channels;
  const int64_t weight_stride = w.strides(0) * outputs, out_batch_stride = int64_t(out.shape(1)) * out.shape(2);
  const int64_t addend_batch_stride = parts_.residual ? inputs[residual_at].strides(0) : 0;

  submit([=] {
    Vectors vectors;
    if (alpha) {
      vectors.alpha = floats_of(*alpha);
      vectors.scale = floats_of(*beta);
      for (float& value : vectors.scale) value = 1.0f / (value + 1e-9f);
    }
    if (bias) vectors.bias = floats_of(*bias);
    contract_all(batch * groups, [&](int64_t index) {
      const int64_t n = index / groups, group = index % groups;
      Contraction part = problem;
      part.a.data = advance(part.a.data, part.a.storage, n * batch_stride + group * group_stride);
      part.b.data = advance(part.b.data, part.b.storage, group * weight_stride);
      part.out.data = advance(part.out.data, part.out.storage, n * out_batch_stride + group * outputs);
      if (alpha) part.a.snake = {&vectors.alpha[size_t(group * channels)], &vectors.scale[size_t(group * channels)]};
      if (bias) part.out.bias = &vectors.bias[size_t(group * outputs)];
      if (part.out.addend) {
        const int64_t at = n * addend_batch_stride + group * outputs * part.out.addend_column_stride;
        part.out.addend = advance(part.out.addend, part.out.addend_storage, at);
      }
      return part;
    });
  });
}

// The convolution as one primitive of type `type`, or nothing if the case is not ours (or not valid: MLX says why
// then).
std::optional<mx::array> convolve(
    const mx::array& x, const mx::array& w, mx::Dtype type, const Geometry& geometry, const ConvolutionParts& parts,
    const mx::Stream& s) {
  if (!is_cpu(s) || x.ndim() != 3 || w.ndim() != 3) return std::nullopt;
  const bool half = type == mx::float16;
  if (!computes(type) && !half) return std::nullopt;
  const int groups = geometry.groups;
  if (geometry.stride < 1 || geometry.dilation < 1 || geometry.padding < 0 || geometry.output_padding < 0 ||
      groups < 1 || w.shape(0) % groups != 0 || x.shape(2) != w.shape(2) * groups || w.shape(1) < 1 ||
      x.shape(1) < 1 || w.shape(2) < 1) {
    return std::nullopt;
  }
  const int64_t length = geometry.output_length(x.shape(1), w.shape(1));
  if (length < 1 || length > INT32_MAX) return std::nullopt;
  const mx::Shape shape{x.shape(0), int(length), w.shape(0)};

  // Whatever we compute in stays as it is; the rest is converted.
  const auto work_type = half ? mx::float32 : type;
  auto prepared = [&](const mx::array& array) {
    return computes(array.dtype()) ? array : mx::astype(array, work_type, s);
  };
  std::vector<mx::array> inputs = {prepared(x), prepared(w)};
  if (parts.alpha) {
    inputs.push_back(prepared(*parts.alpha));
    inputs.push_back(prepared(*parts.beta));
  }
  if (parts.bias) inputs.push_back(prepared(*parts.bias));
  if (parts.residual) inputs.push_back(prepared(mx::broadcast_to(*parts.residual, shape, s)));
  const Parts present{bool(parts.alpha), bool(parts.bias), bool(parts.residual)};
  auto result = mx::array(shape, work_type, std::make_shared<Convolution>(s, geometry, present, work_type), inputs);
  return half ? mx::astype(result, type, s) : result;
}

bool is_pending(const mx::array& array) {
  return array.status() == mx::array::Status::unscheduled && array.has_primitive();
}

// As above; if x is a snake that nothing has computed yet, it becomes part of the primitive.
mx::array convolve(const mx::array& x, const mx::array& w, const Geometry& geometry, const mx::Stream& s) {
  const auto type = mx::promote_types(x.dtype(), w.dtype());
  if (is_pending(x) && x.primitive().stream() == s) {
    const auto* map = dynamic_cast<const Map*>(&x.primitive());
    if (map && map->function() == MapFunction::snake) {
      const auto& inputs = x.inputs();
      const bool by_channel = inputs[0].shape() == x.shape() && inputs[1].ndim() == 1 && inputs[2].ndim() == 1 &&
          inputs[1].shape() == inputs[2].shape() && x.ndim() == 3 && inputs[1].shape(0) == x.shape(2);
      if (by_channel) {
        const ConvolutionParts parts{.alpha = inputs[1], .beta = inputs[2], .bias = {}, .residual = {}};
        if (auto result = convolve(inputs[0], w, type, geometry, parts, s)) return *result;
      }
    }
  }
  return geometry.apply(x, w, s);
}

void check(const mx::array& x, const mx::array& w, const ConvolutionParts& parts) {
  auto is_vector = [](const std::optional<mx::array>& v, int length) {
    return !v || (v->ndim() == 1 && v->shape(0) == length);
  };
  if (bool(parts.alpha) != bool(parts.beta)) throw std::invalid_argument("[fused_conv] alpha and beta go together.");
  if (x.ndim() != 3 || w.ndim() != 3) {
    throw std::invalid_argument("[fused_conv] The input and the weight must have 3 dimensions.");
  }
  if (!is_vector(parts.alpha, x.shape(2)) || !is_vector(parts.beta, x.shape(2))) {
    throw std::invalid_argument("[fused_conv] alpha and beta must hold one value per input channel.");
  }
  if (!is_vector(parts.bias, w.shape(0))) {
    throw std::invalid_argument("[fused_conv] bias must hold one value per output channel.");
  }
}

mx::array fused(
    const mx::array& x, const mx::array& w, const Geometry& geometry, const ConvolutionParts& parts,
    const mx::Stream& s) {
  check(x, w, parts);
  auto type = mx::promote_types(x.dtype(), w.dtype());
  for (const auto& part : {parts.alpha, parts.beta, parts.bias, parts.residual}) {
    if (part) type = mx::promote_types(type, part->dtype());
  }
  if (auto result = convolve(x, w, type, geometry, parts, s)) return *result;
  auto y = geometry.apply(parts.alpha ? snake(x, *parts.alpha, *parts.beta, s) : x, w, s);
  if (parts.bias) y = mx::add(y, *parts.bias, s);
  if (parts.residual) y = mx::add(y, *parts.residual, s);
  return y;
}

mx::array Geometry::apply(const mx::array& x, const mx::array& w, const mx::Stream& s) const {
  auto result = convolve(x, w, mx::promote_types(x.dtype(), w.dtype()), *this, {}, s);
  return result ? *result : fall_back(x, w, s);
}

} // namespace

std::optional<mx::array> add_to_convolution(
    const mx::array& convolution, const mx::array& addend, const mx::Stream& s) {
  if (!is_pending(convolution) || convolution.primitive().stream() != s || !computes(addend.dtype())) {
    return std::nullopt;
  }
  const auto* primitive = dynamic_cast<const Convolution*>(&convolution.primitive());
  const auto type = convolution.dtype();
  if (!primitive || mx::promote_types(type, addend.dtype()) != type) return std::nullopt;
  const auto& inputs = convolution.inputs();
  auto parts = primitive->parts_of(inputs);
  if (parts.residual) return std::nullopt;
  if (addend.shape() == convolution.shape()) {
    parts.residual = addend;
  } else if (addend.ndim() == 1 && addend.shape(0) == convolution.shape(2) && !parts.bias) {
    parts.bias = addend;
  } else {
    return std::nullopt;
  }
  return convolve(inputs[0], inputs[1], type, primitive->geometry(), parts, s);
}

mx::array conv1d(
    const mx::array& input, const mx::array& weight, int stride, int padding, int dilation, int groups,
    mx::StreamOrDevice s) {
  return convolve(input, weight, {false, stride, padding, dilation, 0, groups}, mx::to_stream(s));
}

mx::array conv_transpose1d(
    const mx::array& input, const mx::array& weight, int stride, int padding, int dilation, int output_padding,
    int groups, mx::StreamOrDevice s) {
  return convolve(input, weight, {true, stride, padding, dilation, output_padding, groups}, mx::to_stream(s));
}

mx::array fused_conv1d(
    const mx::array& input, const mx::array& weight, int stride, int padding, int dilation, int groups,
    const ConvolutionParts& parts, mx::StreamOrDevice s) {
  return fused(input, weight, {false, stride, padding, dilation, 0, groups}, parts, mx::to_stream(s));
}

mx::array fused_conv_transpose1d(
    const mx::array& input, const mx::array& weight, int stride, int padding, int dilation, int output_padding,
    int groups, const ConvolutionParts& parts, mx::StreamOrDevice s) {
  return fused(input, weight, {true, stride, padding, dilation, output_padding, groups}, parts, mx::to_stream(s));
}

} // namespace cmlx
