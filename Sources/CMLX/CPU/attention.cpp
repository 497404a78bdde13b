// Attention as an operation of MLX.
#include "attention_work.h"
#include "cpu_ops.h"
#include "operation.h"

#include <mlx/fast.h>

#include <cstring>

namespace cmlx {

namespace {

AttentionOperand operand(const mx::array& array) {
  const auto& strides = array.strides();
  return {array.data<void>(), storage_of(array), {strides[0], strides[1], strides[2], strides[3]}};
}

// inputs: q (B, H, L, D), k (B, Hkv, S, D), v (B, Hkv, S, Dv), and a mask (B, H, L, S) if there is one.
class Attention final : public Operation {
 public:
  Attention(mx::Stream stream, float scale, Band band) : Operation(stream), scale_(scale), band_(band) {}

  const char* name() const override { return "Attention"; }

  bool is_equivalent(const mx::Primitive& other) const override {
    const auto& attention = static_cast<const Attention&>(other);
    return scale_ == attention.scale_ && band_ == attention.band_;
  }

  std::vector<mx::Shape> output_shapes(const std::vector<mx::array>& inputs) override {
    auto shape = inputs[0].shape();
    shape.back() = inputs[2].shape(-1);
    return {shape};
  }

  mx::array plain(const std::vector<mx::array>& inputs) override;

  void compute(const std::vector<mx::array>& inputs, mx::array& out) override {
    allocate(out);
    if (out.size() == 0) return;
    const auto &q = inputs[0], &k = inputs[1], &v = inputs[2];
    if (k.shape(2) == 0) {
      submit([data = out.data<char>(), bytes = out.nbytes()] { std::memset(data, 0, bytes); });
      return;
    }
    AttentionProblem work{.batch = q.shape(0), .heads = q.shape(1), .kv_heads = k.shape(1), .queries = q.shape(2),
              .keys = k.shape(2), .depth = q.shape(3), .value_depth = v.shape(3), .q = operand(q), .k = operand(k),
              .v = operand(v), .mask = {}, .out = out.data<void>(), .out_storage = storage_of(out), .scale = scale_,
              .band = band_};
    if (inputs.size() == 4) {
      const auto& mask = inputs[3];
      work.mask = {mask.dtype() == mx::bool_ ? MaskKind::boolean : MaskKind::additive, mask.data<void>(),
                   storage_of(mask), {mask.strides(0), mask.strides(1), mask.strides(2), mask.strides(3)}};
    }
    submit([work] { attend(work); });
  }

 private:
  const float scale_;
  const Band band_;
};

// (L, S), true where row i sees key j.
mx::array band_mask(const Band& band, int queries, int keys, const mx::Stream& s) {
  auto rows = mx::expand_dims(mx::arange(0, queries, s), 1, s);
  auto columns = mx::expand_dims(mx::arange(0, keys, s), 0, s);
  auto distance = mx::subtract(columns, rows, s);
  auto mask = mx::full({queries, keys}, true, mx::bool_, s);
  if (band.below > -kUnlimited) {
    mask = mx::logical_and(mask, mx::greater_equal(distance, mx::array(int(band.below)), s), s);
  }
  if (band.above < kUnlimited) {
    mask = mx::logical_and(mask, mx::less_equal(distance, mx::array(int(band.above)), s), s);
  }
  return mask;
}

mx::array Attention::plain(const std::vector<mx::array>& inputs) {
  const auto& s = stream();
  const auto &q = inputs[0], &k = inputs[1], &v = inputs[2];
  const int batch = q.shape(0), heads = q.shape(1), kv_heads = k.shape(1), queries = q.shape(2), keys = k.shape(2);
  const int repeats = heads / kv_heads;
  auto grouped = mx::reshape(q, {batch, kv_heads, repeats, queries, q.shape(3)}, s);
  grouped = mx::multiply(grouped, mx::array(scale_, q.dtype()), s);
  auto scores = cmlx::matmul(grouped, mx::swapaxes(mx::expand_dims(k, 2, s), -1, -2, s), s);
  const auto hidden = mx::array(mx::finfo(scores.dtype()).min, scores.dtype());
  if (band_.limits()) scores = mx::where(band_mask(band_, queries, keys, s), scores, hidden, s);
  if (inputs.size() == 4) {
    auto mask = mx::reshape(inputs[3], {batch, kv_heads, repeats, queries, keys}, s);
    scores = mask.dtype() == mx::bool_ ? mx::where(mask, scores, hidden, s) : mx::add(scores, mask, s);
  }
  auto weights = mx::softmax(scores, std::vector<int>{-1}, true, s);
  auto result = cmlx::matmul(weights, mx::expand_dims(v, 2, s), s);
  return mx::reshape(result, {batch, heads, queries, v.shape(3)}, s);
}

bool broadcasts_to(const mx::Shape& from, const mx::Shape& to) {
  if (from.size() > to.size()) return false;
  for (size_t i = 1; i <= from.size(); ++i) {
    if (from[from.size() - i] != to[to.size() - i] && from[from.size() - i] != 1) return false;
  }
  return true;
}

// Attention as one primitive, or nothing if the case is not ours (or not valid).
std::optional<mx::array> attention(
    const mx::array& q, const mx::array& k, const mx::array& v, float scale, const Band& band,
    const std::optional<mx::array>& mask, const mx::Stream& s) {
  if (!is_cpu(s) || q.ndim() != 4 || k.ndim() != 4 || v.ndim() != 4) return std::nullopt;
  const auto type = mx::promote_types(mx::promote_types(q.dtype(), k.dtype()), v.dtype());
  const bool half = type == mx::float16;
  if (!computes(type) && !half) return std::nullopt;
  if (k.shape(0) != q.shape(0) || v.shape(0) != q.shape(0) || k.shape(1) != v.shape(1) || k.shape(2) != v.shape(2) ||
      k.shape(3) != q.shape(3) || k.shape(1) == 0 || q.shape(1) % k.shape(1) != 0 || q.shape(3) > kSlabDepth ||
      q.shape(3) == 0) {
    return std::nullopt;
  }
  const auto work_type = half ? mx::float32 : type;
  auto prepared = [&](const mx::array& array) { return mx::astype(mx::astype(array, type, s), work_type, s); };
  std::vector<mx::array> inputs = {prepared(q), prepared(k), prepared(v)};
  if (mask) {
    const mx::Shape shape{q.shape(0), q.shape(1), q.shape(2), k.shape(2)};
    const bool boolean = mask->dtype() == mx::bool_;
    if (!broadcasts_to(mask->shape(), shape)) return std::nullopt;
    if (!boolean && mx::promote_types(mask->dtype(), type) != type) return std::nullopt;
    inputs.push_back(mx::broadcast_to(boolean ? *mask : prepared(*mask), shape, s));
  }
  mx::Shape shape = q.shape();
  shape.back() = v.shape(3);
  auto result = mx::array(shape, work_type, std::make_shared<Attention>(s, scale, band), inputs);
  return half ? mx::astype(result, type, s) : result;
}

} // namespace

mx::array scaled_dot_product_attention(
    const mx::array& q, const mx::array& k, const mx::array& v, float scale, const std::string& mask_mode,
    const std::optional<mx::array>& mask, mx::StreamOrDevice s) {
  const bool causal = mask_mode == "causal";
  if ((causal && !mask) || mask_mode.empty() || mask_mode == "array") {
    Band band;
    if (causal && q.ndim() == 4 && k.ndim() == 4) band.above = int64_t(k.shape(2)) - q.shape(2);
    if (auto result = attention(q, k, v, scale, band, mask, mx::to_stream(s))) return *result;
  }
  return mx::fast::scaled_dot_product_attention(q, k, v, scale, mask_mode, mask, std::nullopt, false, s);
}

mx::array windowed_attention(
    const mx::array& q, const mx::array& k, const mx::array& v, float scale, int window, mx::StreamOrDevice s) {
  if (window < 0) throw std::invalid_argument("[windowed_attention] window must not be negative.");
  if (q.ndim() == 4 && k.ndim() == 4 && q.shape(2) != k.shape(2)) {
    throw std::invalid_argument("[windowed_attention] Queries and keys must have one length.");
  }
  const Band band{-window, window};
  const auto stream = mx::to_stream(s);
  if (auto result = attention(q, k, v, scale, band, std::nullopt, stream)) return *result;
  if (q.ndim() != 4 || k.ndim() != 4) {
    throw std::invalid_argument("[windowed_attention] q, k and v must have 4 dimensions.");
  }
  auto mask = band_mask(band, q.shape(2), k.shape(2), stream);
  return mx::fast::scaled_dot_product_attention(q, k, v, scale, "", mask, std::nullopt, false, s);
}

} // namespace cmlx
