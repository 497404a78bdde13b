#include "cpu_ops.h"

#include <mlx/fast.h>

namespace cmlx {

mx::array matmul(const mx::array& a, const mx::array& b, mx::StreamOrDevice s) { return mx::matmul(a, b, s); }

mx::array addmm(
    const mx::array& c, const mx::array& a, const mx::array& b, float alpha, float beta, mx::StreamOrDevice s) {
  return mx::addmm(c, a, b, alpha, beta, s);
}

mx::array conv1d(
    const mx::array& input, const mx::array& weight, int stride, int padding, int dilation, int groups,
    mx::StreamOrDevice s) {
  return mx::conv1d(input, weight, stride, padding, dilation, groups, s);
}

mx::array conv_transpose1d(
    const mx::array& input, const mx::array& weight, int stride, int padding, int dilation, int output_padding,
    int groups, mx::StreamOrDevice s) {
  return mx::conv_transpose1d(input, weight, stride, padding, dilation, output_padding, groups, s);
}

} // namespace cmlx
