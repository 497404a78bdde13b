// Products, convolutions, quantisation. Where CPU/cpu_ops.h has a function, that one is called.
#include "bridge.h"

#include <mlx/einsum.h>
#include <mlx/linalg.h>

#include <algorithm>

using namespace cmlx;

cmlx_array* cmlx_matmul(const cmlx_array* a, const cmlx_array* b, cmlx_stream s) {
  return made([&] { return cmlx::matmul(get(a), get(b), stream(s)); });
}

cmlx_array* cmlx_inner(const cmlx_array* a, const cmlx_array* b, cmlx_stream s) {
  return made([&] { return mx::inner(get(a), get(b), stream(s)); });
}

cmlx_array* cmlx_kron(const cmlx_array* a, const cmlx_array* b, cmlx_stream s) {
  return made([&] { return mx::kron(get(a), get(b), stream(s)); });
}

cmlx_array* cmlx_outer(const cmlx_array* a, const cmlx_array* b, cmlx_stream s) {
  return made([&] { return mx::outer(get(a), get(b), stream(s)); });
}

cmlx_array* cmlx_addmm(
    const cmlx_array* c, const cmlx_array* a, const cmlx_array* b, float alpha, float beta, cmlx_stream s) {
  return made([&] { return cmlx::addmm(get(c), get(a), get(b), alpha, beta, stream(s)); });
}

cmlx_array* cmlx_tensordot(
    const cmlx_array* a, const cmlx_array* b, const int32_t* a_axes, const int32_t* b_axes, size_t count,
    cmlx_stream s) {
  return made(
      [&] { return mx::tensordot(get(a), get(b), ints(a_axes, count), ints(b_axes, count), stream(s)); });
}

cmlx_array* cmlx_einsum(const char* subscripts, cmlx_array* const* operands, size_t count, cmlx_stream s) {
  return made([&] { return mx::einsum(subscripts, get(operands, count), stream(s)); });
}

cmlx_array* cmlx_gather_mm(
    const cmlx_array* a, const cmlx_array* b, const cmlx_array* a_indices, const cmlx_array* b_indices, bool sorted,
    cmlx_stream s) {
  return made(
      [&] { return mx::gather_mm(get(a), get(b), optional(a_indices), optional(b_indices), sorted, stream(s)); });
}

cmlx_array* cmlx_norm(
    const cmlx_array* a, const double* ord, const int32_t* axes, size_t count, bool keep_dims, cmlx_stream s) {
  return made([&] {
    auto axis = axes == nullptr ? std::nullopt : std::make_optional(ints(axes, count));
    return ord == nullptr ? mx::linalg::norm(get(a), axis, keep_dims, stream(s))
                          : mx::linalg::norm(get(a), *ord, axis, keep_dims, stream(s));
  });
}

namespace {

// What libmlx and BLAS take for granted.
void check_convolution(const cmlx_array* input, const cmlx_array* weight, int groups) {
  if (groups < 1) {
    throw std::invalid_argument("[conv] the number of groups must be positive");
  }
  const auto& kernel = get(weight).shape();
  const bool has_empty = std::find(kernel.begin(), kernel.end(), 0) != kernel.end();
  if (has_empty || (get(input).ndim() > 0 && get(input).shape(-1) == 0)) {
    throw std::invalid_argument("[conv] there must be channels and a kernel");
  }
}

std::pair<int, int> pair(const int32_t* values) { return {values[0], values[1]}; }

} // namespace

cmlx_array* cmlx_conv1d(
    const cmlx_array* input, const cmlx_array* weight, int32_t stride, int32_t padding, int32_t dilation,
    int32_t groups, cmlx_stream s) {
  return made([&] {
    check_convolution(input, weight, groups);
    return cmlx::conv1d(get(input), get(weight), stride, padding, dilation, groups, stream(s));
  });
}

cmlx_array* cmlx_conv_transpose1d(
    const cmlx_array* input, const cmlx_array* weight, int32_t stride, int32_t padding, int32_t dilation,
    int32_t output_padding, int32_t groups, cmlx_stream s) {
  return made([&] {
    check_convolution(input, weight, groups);
    return cmlx::conv_transpose1d(
        get(input), get(weight), stride, padding, dilation, output_padding, groups, stream(s));
  });
}

cmlx_array* cmlx_conv2d(
    const cmlx_array* input, const cmlx_array* weight, const int32_t* stride, const int32_t* padding,
    const int32_t* dilation, int32_t groups, cmlx_stream s) {
  return made([&] {
    check_convolution(input, weight, groups);
    return mx::conv2d(get(input), get(weight), pair(stride), pair(padding), pair(dilation), groups, stream(s));
  });
}

cmlx_array* cmlx_conv_transpose2d(
    const cmlx_array* input, const cmlx_array* weight, const int32_t* stride, const int32_t* padding,
    const int32_t* dilation, const int32_t* output_padding, int32_t groups, cmlx_stream s) {
  return made([&] {
    check_convolution(input, weight, groups);
    return mx::conv_transpose2d(
        get(input), get(weight), pair(stride), pair(padding), pair(dilation), pair(output_padding), groups, stream(s));
  });
}

cmlx_array* cmlx_conv_general(
    const cmlx_array* input, const cmlx_array* weight, const int32_t* stride, size_t stride_count,
    const int32_t* padding_low, size_t padding_low_count, const int32_t* padding_high, size_t padding_high_count,
    const int32_t* kernel_dilation, size_t kernel_dilation_count, const int32_t* input_dilation,
    size_t input_dilation_count, int32_t groups, bool flip, cmlx_stream s) {
  return made([&] {
    check_convolution(input, weight, groups);
    return mx::conv_general(
        get(input), get(weight), ints(stride, stride_count), ints(padding_low, padding_low_count),
        ints(padding_high, padding_high_count), ints(kernel_dilation, kernel_dilation_count),
        ints(input_dilation, input_dilation_count), groups, flip, stream(s));
  });
}

cmlx_list* cmlx_quantize(
    const cmlx_array* w, cmlx_optional_int group_size, cmlx_optional_int bits, const char* mode,
    const cmlx_array* global_scale, cmlx_stream s) {
  return made_list([&] {
    return mx::quantize(get(w), optional(group_size), optional(bits), mode, optional(global_scale), stream(s));
  });
}

cmlx_array* cmlx_dequantize(
    const cmlx_array* w, const cmlx_array* scales, const cmlx_array* biases, cmlx_optional_int group_size,
    cmlx_optional_int bits, const char* mode, const cmlx_array* global_scale, cmlx_optional_dtype type,
    cmlx_stream s) {
  return made([&] {
    return mx::dequantize(
        get(w), get(scales), optional(biases), optional(group_size), optional(bits), mode, optional(global_scale),
        optional(type), stream(s));
  });
}

cmlx_array* cmlx_quantized_matmul(
    const cmlx_array* x, const cmlx_array* w, const cmlx_array* scales, const cmlx_array* biases, bool transpose,
    cmlx_optional_int group_size, cmlx_optional_int bits, const char* mode, cmlx_stream s) {
  return made([&] {
    if (get(x).size() == 0 && get(x).ndim() > 0) {
      // libmlx divides by a size here. Without elements the values of the matrix don't matter.
      auto full = mx::dequantize(
          get(w), get(scales), optional(biases), optional(group_size), optional(bits), mode, std::nullopt,
          get(x).dtype(), stream(s));
      return mx::matmul(get(x), transpose ? mx::swapaxes(full, -1, -2, stream(s)) : full, stream(s));
    }
    return cmlx::quantized_matmul(
        get(x), get(w), get(scales), optional(biases), transpose, optional(group_size), optional(bits), mode,
        stream(s));
  });
}

cmlx_array* cmlx_gather_qmm(
    const cmlx_array* x, const cmlx_array* w, const cmlx_array* scales, const cmlx_array* biases,
    const cmlx_array* x_indices, const cmlx_array* w_indices, bool transpose, cmlx_optional_int group_size,
    cmlx_optional_int bits, const char* mode, bool sorted, cmlx_stream s) {
  return made([&] {
    return mx::gather_qmm(
        get(x), get(w), get(scales), optional(biases), optional(x_indices), optional(w_indices), transpose,
        optional(group_size), optional(bits), mode, std::nullopt, sorted, stream(s));
  });
}
