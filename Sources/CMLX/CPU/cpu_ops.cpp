#include "cpu_ops.h"

namespace cmlx {

mx::array quantized_matmul(
    const mx::array& x, const mx::array& w, const mx::array& scales, const std::optional<mx::array>& biases,
    bool transpose, std::optional<int> group_size, std::optional<int> bits, const std::string& mode,
    mx::StreamOrDevice s) {
  return mx::quantized_matmul(x, w, scales, biases, transpose, group_size, bits, mode, s);
}

} // namespace cmlx
