// Operations that swallow the ones around them. The graph is built before anything is computed: when an operation is
// added to it whose operand is a convolution (or a convolution whose operand is a snake) that nothing has computed
// yet, one primitive that does both takes their place. The inner one is then never computed, unless something else
// asks for it.
#pragma once

#include <mlx/mlx.h>

#include <optional>

namespace cmlx {

namespace mx = mlx::core;

// convolution + addend as one primitive, if `convolution` is one that can take it: `addend` a bias (one value per
// channel) or of the output's shape.
std::optional<mx::array> add_to_convolution(
    const mx::array& convolution, const mx::array& addend, const mx::Stream& s);

} // namespace cmlx
