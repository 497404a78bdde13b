#include "cpu_ops.h"

#include <mlx/fast.h>

namespace cmlx {

mx::array quantized_matmul(
    const mx::array& x, const mx::array& w, const mx::array& scales, const std::optional<mx::array>& biases,
    bool transpose, std::optional<int> group_size, std::optional<int> bits, const std::string& mode,
    mx::StreamOrDevice s) {
  return mx::quantized_matmul(x, w, scales, biases, transpose, group_size, bits, mode, s);
}

mx::array scaled_dot_product_attention(
    const mx::array& q, const mx::array& k, const mx::array& v, float scale, const std::string& mask_mode,
    const std::optional<mx::array>& mask, mx::StreamOrDevice s) {
  return mx::fast::scaled_dot_product_attention(q, k, v, scale, mask_mode, mask, std::nullopt, false, s);
}

mx::array rms_norm(const mx::array& x, const std::optional<mx::array>& weight, float eps, mx::StreamOrDevice s) {
  return mx::fast::rms_norm(x, weight, eps, s);
}

mx::array rope(
    const mx::array& x, int dims, bool traditional, std::optional<float> base, float scale, int offset,
    const std::optional<mx::array>& freqs, mx::StreamOrDevice s) {
  return mx::fast::rope(x, dims, traditional, base, scale, offset, freqs, s);
}

mx::array snake(const mx::array& x, const mx::array& alpha, const mx::array& beta, mx::StreamOrDevice s) {
  auto sine = mx::sin(mx::multiply(alpha, x, s), s);
  auto denominator = mx::add(beta, mx::array(1e-9f, beta.dtype()), s);
  return mx::add(x, mx::divide(mx::square(sine, s), denominator, s), s);
}

mx::array swiglu(const mx::array& gate, const mx::array& up, mx::StreamOrDevice s) {
  return mx::multiply(mx::multiply(gate, mx::sigmoid(gate, s), s), up, s);
}

mx::array modulated_rms_norm(
    const mx::array& x, const mx::array& weight, const mx::array& scale, const mx::array& shift, float eps,
    mx::StreamOrDevice s) {
  auto normed = mx::fast::rms_norm(x, weight, eps, s);
  auto gain = mx::add(scale, mx::array(1.0f, scale.dtype()), s);
  return mx::add(mx::multiply(normed, gain, s), shift, s);
}

mx::array windowed_attention(
    const mx::array& q, const mx::array& k, const mx::array& v, float scale, int window, mx::StreamOrDevice s) {
  const int length = q.shape(2);
  auto position = mx::arange(0, length, s);
  auto distance =
      mx::abs(mx::subtract(mx::expand_dims(position, 1, s), mx::expand_dims(position, 0, s), s), s);
  auto mask = mx::less_equal(distance, mx::array(window), s);
  return mx::fast::scaled_dot_product_attention(q, k, v, scale, "", mask, std::nullopt, false, s);
}

} // namespace cmlx
