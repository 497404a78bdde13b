// What the CPU primitives have in common: how they run on a stream, where their results lie, and how MLX
// differentiates and vectorizes them.
#pragma once

#include "kernels.h"
#include "parallel.h"
#include "strided.h"

#include <mlx/mlx.h>
#include <mlx/primitives.h>

#include <functional>
#include <utility>
#include <vector>

namespace cmlx {

// A primitive, with one output as a rule. Derivatives and vectorization follow from `plain`, the same function made of other
// operations, unless a subclass knows better.
class Operation : public mx::Primitive {
 public:
  using mx::Primitive::Primitive;

  virtual mx::array plain(const std::vector<mx::array>& inputs) = 0;
  virtual void compute(const std::vector<mx::array>& inputs, mx::array& out) = 0;

  // For a primitive with more outputs than one, which then has no derivative.
  virtual void compute_all(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) {
    compute(inputs, outputs[0]);
  }

  void eval_cpu(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) final;
  void eval_gpu(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) final;

  std::vector<mx::array> vjp(
      const std::vector<mx::array>& primals, const std::vector<mx::array>& cotangents,
      const std::vector<int>& argnums, const std::vector<mx::array>& outputs) override;
  std::vector<mx::array> jvp(
      const std::vector<mx::array>& primals, const std::vector<mx::array>& tangents,
      const std::vector<int>& argnums) override;
  std::pair<std::vector<mx::array>, std::vector<int>> vmap(
      const std::vector<mx::array>& inputs, const std::vector<int>& axes) override;

 protected:
  // Runs `work` on the stream's thread after everything submitted before. It must hold raw pointers and values
  // only: MLX keeps the inputs and the output alive until it has run.
  void submit(std::function<void()> work);

  // Keeps an array alive until everything submitted so far has run.
  void keep(const mx::array& array);

  // `array` itself if its elements lie in order without gaps, else a copy that does, made on the stream.
  mx::array contiguous(const mx::array& array);
};

// Gives `out` row-major memory, aligned for vectors.
void allocate(mx::array& out);

// Whether our primitives compute in this type on this stream.
bool computes(mx::Dtype dtype);
bool is_cpu(const mx::Stream& stream);

Storage storage_of(const mx::array& array);

StridedView view_of(const mx::array& array);

// Axis `axis` moved to the front if it is a vectorized one (not negative).
mx::array to_front(const mx::array& array, int axis, const mx::Stream& stream);

} // namespace cmlx
