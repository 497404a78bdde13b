// Matrix products, batched, with or without something added to them.
#include "contraction.h"
#include "cpu_ops.h"
#include "operation.h"
#include "workspace.h"

#include <algorithm>
#include <cstring>

namespace cmlx {

namespace {

// Rows up to this number are multiplied by reading the weights once, without packing them.
constexpr int64_t kFewRows = 8;

int64_t product(const mx::Shape& shape, size_t from, size_t to) {
  int64_t result = 1;
  for (size_t i = from; i < to; ++i) result *= shape[i];
  return result;
}

int64_t batch_offset(int64_t index, const mx::Shape& batch, const mx::Strides& strides) {
  int64_t offset = 0;
  for (int axis = int(batch.size()) - 1; axis >= 0; --axis) {
    offset += index % batch[axis] * strides[axis];
    index /= batch[axis];
  }
  return offset;
}

// One operand: its matrices, and the way from one to the next along the batch axes.
struct Matrices {
  const void* data;
  Storage storage;
  mx::Strides batch_strides;
  int64_t row_stride, column_stride;

  explicit Matrices(const mx::array& array)
      : data(array.data<void>()), storage(storage_of(array)),
        batch_strides(array.strides().begin(), array.strides().end() - 2), row_stride(array.strides(-2)),
        column_stride(array.strides(-1)) {
    if (array.shape(-1) == 1) column_stride = 1;
    if (array.shape(-2) == 1) row_stride = array.shape(-1);
  }

  // The stride at which the rows of all matrices follow one another, if there is one.
  std::optional<int64_t> joined_stride(const mx::Shape& batch, int64_t rows) const {
    std::optional<int64_t> stride;
    if (rows > 1) stride = row_stride;
    int64_t before = rows;
    for (int axis = int(batch.size()) - 1; axis >= 0; --axis) {
      if (batch[axis] == 1) continue;
      if (!stride) stride = batch_strides[axis];
      if (batch_strides[axis] != *stride * before) return std::nullopt;
      before *= batch[axis];
    }
    return stride ? stride : row_stride;
  }

  bool repeats(const mx::Shape& batch) const {
    for (size_t axis = 0; axis < batch.size(); ++axis) {
      if (batch[axis] != 1 && batch_strides[axis] != 0) return false;
    }
    return true;
  }
};

struct Product {
  mx::Shape batch;
  int64_t rows, columns, depth;
  Matrices a, b;
  std::optional<Matrices> c;
  void* out;
  Storage out_storage;
  float alpha, beta;

  int64_t count() const { return product(batch, 0, batch.size()); }

  // The same product with all matrices of a below one another, where they share one b.
  void join() {
    if (batch.empty() || !b.repeats(batch)) return;
    const auto a_stride = a.joined_stride(batch, rows);
    const auto c_stride = c ? c->joined_stride(batch, rows) : std::optional<int64_t>(0);
    if (!a_stride || !c_stride) return;
    a.row_stride = *a_stride;
    if (c) c->row_stride = *c_stride;
    rows *= count();
    batch.clear();
  }

  Contraction contraction(int64_t index) const {
    const auto at = [&](const Matrices& m) { return advance(m.data, m.storage, batch_offset(index, batch, m.batch_strides)); };
    Contraction result{
        .rows = rows,
        .columns = columns,
        .depth = depth,
        .a = {.data = at(a), .storage = a.storage, .row_stride = a.row_stride, .column_stride = a.column_stride,
              .rows = rows, .first_row = 0, .snake = {}},
        .b = {.data = at(b), .storage = b.storage, .tap_stride = 0, .depth_stride = b.row_stride,
              .column_stride = b.column_stride},
        .out = {.data = advance(out, out_storage, index * rows * columns), .storage = out_storage,
                .row_stride = columns, .alpha = alpha, .beta = beta}};
    if (c) {
      result.out.addend = at(*c);
      result.out.addend_storage = c->storage;
      result.out.addend_row_stride = c->row_stride;
      result.out.addend_column_stride = c->column_stride;
    }
    return result;
  }

  // A few rows: the matrix is read once, at the speed of the memory, by column or by row as it lies.
  void multiply_few() const {
    const Kernels& kernel = kernels();
    const Contraction problem = contraction(0);
    auto* x = scratch_of<float>(Scratch::left, size_t(rows * depth));
    copy({problem.a.data, problem.a.storage, {int(rows), int(depth)}, {a.row_stride, a.column_stride}}, x, Storage::f32);
    const bool by_column = b.row_stride == 1;
    const int64_t least = by_column ? 16 : 256, parts = 4 * thread_count();
    const int64_t grain = std::max(least, (columns + parts * least - 1) / (parts * least) * least);
    parallel_ranges(columns, grain, [&](int64_t begin, int64_t end) {
      const int64_t count = end - begin;
      auto* sums = scratch_of<float>(Scratch::sums, size_t(rows * count));
      const void* w = advance(problem.b.data, b.storage, begin * b.column_stride);
      if (by_column) {
        kernel.dots(
            {.x = x, .x_stride = depth, .rows = int(rows), .w = w, .w_storage = b.storage,
             .w_stride = b.column_stride, .columns = count, .depth = depth, .out = sums, .out_stride = count});
      } else {
        std::fill(sums, sums + rows * count, 0.0f);
        kernel.columns(
            {.x = x, .x_stride = depth, .rows = int(rows), .w = w, .w_storage = b.storage, .w_stride = b.row_stride,
             .columns = count, .depth = depth, .out = sums, .out_stride = count});
      }
      for (int64_t r = 0; r < rows; ++r) finish(problem, r, begin, count, sums + r * count);
    });
  }

  static void finish(const Contraction& problem, int64_t row, int64_t begin, int64_t count, const float* sums) {
    const Destination& out = problem.out;
    const void* addend = nullptr;
    if (out.addend) {
      addend = advance(
          out.addend, out.addend_storage, row * out.addend_row_stride + begin * out.addend_column_stride);
    }
    kernels().finish(
        {.sum = sums, .count = count, .alpha = out.alpha, .bias = nullptr, .gate = nullptr, .beta = out.beta,
         .addend = addend, .addend_stride = out.addend_column_stride, .addend_storage = out.addend_storage,
         .out = advance(out.data, out.storage, row * out.row_stride + begin), .out_storage = out.storage});
  }

  void run() {
    join();
    const int64_t matrices = count();
    const bool in_order = b.row_stride == 1 || b.column_stride == 1;
    if (matrices == 1 && rows <= kFewRows && depth > 0 && in_order && columns >= 16) return multiply_few();
    contract_all(matrices, [this](int64_t index) { return contraction(index); });
  }
};

mx::array transposed(const mx::array& x, const mx::Stream& s) { return mx::swapaxes(x, -1, -2, s); }

// inputs: a (..., M, K); b (K, N) or (..., K, N) with the batch axes of a; and c like the output, if there is one.
class MatrixProduct final : public Operation {
 public:
  MatrixProduct(mx::Stream stream, float alpha, float beta) : Operation(stream), alpha_(alpha), beta_(beta) {}

  const char* name() const override { return "MatrixProduct"; }

  bool is_equivalent(const mx::Primitive& other) const override {
    const auto& product = static_cast<const MatrixProduct&>(other);
    return alpha_ == product.alpha_ && beta_ == product.beta_;
  }

  std::vector<mx::Shape> output_shapes(const std::vector<mx::array>& inputs) override {
    auto shape = inputs[0].shape();
    shape.back() = inputs[1].shape(-1);
    return {shape};
  }

  mx::array plain(const std::vector<mx::array>& inputs) override {
    if (inputs.size() == 3) return mx::addmm(inputs[2], inputs[0], inputs[1], alpha_, beta_, stream());
    return mx::matmul(inputs[0], inputs[1], stream());
  }

  void compute(const std::vector<mx::array>& inputs, mx::array& out) override {
    allocate(out);
    if (out.size() == 0) return;
    const auto &a = inputs[0], &b = inputs[1];
    Product work{
        .batch = mx::Shape(a.shape().begin(), a.shape().end() - 2),
        .rows = a.shape(-2),
        .columns = b.shape(-1),
        .depth = a.shape(-1),
        .a = Matrices(a),
        .b = Matrices(b),
        .c = inputs.size() == 3 ? std::optional(Matrices(inputs[2])) : std::nullopt,
        .out = out.data<void>(),
        .out_storage = storage_of(out),
        .alpha = alpha_,
        .beta = beta_};
    work.b.batch_strides.resize(work.batch.size());
    if (b.ndim() == 2) std::fill(work.b.batch_strides.begin(), work.b.batch_strides.end(), 0);
    submit([work]() mutable { work.run(); });
  }

  std::vector<mx::array> vjp(
      const std::vector<mx::array>& primals, const std::vector<mx::array>& cotangents,
      const std::vector<int>& argnums, const std::vector<mx::array>&) override {
    const auto &a = primals[0], &b = primals[1];
    const auto& s = stream();
    auto scaled = [&](float factor) {
      const auto& g = cotangents[0];
      return factor == 1 ? g : mx::multiply(g, mx::array(factor, g.dtype()), s);
    };
    std::vector<mx::array> results;
    for (int argument : argnums) {
      if (argument == 0) {
        results.push_back(cmlx::matmul(scaled(alpha_), transposed(b, s), s));
      } else if (argument == 2) {
        results.push_back(scaled(beta_));
      } else if (b.ndim() == 2 && a.ndim() > 2) {
        auto rows = [&](const mx::array& x) { return mx::flatten(x, 0, -2, s); };
        results.push_back(cmlx::matmul(transposed(rows(a), s), rows(scaled(alpha_)), s));
      } else {
        results.push_back(cmlx::matmul(transposed(a, s), scaled(alpha_), s));
      }
    }
    return results;
  }

  std::vector<mx::array> jvp(
      const std::vector<mx::array>& primals, const std::vector<mx::array>& tangents,
      const std::vector<int>& argnums) override {
    const auto& s = stream();
    std::optional<mx::array> result;
    for (size_t i = 0; i < argnums.size(); ++i) {
      auto scaled = [&](const mx::array& x, float factor) {
        return factor == 1 ? x : mx::multiply(x, mx::array(factor, x.dtype()), s);
      };
      auto part = argnums[i] == 0 ? scaled(cmlx::matmul(tangents[i], primals[1], s), alpha_)
          : argnums[i] == 1       ? scaled(cmlx::matmul(primals[0], tangents[i], s), alpha_)
                                  : scaled(tangents[i], beta_);
      result = result ? mx::add(*result, part, s) : part;
    }
    return {*result};
  }

  std::pair<std::vector<mx::array>, std::vector<int>> vmap(
      const std::vector<mx::array>& inputs, const std::vector<int>& axes) override {
    const auto& s = stream();
    // Every operand gets the same rank, with the vectorized axis in front.
    int rank = 0;
    for (size_t i = 0; i < inputs.size(); ++i) rank = std::max(rank, int(inputs[i].ndim()) + (axes[i] < 0 ? 1 : 0));
    std::vector<mx::array> values;
    for (size_t i = 0; i < inputs.size(); ++i) {
      auto value = to_front(inputs[i], axes[i], s);
      if (axes[i] < 0) value = mx::expand_dims(value, 0, s);
      while (int(value.ndim()) < rank) value = mx::expand_dims(value, 1, s);
      values.push_back(value);
    }
    auto result = values.size() == 3 ? cmlx::addmm(values[2], values[0], values[1], alpha_, beta_, s)
                                     : cmlx::matmul(values[0], values[1], s);
    return {{result}, {0}};
  }

 private:
  const float alpha_, beta_;
};

bool broadcastable(const mx::Shape& a, const mx::Shape& b) {
  for (size_t i = 1; i <= std::min(a.size(), b.size()); ++i) {
    if (a[a.size() - i] != b[b.size() - i] && a[a.size() - i] != 1 && b[b.size() - i] != 1) return false;
  }
  return true;
}

mx::Shape batch_of(const mx::array& x) { return mx::Shape(x.shape().begin(), x.shape().end() - 2); }

mx::array with_batch(const mx::array& x, mx::Shape batch, const mx::Stream& s) {
  batch.push_back(x.shape(-2));
  batch.push_back(x.shape(-1));
  return x.shape() == batch ? x : mx::broadcast_to(x, batch, s);
}

// The product as one primitive, or nothing if the case is not ours.
std::optional<mx::array> multiply_add(
    mx::array a, mx::array b, std::optional<mx::array> c, float alpha, float beta, const mx::Stream& s) {
  if (!is_cpu(s) || a.ndim() == 0 || b.ndim() == 0) return std::nullopt;
  auto type = mx::promote_types(a.dtype(), b.dtype());
  if (c) type = mx::promote_types(type, c->dtype());
  const bool half = type == mx::float16;
  if (!computes(type) && !half) return std::nullopt;
  const bool row = a.ndim() == 1, column = b.ndim() == 1;
  if (a.shape(-1) != b.shape(0) && (column || a.shape(-1) != b.shape(-2))) return std::nullopt;
  if (!column && a.shape(-1) != b.shape(-2)) return std::nullopt;
  if (row) a = mx::expand_dims(a, 0, s);
  if (column) b = mx::expand_dims(b, 1, s);
  if (!broadcastable(batch_of(a), batch_of(b))) return std::nullopt;

  const auto work_type = half ? mx::float32 : type;
  auto prepared = [&](const mx::array& x) { return mx::astype(mx::astype(x, type, s), work_type, s); };
  if (b.ndim() > 2) {
    const auto batch = mx::broadcast_shapes(batch_of(a), batch_of(b));
    a = with_batch(a, batch, s);
    b = with_batch(b, batch, s);
  }
  auto shape = a.shape();
  shape.back() = b.shape(-1);
  std::vector<mx::array> inputs = {prepared(a), prepared(b)};
  if (c) {
    auto addend = *c;
    auto squeezed = shape;
    if (column) squeezed.pop_back();
    if (row) squeezed.erase(squeezed.end() - (column ? 1 : 2));
    if (addend.ndim() > squeezed.size() || !broadcastable(addend.shape(), squeezed) ||
        mx::broadcast_shapes(addend.shape(), squeezed) != squeezed) {
      return std::nullopt;
    }
    addend = mx::broadcast_to(addend, squeezed, s);
    if (column) addend = mx::expand_dims(addend, -1, s);
    if (row) addend = mx::expand_dims(addend, -2, s);
    inputs.push_back(prepared(addend));
  }
  auto result = mx::array(shape, work_type, std::make_shared<MatrixProduct>(s, alpha, beta), inputs);
  if (half) result = mx::astype(result, type, s);
  std::vector<int> unit_axes;
  if (row) unit_axes.push_back(-2);
  if (column) unit_axes.push_back(-1);
  return unit_axes.empty() ? result : mx::squeeze(result, unit_axes, s);
}

} // namespace

mx::array matmul(const mx::array& a, const mx::array& b, mx::StreamOrDevice s) {
  auto result = multiply_add(a, b, std::nullopt, 1, 1, mx::to_stream(s));
  return result ? *result : mx::matmul(a, b, s);
}

mx::array addmm(
    const mx::array& c, const mx::array& a, const mx::array& b, float alpha, float beta, mx::StreamOrDevice s) {
  auto result = multiply_add(a, b, c, alpha, beta, mx::to_stream(s));
  return result ? *result : mx::addmm(c, a, b, alpha, beta, s);
}

} // namespace cmlx
