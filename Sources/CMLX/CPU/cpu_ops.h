// CPU primitives that stand in for libmlx's own where those are slow. Each function has the signature and the
// semantics of its namesake in mlx::core; it uses a primitive of ours when the stream is a CPU stream and the
// types and shapes are covered, and calls mlx::core otherwise. The caller need not know which.
#pragma once

#include <mlx/mlx.h>

#include <optional>
#include <string>

namespace cmlx {

namespace mx = mlx::core;

mx::array matmul(const mx::array& a, const mx::array& b, mx::StreamOrDevice s);

// alpha * a @ b + beta * c
mx::array addmm(
    const mx::array& c, const mx::array& a, const mx::array& b, float alpha, float beta, mx::StreamOrDevice s);

// input (N, L, Cin), weight (Cout, K, Cin / groups)
mx::array conv1d(
    const mx::array& input, const mx::array& weight, int stride, int padding, int dilation, int groups,
    mx::StreamOrDevice s);

// input (N, L, Cin), weight (Cout, K, Cin / groups)
mx::array conv_transpose1d(
    const mx::array& input, const mx::array& weight, int stride, int padding, int dilation, int output_padding,
    int groups, mx::StreamOrDevice s);

// What may stand around a convolution, done in the same pass over memory:
//   conv(snake(input, alpha, beta), weight) + bias + residual
// alpha and beta (Cin) are snake's, see below; bias is (Cout); residual broadcasts to the output.
struct ConvolutionParts {
  std::optional<mx::array> alpha, beta, bias, residual;
};

// As conv1d and conv_transpose1d, with the parts. On streams and types that are not ours: the same made of several
// operations.
mx::array fused_conv1d(
    const mx::array& input, const mx::array& weight, int stride, int padding, int dilation, int groups,
    const ConvolutionParts& parts, mx::StreamOrDevice s);
mx::array fused_conv_transpose1d(
    const mx::array& input, const mx::array& weight, int stride, int padding, int dilation, int output_padding,
    int groups, const ConvolutionParts& parts, mx::StreamOrDevice s);

mx::array quantized_matmul(
    const mx::array& x, const mx::array& w, const mx::array& scales, const std::optional<mx::array>& biases,
    bool transpose, std::optional<int> group_size, std::optional<int> bits, const std::string& mode,
    mx::StreamOrDevice s);

// Linear layers in 8-bit integers. A weight (N, K) has one scale per row, its largest magnitude / 127, and is the
// integers of int8_round times those. int8_pack brings integers into the order that int8_linear reads; it is not
// defined otherwise. int8_linear(x (..., K)) is x @ w.T + bias, for which each row of x is rounded to integers in the
// same way, unless the processor has no products of integers: then the weights are widened.
mx::array int8_scales(const mx::array& w, mx::StreamOrDevice s);
mx::array int8_round(const mx::array& w, const mx::array& scales, mx::StreamOrDevice s);
mx::array int8_pack(const mx::array& w, mx::StreamOrDevice s);
mx::array int8_linear(
    const mx::array& x, const mx::array& packed, const mx::array& scales, const std::optional<mx::array>& bias,
    mx::StreamOrDevice s);

// q (B, H, L, D), k and v (B, Hkv, S, D); mask_mode "" (none or the given mask), "causal" or "array"
mx::array scaled_dot_product_attention(
    const mx::array& q, const mx::array& k, const mx::array& v, float scale, const std::string& mask_mode,
    const std::optional<mx::array>& mask, mx::StreamOrDevice s);

mx::array rms_norm(const mx::array& x, const std::optional<mx::array>& weight, float eps, mx::StreamOrDevice s);

mx::array rope(
    const mx::array& x, int dims, bool traditional, std::optional<float> base, float scale, int offset,
    const std::optional<mx::array>& freqs, mx::StreamOrDevice s);

// Elementwise functions as in mx, which computes them with one thread. Operands broadcast; those in float32 and
// bfloat16 may be mixed without a conversion before.
mx::array astype(const mx::array& x, mx::Dtype dtype, mx::StreamOrDevice s);
mx::array add(const mx::array& a, const mx::array& b, mx::StreamOrDevice s);
mx::array subtract(const mx::array& a, const mx::array& b, mx::StreamOrDevice s);
mx::array multiply(const mx::array& a, const mx::array& b, mx::StreamOrDevice s);
mx::array divide(const mx::array& a, const mx::array& b, mx::StreamOrDevice s);
mx::array exp(const mx::array& x, mx::StreamOrDevice s);
mx::array sigmoid(const mx::array& x, mx::StreamOrDevice s);

// The fused functions that mlx-swift does not have.

// x * sigmoid(x)
mx::array silu(const mx::array& x, mx::StreamOrDevice s);

// x + sin^2(alpha * x) / (beta + 1e-9); x (N, L, C), alpha and beta (C), both already out of their log scale
mx::array snake(const mx::array& x, const mx::array& alpha, const mx::array& beta, mx::StreamOrDevice s);

// silu(gate) * up, elementwise
mx::array swiglu(const mx::array& gate, const mx::array& up, mx::StreamOrDevice s);

// rms_norm(x, weight, eps) * (1 + scale) + shift; scale and shift broadcast against x (B, 1, D)
mx::array modulated_rms_norm(
    const mx::array& x, const mx::array& weight, const mx::array& scale, const mx::array& shift, float eps,
    mx::StreamOrDevice s);

// Attention whose row i sees columns |i - j| <= window only; q, k, v as above with one sequence length.
mx::array windowed_attention(
    const mx::array& q, const mx::array& k, const mx::array& v, float scale, int window, mx::StreamOrDevice s);

// One layer of a causal transformer (Qwen3's) for one token of each sequence:
//
//   h = x + o(attention(rope(q_norm(q(input_norm(x)))), ...)), result = h + down(silu(gate(post_norm(h))) * up(...))
//
// x is float32 (B, 1, width); keys and values are (B, heads, room, head), of which `length` columns are in use; this
// token's are written into the next one. rotations is float32 (B, head): cosines, then sines, of half a head; begins
// is int32 (B): the first column that each sequence sees. weights holds the norms input, q, k and post, then the
// matrices q, k, v, o, gate, up and down, each (outputs, inputs), or packed for 8 bits and followed by its scales.
// Returns the result, and keys and values, in their place if nobody else holds them.
std::vector<mx::array> decoder_layer(
    const mx::array& x, const mx::array& keys, const mx::array& values, const mx::array& rotations,
    const mx::array& begins, const std::vector<mx::array>& weights, int length, float epsilon,
    mx::StreamOrDevice s);

// Whether that function can run there, with weights in 8 bits if asked.
bool has_decoder_layer(bool int8, mx::StreamOrDevice s);

} // namespace cmlx
