// The primitive behind the elementwise functions.
#pragma once

#include "operation.h"

namespace cmlx {

// inputs: the operands, which broadcast against each other; their types may differ.
class Map final : public Operation {
 public:
  Map(mx::Stream stream, MapFunction function, mx::Dtype type);

  MapFunction function() const { return function_; }

  const char* name() const override { return "Map"; }
  bool is_equivalent(const mx::Primitive& other) const override;
  std::vector<mx::Shape> output_shapes(const std::vector<mx::array>& inputs) override;
  mx::array plain(const std::vector<mx::array>& inputs) override;
  void compute(const std::vector<mx::array>& inputs, mx::array& out) override;
  std::vector<mx::array> vjp(
      const std::vector<mx::array>& primals, const std::vector<mx::array>& cotangents,
      const std::vector<int>& argnums, const std::vector<mx::array>& outputs) override;

 private:
  const MapFunction function_;
  const mx::Dtype type_; // of the output
};

} // namespace cmlx
