// Elementwise functions of one to three operands that broadcast against each other.
#include "elementwise.h"
#include "cpu_ops.h"
#include "fusion.h"
#include "operation.h"

#include <algorithm>
#include <array>

namespace cmlx {

namespace {

constexpr int64_t kGrain = 1 << 14; // elements that are worth a thread's while

mx::array scalar(float value, mx::Dtype type) { return mx::array(value, type); }

} // namespace

Map::Map(mx::Stream stream, MapFunction function, mx::Dtype type)
    : Operation(stream), function_(function), type_(type) {}

bool Map::is_equivalent(const mx::Primitive& other) const {
  const auto& map = static_cast<const Map&>(other);
  return function_ == map.function_ && type_ == map.type_;
}

std::vector<mx::Shape> Map::output_shapes(const std::vector<mx::array>& inputs) {
  mx::Shape shape = inputs[0].shape();
  for (const auto& input : inputs) shape = mx::broadcast_shapes(shape, input.shape());
  return {shape};
}

mx::array Map::plain(const std::vector<mx::array>& inputs) {
  const auto& s = stream();
  switch (function_) {
    case MapFunction::copy:
      return mx::astype(inputs[0], type_, s);
    case MapFunction::add:
      return mx::add(inputs[0], inputs[1], s);
    case MapFunction::subtract:
      return mx::subtract(inputs[0], inputs[1], s);
    case MapFunction::multiply:
      return mx::multiply(inputs[0], inputs[1], s);
    case MapFunction::divide:
      return mx::divide(inputs[0], inputs[1], s);
    case MapFunction::exp:
      return mx::exp(inputs[0], s);
    case MapFunction::sigmoid:
      return mx::sigmoid(inputs[0], s);
    case MapFunction::silu:
      return cmlx::multiply(inputs[0], cmlx::sigmoid(inputs[0], s), s);
    case MapFunction::swiglu:
      return cmlx::multiply(cmlx::silu(inputs[0], s), inputs[1], s);
    case MapFunction::snake: {
      const auto &x = inputs[0], &alpha = inputs[1], &beta = inputs[2];
      auto sine = mx::sin(cmlx::multiply(alpha, x, s), s);
      auto denominator = mx::add(beta, scalar(1e-9f, beta.dtype()), s);
      return cmlx::add(x, cmlx::divide(mx::square(sine, s), denominator, s), s);
    }
  }
  throw std::logic_error("[Map] unknown function.");
}

std::vector<mx::array> Map::vjp(
    const std::vector<mx::array>& primals, const std::vector<mx::array>& cotangents, const std::vector<int>& argnums,
    const std::vector<mx::array>& outputs) {
  const auto& s = stream();
  const auto& g = cotangents[0];
  std::vector<mx::array> results;
  for (int argument : argnums) {
    const auto type = primals[argument].dtype();
    if (function_ == MapFunction::add || function_ == MapFunction::copy) {
      results.push_back(cmlx::astype(g, type, s));
    } else if (function_ == MapFunction::subtract) {
      results.push_back(cmlx::astype(argument == 0 ? g : mx::negative(g, s), type, s));
    } else if (function_ == MapFunction::multiply) {
      results.push_back(cmlx::astype(cmlx::multiply(g, primals[1 - argument], s), type, s));
    } else {
      return Operation::vjp(primals, cotangents, argnums, outputs);
    }
  }
  return results;
}

namespace {

// The axes that all operands and the output have in common, joined where all of them lie behind one another.
struct Nest {
  mx::Shape shape;
  std::vector<mx::Strides> strides; // one for each operand

  Nest(const mx::Shape& full, const std::vector<mx::array>& operands) : strides(operands.size()) {
    // An operand's stride along an axis of the result: none where it repeats.
    auto stride = [&](const mx::array& operand, size_t axis) -> int64_t {
      const int own = int(axis) - int(full.size() - operand.ndim());
      return own < 0 || (operand.shape(own) == 1 && full[axis] != 1) ? 0 : operand.strides(own);
    };
    for (size_t axis = 0; axis < full.size(); ++axis) {
      if (full[axis] == 1) continue;
      bool joins = !shape.empty() && int64_t(shape.back()) * full[axis] < (int64_t(1) << 31);
      for (size_t i = 0; joins && i < operands.size(); ++i) {
        joins = strides[i].back() == stride(operands[i], axis) * full[axis];
      }
      if (joins) {
        shape.back() *= full[axis];
      } else {
        shape.push_back(full[axis]);
      }
      for (size_t i = 0; i < operands.size(); ++i) {
        if (joins) {
          strides[i].back() = stride(operands[i], axis);
        } else {
          strides[i].push_back(stride(operands[i], axis));
        }
      }
    }
    if (shape.empty()) {
      shape.push_back(1);
      for (auto& operand : strides) operand.push_back(1);
    }
  }
};

} // namespace

void Map::compute(const std::vector<mx::array>& inputs, mx::array& out) {
  bool donated = false;
  for (size_t i = 0; i < inputs.size() && !donated; ++i) {
    if (inputs[i].is_donatable() && inputs[i].flags().row_contiguous && inputs[i].dtype() == out.dtype() &&
        inputs[i].size() == out.size()) {
      out.copy_shared_buffer(inputs[i]);
      donated = true;
    }
  }
  if (!donated) allocate(out);
  if (out.size() == 0) return;

  std::vector<mx::array> operands = inputs;
  Nest nest(out.shape(), operands);
  for (size_t i = 0; i < operands.size(); ++i) {
    if (nest.strides[i].back() != 0 && nest.strides[i].back() != 1) operands[i] = contiguous(operands[i]);
  }
  nest = Nest(out.shape(), operands);
  MapCall call{.function = function_, .count = 0, .operands = {}, .out = out.data<void>(),
               .out_storage = storage_of(out)};
  std::array<RowOffsets, 3> offsets;
  for (size_t i = 0; i < operands.size(); ++i) {
    call.operands[i] = {operands[i].data<void>(), storage_of(operands[i]), nest.strides[i].back() == 0};
    offsets[i] = RowOffsets(nest.shape, nest.strides[i]);
  }
  const size_t arity = operands.size();
  const int64_t row = nest.shape.back(), rows = int64_t(out.size()) / row;
  submit([call, offsets, arity, row, rows] {
    const Kernels& kernel = kernels();
    auto run = [&](int64_t index, int64_t begin, int64_t count) {
      MapCall part = call;
      part.count = count;
      part.out = advance(call.out, call.out_storage, index * row + begin);
      for (size_t i = 0; i < arity; ++i) {
        auto& operand = part.operands[i];
        operand.data = advance(operand.data, operand.storage, offsets[i](index) + (operand.repeats ? 0 : begin));
      }
      kernel.map(part);
    };
    if (rows == 1) {
      parallel_ranges(row, kGrain, [&](int64_t begin, int64_t end) { run(0, begin, end - begin); });
    } else {
      parallel_ranges(rows, std::max<int64_t>(1, kGrain / row), [&](int64_t begin, int64_t end) {
        for (int64_t index = begin; index < end; ++index) run(index, 0, row);
      });
    }
  });
}

namespace {

// The function as one primitive, or nothing if the operands are not ours.
std::optional<mx::array> map(MapFunction function, const std::vector<mx::array>& operands, const mx::Stream& s) {
  if (!is_cpu(s)) return std::nullopt;
  auto type = operands[0].dtype();
  mx::Shape shape = operands[0].shape();
  for (const auto& operand : operands) {
    if (!computes(operand.dtype())) return std::nullopt;
    type = mx::promote_types(type, operand.dtype());
    shape = mx::broadcast_shapes(shape, operand.shape());
  }
  std::vector<mx::array> inputs;
  for (const auto& operand : operands) {
    // Derivatives of the basic functions are for operands of one shape; those of snake broadcast by themselves.
    const bool fits = operand.shape() == shape || function == MapFunction::snake;
    inputs.push_back(fits ? operand : mx::broadcast_to(operand, shape, s));
  }
  return mx::array(shape, type, std::make_shared<Map>(s, function, type), inputs);
}

} // namespace

mx::array astype(const mx::array& x, mx::Dtype dtype, mx::StreamOrDevice s) {
  const auto stream = mx::to_stream(s);
  if (x.dtype() == dtype) return x;
  if (!is_cpu(stream) || !computes(x.dtype()) || !computes(dtype)) return mx::astype(x, dtype, s);
  return mx::array(x.shape(), dtype, std::make_shared<Map>(stream, MapFunction::copy, dtype), {x});
}

mx::array add(const mx::array& a, const mx::array& b, mx::StreamOrDevice s) {
  const auto stream = mx::to_stream(s);
  if (auto fused = add_to_convolution(a, b, stream)) return *fused;
  if (auto fused = add_to_convolution(b, a, stream)) return *fused;
  auto result = map(MapFunction::add, {a, b}, stream);
  return result ? *result : mx::add(a, b, s);
}

mx::array subtract(const mx::array& a, const mx::array& b, mx::StreamOrDevice s) {
  auto result = map(MapFunction::subtract, {a, b}, mx::to_stream(s));
  return result ? *result : mx::subtract(a, b, s);
}

mx::array multiply(const mx::array& a, const mx::array& b, mx::StreamOrDevice s) {
  auto result = map(MapFunction::multiply, {a, b}, mx::to_stream(s));
  return result ? *result : mx::multiply(a, b, s);
}

mx::array divide(const mx::array& a, const mx::array& b, mx::StreamOrDevice s) {
  auto result = map(MapFunction::divide, {a, b}, mx::to_stream(s));
  return result ? *result : mx::divide(a, b, s);
}

mx::array exp(const mx::array& x, mx::StreamOrDevice s) {
  auto result = map(MapFunction::exp, {x}, mx::to_stream(s));
  return result ? *result : mx::exp(x, s);
}

mx::array sigmoid(const mx::array& x, mx::StreamOrDevice s) {
  auto result = map(MapFunction::sigmoid, {x}, mx::to_stream(s));
  return result ? *result : mx::sigmoid(x, s);
}

mx::array silu(const mx::array& x, mx::StreamOrDevice s) {
  auto result = map(MapFunction::silu, {x}, mx::to_stream(s));
  return result ? *result : mx::multiply(x, mx::sigmoid(x, s), s);
}

mx::array swiglu(const mx::array& gate, const mx::array& up, mx::StreamOrDevice s) {
  auto result = map(MapFunction::swiglu, {gate, up}, mx::to_stream(s));
  return result ? *result : mx::multiply(silu(gate, s), up, s);
}

mx::array snake(const mx::array& x, const mx::array& alpha, const mx::array& beta, mx::StreamOrDevice s) {
  if (auto result = map(MapFunction::snake, {x, alpha, beta}, mx::to_stream(s))) return *result;
  auto sine = mx::sin(mx::multiply(alpha, x, s), s);
  auto denominator = mx::add(beta, scalar(1e-9f, beta.dtype()), s);
  return mx::add(x, mx::divide(mx::square(sine, s), denominator, s), s);
}

} // namespace cmlx
