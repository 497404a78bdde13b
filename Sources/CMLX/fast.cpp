// Fused functions. Where CPU/cpu_ops.h has a function, that one is called.
#include "CPU/int8.h"
#include "bridge.h"

#include <mlx/fast.h>

using namespace cmlx;

namespace {
// libmlx divides by the number of heads.
void check_heads(const cmlx_array* q, const cmlx_array* k) {
  for (const auto* a : {q, k}) {
    if (get(a).ndim() == 4 && get(a).shape(1) == 0) {
      throw std::invalid_argument("[scaled_dot_product_attention] there must be heads");
    }
  }
}
} // namespace

cmlx_array* cmlx_fast_attention(
    const cmlx_array* q, const cmlx_array* k, const cmlx_array* v, float scale, const char* mask_mode,
    const cmlx_array* mask, const cmlx_array* sinks, cmlx_stream s) {
  return made([&] {
    check_heads(q, k);
    if (sinks != nullptr) {
      return mx::fast::scaled_dot_product_attention(
          get(q), get(k), get(v), scale, mask_mode, optional(mask), optional(sinks), false, stream(s));
    }
    return cmlx::scaled_dot_product_attention(get(q), get(k), get(v), scale, mask_mode, optional(mask), stream(s));
  });
}

cmlx_array* cmlx_fast_rms_norm(const cmlx_array* x, const cmlx_array* weight, float eps, cmlx_stream s) {
  return made([&] { return cmlx::rms_norm(get(x), optional(weight), eps, stream(s)); });
}

cmlx_array* cmlx_fast_layer_norm(
    const cmlx_array* x, const cmlx_array* weight, const cmlx_array* bias, float eps, cmlx_stream s) {
  return made([&] { return mx::fast::layer_norm(get(x), optional(weight), optional(bias), eps, stream(s)); });
}

cmlx_array* cmlx_fast_rope(
    const cmlx_array* x, int32_t dims, bool traditional, cmlx_optional_float base, float scale, int32_t offset,
    const cmlx_array* freqs, cmlx_stream s) {
  return made([&] {
    return cmlx::rope(get(x), dims, traditional, optional(base), scale, offset, optional(freqs), stream(s));
  });
}

cmlx_array* cmlx_fast_rope_dynamic(
    const cmlx_array* x, int32_t dims, bool traditional, cmlx_optional_float base, float scale,
    const cmlx_array* offset, const cmlx_array* freqs, cmlx_stream s) {
  return made([&] {
    return mx::fast::rope(
        get(x), dims, traditional, optional(base), scale, get(offset), optional(freqs), stream(s));
  });
}

cmlx_array* cmlx_fast_int8_scales(const cmlx_array* w, cmlx_stream s) {
  return made([&] { return cmlx::int8_scales(get(w), stream(s)); });
}

cmlx_array* cmlx_fast_int8_round(const cmlx_array* w, const cmlx_array* scales, cmlx_stream s) {
  return made([&] { return cmlx::int8_round(get(w), get(scales), stream(s)); });
}

cmlx_array* cmlx_fast_int8_pack(const cmlx_array* w, cmlx_stream s) {
  return made([&] { return cmlx::int8_pack(get(w), stream(s)); });
}

cmlx_array* cmlx_fast_int8_linear(
    const cmlx_array* x, const cmlx_array* packed, const cmlx_array* scales, const cmlx_array* bias, cmlx_stream s) {
  return made([&] { return cmlx::int8_linear(get(x), get(packed), get(scales), optional(bias), stream(s)); });
}

bool cmlx_cpu_has_int8_products(void) { return int8::kernels() != nullptr; }

cmlx_array* cmlx_fast_snake(const cmlx_array* x, const cmlx_array* alpha, const cmlx_array* beta, cmlx_stream s) {
  return made([&] { return cmlx::snake(get(x), get(alpha), get(beta), stream(s)); });
}

cmlx_array* cmlx_fast_conv1d(
    const cmlx_array* input, const cmlx_array* weight, int32_t stride, int32_t padding, int32_t dilation,
    int32_t groups, const cmlx_array* alpha, const cmlx_array* beta, const cmlx_array* bias,
    const cmlx_array* residual, cmlx_stream s) {
  return made([&] {
    const ConvolutionParts parts{optional(alpha), optional(beta), optional(bias), optional(residual)};
    return cmlx::fused_conv1d(get(input), get(weight), stride, padding, dilation, groups, parts, stream(s));
  });
}

cmlx_array* cmlx_fast_conv_transpose1d(
    const cmlx_array* input, const cmlx_array* weight, int32_t stride, int32_t padding, int32_t dilation,
    int32_t output_padding, int32_t groups, const cmlx_array* alpha, const cmlx_array* beta, const cmlx_array* bias,
    const cmlx_array* residual, cmlx_stream s) {
  return made([&] {
    const ConvolutionParts parts{optional(alpha), optional(beta), optional(bias), optional(residual)};
    return cmlx::fused_conv_transpose1d(
        get(input), get(weight), stride, padding, dilation, output_padding, groups, parts, stream(s));
  });
}

cmlx_array* cmlx_fast_swiglu(const cmlx_array* gate, const cmlx_array* up, cmlx_stream s) {
  return made([&] { return cmlx::swiglu(get(gate), get(up), stream(s)); });
}

cmlx_array* cmlx_fast_modulated_rms_norm(
    const cmlx_array* x, const cmlx_array* weight, const cmlx_array* scale, const cmlx_array* shift, float eps,
    cmlx_stream s) {
  return made([&] {
    return cmlx::modulated_rms_norm(get(x), get(weight), get(scale), get(shift), eps, stream(s));
  });
}

cmlx_array* cmlx_fast_windowed_attention(
    const cmlx_array* q, const cmlx_array* k, const cmlx_array* v, float scale, int32_t window, cmlx_stream s) {
  return made([&] {
    check_heads(q, k);
    return cmlx::windowed_attention(get(q), get(k), get(v), scale, window, stream(s));
  });
}

cmlx_list* cmlx_fast_decoder_layer(
    const cmlx_array* x, const cmlx_array* keys, const cmlx_array* values, const cmlx_array* rotations,
    const cmlx_array* begins, cmlx_array* const* weights, size_t weight_count, int32_t length, float eps,
    cmlx_stream s) {
  return made_list([&] {
    std::vector<mx::array> all;
    for (size_t i = 0; i < weight_count; ++i) all.push_back(get(weights[i]));
    return cmlx::decoder_layer(
        get(x), get(keys), get(values), get(rotations), get(begins), all, length, eps, stream(s));
  });
}

bool cmlx_fast_has_decoder_layer(bool int8, cmlx_stream s) {
  return guarded(false, [&] { return cmlx::has_decoder_layer(int8, stream(s)); });
}
