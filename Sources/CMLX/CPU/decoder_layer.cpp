// One layer of a causal transformer for one token of each sequence, as a language model writes them: every weight is
// read once for all sequences, and between the products nothing leaves the caches.
#include "contraction.h"
#include "cpu_ops.h"
#include "int8.h"
#include "operation.h"
#include "workspace.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace cmlx {

namespace {

constexpr int64_t kMostRows = 8;       // that the kernels multiply with one reading of the weights
constexpr int64_t kColumnsPerUnit = 48; // of a matrix that one thread reads at a time
constexpr int64_t kPanelsPerUnit = 2;

// The weights of a linear layer without bias: (outputs, inputs), or in 8 bits, packed and with scales.
struct Matrix {
  const void* data = nullptr;
  Storage storage = Storage::f32;
  int64_t stride = 0, columns = 0, depth = 0;
  const float* scales = nullptr; // set for 8 bits

  bool is_int8() const { return scales != nullptr; }
};

// A product whose result is wanted: out (rows, columns) = x (rows, depth) times the matrix.
struct Product {
  const Matrix* matrix;
  float* out;
};

struct Layer {
  int64_t rows, width, inner, heads, kv_heads, head;
  float epsilon, scale;
  // Columns of the cache before this token, and the room in it.
  int64_t length, capacity;
  Matrix q, k, v, o, gate, up, down;
  MapOperand input_norm, q_norm, k_norm, post_norm;
  const float* x;         // (rows, width)
  const float* rotations; // (rows, head): cosines, then sines
  const int32_t* begins;  // (rows): the first column of each sequence
  void *keys, *values;    // (rows, kv_heads, capacity, head)
  Storage cache_storage;
  float* out; // (rows, width)
  float* memory;

  // Floats that a pass needs beside its result.
  int64_t memory_size() const { return rows * (2 * width + 2 * (heads + kv_heads) * head + 3 * inner); }

  void run() const {
    const Kernels& kernel = kernels();
    float* normed = memory;
    float* queries = normed + rows * width;
    float* new_keys = queries + rows * heads * head;
    float* new_values = new_keys + rows * kv_heads * head;
    float* attended = new_values + rows * kv_heads * head;
    float* gates = attended + rows * heads * head;
    float* ups = gates + rows * inner;
    float* hidden = ups + rows * inner;
    float* projected = hidden + rows * inner;

    normalize(kernel, x, input_norm, width, rows, normed);
    multiply(kernel, normed, width, {{&q, queries}, {&k, new_keys}, {&v, new_values}});
    parallel_for(rows * kv_heads, thread_count(), [&](int64_t index) {
      const int64_t row = index / kv_heads, kv_head = index % kv_heads, repeats = heads / kv_heads;
      attend(
          kernel, row, kv_head, queries + (row * heads + kv_head * repeats) * head,
          new_keys + index * head, new_values + index * head, attended + (row * heads + kv_head * repeats) * head);
    });
    multiply(kernel, attended, heads * head, {{&o, projected}});
    add(kernel, x, projected, out);
    normalize(kernel, out, post_norm, width, rows, normed);
    multiply(kernel, normed, width, {{&gate, gates}, {&up, ups}});
    kernel.map({.function = MapFunction::swiglu, .count = rows * inner, .operands = {{gates}, {ups}, {}},
                .out = hidden, .out_storage = Storage::f32});
    multiply(kernel, hidden, inner, {{&down, projected}});
    add(kernel, out, projected, out);
  }

 private:
  void normalize(
      const Kernels& kernel, const float* from, const MapOperand& weight, int64_t count, int64_t times,
      float* to) const {
    for (int64_t r = 0; r < times; ++r) {
      kernel.normalize({.x = from + r * count, .x_storage = Storage::f32, .count = count, .epsilon = epsilon,
                        .weight = weight, .scale = {}, .shift = {}, .out = to + r * count,
                        .out_storage = Storage::f32});
    }
  }

  void add(const Kernels& kernel, const float* a, const float* b, float* to) const {
    kernel.map({.function = MapFunction::add, .count = rows * width, .operands = {{a}, {b}, {}}, .out = to,
                .out_storage = Storage::f32});
  }

  // All products of x (rows, depth), their columns divided among the threads as if they were one matrix.
  void multiply(const Kernels& kernel, const float* from, int64_t depth, std::initializer_list<Product> products) const {
    const int8::Kernels* integers = int8::kernels();
    const int64_t stride = int8::cells(depth) * int8::kCellDepth;
    int8_t* rounded = nullptr;
    int8::Row* row_data = nullptr;
    if (std::any_of(products.begin(), products.end(), [](const Product& p) { return p.matrix->is_int8(); })) {
      rounded = scratch_of<int8_t>(Scratch::left, size_t(rows * stride));
      row_data = scratch_of<int8::Row>(Scratch::tables, size_t(rows));
      for (int64_t r = 0; r < rows; ++r) {
        integers->quantize({.x = from + r * depth, .storage = Storage::f32, .depth = depth,
                            .out = rounded + r * stride, .row = row_data + r});
      }
    }
    int64_t units = 0;
    for (const Product& product : products) units += units_of(*product.matrix);
    parallel_for(units, thread_count(), [&](int64_t unit) {
      for (const Product& product : products) {
        const Matrix& matrix = *product.matrix;
        const int64_t count = units_of(matrix);
        if (unit >= count) {
          unit -= count;
          continue;
        }
        if (matrix.is_int8()) {
          multiply_panels(*integers, matrix, rounded, stride, row_data, unit, product.out);
        } else {
          multiply_columns(kernel, matrix, from, unit, product.out);
        }
        return;
      }
    });
  }

  static int64_t units_of(const Matrix& matrix) {
    const int64_t columns = matrix.is_int8() ? kPanelsPerUnit * int8::kPanelColumns : kColumnsPerUnit;
    return (matrix.columns + columns - 1) / columns;
  }

  void multiply_columns(const Kernels& kernel, const Matrix& matrix, const float* from, int64_t unit, float* to) const {
    const int64_t first = unit * kColumnsPerUnit, count = std::min(kColumnsPerUnit, matrix.columns - first);
    for (int64_t r = 0; r < rows; r += kMostRows) {
      kernel.dots({.x = from + r * matrix.depth, .x_stride = matrix.depth, .rows = int(std::min(kMostRows, rows - r)),
                   .w = advance(matrix.data, matrix.storage, first * matrix.stride), .w_storage = matrix.storage,
                   .w_stride = matrix.stride, .columns = count, .depth = matrix.depth,
                   .out = to + r * matrix.columns + first, .out_stride = matrix.columns});
    }
  }

  void multiply_panels(
      const int8::Kernels& integers, const Matrix& matrix, const int8_t* rounded, int64_t stride,
      const int8::Row* row_data, int64_t unit, float* to) const {
    const int64_t panels = int8::panels(matrix.columns), first = unit * kPanelsPerUnit;
    for (int64_t panel = first; panel < std::min(panels, first + kPanelsPerUnit); ++panel) {
      const int64_t column = panel * int8::kPanelColumns;
      for (int64_t r = 0; r < rows; r += integers.tile_rows) {
        integers.tile(
            {.a = rounded + r * stride, .a_stride = stride, .row_data = row_data + r,
             .panel = static_cast<const uint8_t*>(matrix.data) + panel * int8::panel_bytes(matrix.depth),
             .cells = int8::cells(matrix.depth), .rows = int(std::min<int64_t>(integers.tile_rows, rows - r)),
             .columns = int(std::min(int8::kPanelColumns, matrix.columns - column)), .scales = matrix.scales + column,
             .bias = nullptr, .out = to + r * matrix.columns + column, .out_storage = Storage::f32,
             .out_stride = matrix.columns});
      }
    }
  }

  // The heads of one sequence that share keys and values. Their queries are normalised and turned in place.
  void attend(
      const Kernels& kernel, int64_t row, int64_t kv_head, float* query, float* key, const float* value,
      float* to) const {
    const int64_t repeats = heads / kv_heads, half = head / 2, count = length + 1;
    const float *cosines = rotations + row * head, *sines = cosines + half;
    auto* turned = scratch_of<float>(Scratch::rows, size_t((repeats + 1) * head));
    auto turn = [&](const float* from, const MapOperand& norm, float* out) {
      auto* normed = scratch_of<float>(Scratch::panel, size_t(head));
      normalize(kernel, from, norm, head, 1, normed);
      kernel.rotate({.x = normed, .out = out, .storage = Storage::f32, .count = head, .half = half,
                     .cosines = cosines, .sines = sines, .neighbours = false});
    };
    for (int64_t r = 0; r < repeats; ++r) turn(query + r * head, q_norm, turned + r * head);
    turn(key, k_norm, turned + repeats * head);
    const int64_t block = (row * kv_heads + kv_head) * capacity;
    kernel.convert(
        turned + repeats * head, Storage::f32, advance(keys, cache_storage, (block + length) * head), cache_storage,
        head);
    kernel.convert(
        value, Storage::f32, advance(values, cache_storage, (block + length) * head), cache_storage, head);

    auto* scores = scratch_of<float>(Scratch::values, size_t(repeats * count));
    for (int64_t r = 0; r < repeats; r += kMostRows) {
      const int64_t some = std::min(kMostRows, repeats - r);
      kernel.dots({.x = turned + r * head, .x_stride = head, .rows = int(some), .w = advance(keys, cache_storage, block * head),
                   .w_storage = cache_storage, .w_stride = head, .columns = count, .depth = head,
                   .out = scores + r * count, .out_stride = count});
      float totals[kMostRows] = {};
      for (int64_t i = 0; i < some; ++i) {
        float maximum = -std::numeric_limits<float>::infinity();
        kernel.softmax({.scores = scores + (r + i) * count, .count = count, .low = begins[row], .high = count,
                        .scale = scale, .mask_kind = MaskKind::none, .mask = nullptr, .mask_storage = Storage::f32,
                        .mask_stride = 0},
                       maximum, totals[i]);
      }
      std::fill(to + r * head, to + (r + some) * head, 0.0f);
      kernel.columns({.x = scores + r * count, .x_stride = count, .rows = int(some),
                      .w = advance(values, cache_storage, block * head), .w_storage = cache_storage, .w_stride = head,
                      .columns = head, .depth = count, .out = to + r * head, .out_stride = head});
      for (int64_t i = 0; i < some; ++i) kernel.scale_values(to + (r + i) * head, head, 1.0f / totals[i]);
    }
  }
};

// inputs: x, keys, values, rotations, begins, four norms, and the seven matrices, of one or two arrays each.
class DecoderLayer final : public Operation {
 public:
  DecoderLayer(mx::Stream stream, int length, float epsilon, float scale)
      : Operation(stream), length_(length), epsilon_(epsilon), scale_(scale) {}

  const char* name() const override { return "DecoderLayer"; }

  mx::array plain(const std::vector<mx::array>&) override {
    throw std::invalid_argument("[decoder_layer] a step with a cache has no derivative.");
  }

  void compute(const std::vector<mx::array>&, mx::array&) override {}

  void compute_all(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) override {
    release(inputs, outputs);
    allocate(outputs[0]);
    for (int i : {1, 2}) take_over(inputs[size_t(i)], outputs[size_t(i)]);
    const auto x = contiguous(inputs[0]), rotations = inputs[3], begins = inputs[4];
    auto norm = [&](size_t i) { return MapOperand{inputs[i].data<void>(), storage_of(inputs[i]), false}; };
    size_t next = 9;
    auto matrix = [&](int64_t columns) {
      const mx::array& w = inputs[next++];
      if (w.dtype() == mx::uint8) {
        const mx::array& scales = inputs[next++];
        return Matrix{w.data<void>(), Storage::f32, 0, scales.shape(0), columns, scales.data<float>()};
      }
      return Matrix{w.data<void>(), storage_of(w), w.strides(0), w.shape(0), w.shape(1), nullptr};
    };
    const auto& keys = outputs[1];
    const int64_t width = inputs[0].shape(-1), head = keys.shape(3);
    Layer layer{.rows = x.shape(0), .width = width, .inner = 0, .heads = 0, .kv_heads = keys.shape(1),
                .head = head, .epsilon = epsilon_, .scale = scale_, .length = length_, .capacity = keys.shape(2),
                .q = {}, .k = {}, .v = {}, .o = {}, .gate = {}, .up = {}, .down = {},
                .input_norm = norm(5), .q_norm = norm(6), .k_norm = norm(7), .post_norm = norm(8),
                .x = x.data<float>(), .rotations = rotations.data<float>(), .begins = begins.data<int32_t>(),
                .keys = outputs[1].data<void>(), .values = outputs[2].data<void>(),
                .cache_storage = storage_of(keys), .out = outputs[0].data<float>(), .memory = nullptr};
    layer.q = matrix(width);
    layer.k = matrix(width);
    layer.v = matrix(width);
    layer.o = matrix(layer.q.columns);
    layer.gate = matrix(width);
    layer.up = matrix(width);
    layer.down = matrix(layer.gate.columns);
    layer.heads = layer.q.columns / head;
    layer.inner = layer.gate.columns;
    submit([layer]() mutable {
      layer.memory = scratch_of<float>(Scratch::sums, size_t(layer.memory_size()));
      layer.run();
    });
  }

 private:
  // Each output holds the inputs; those that aren't computed by let go of them, so that it can be seen whether anybody
  // else does. MLX lets go of them all after the computation, unless it traces.
  static void release(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) {
    for (auto& output : outputs) {
      if (&output.inputs() != &inputs && !output.is_tracer()) output.inputs().clear();
    }
  }

  // The cache is written in place where nobody else holds it.
  void take_over(const mx::array& from, mx::array& to) {
    if (from.is_donatable() && from.flags().row_contiguous && from.data_size() == from.size()) {
      to.copy_shared_buffer(from);
      return;
    }
    allocate(to);
    const Storage storage = storage_of(from);
    submit([from = view_of(from), to = to.data<void>(), storage] { copy(from, to, storage); });
  }

  const int length_;
  const float epsilon_, scale_;
};

void require(bool condition, const char* message) {
  if (!condition) throw std::invalid_argument(message);
}

// The array itself where it lies in order already, which weights do: no operation of its own is needed then.
mx::array dense(const mx::array& array, const mx::Stream& s) {
  return array.is_available() && array.flags().row_contiguous ? array : mx::contiguous(array, false, s);
}

} // namespace

bool has_decoder_layer(bool int8, mx::StreamOrDevice device) {
  return is_cpu(mx::to_stream(device)) && (!int8 || int8::kernels() != nullptr);
}

std::vector<mx::array> decoder_layer(
    const mx::array& x, const mx::array& keys, const mx::array& values, const mx::array& rotations,
    const mx::array& begins, const std::vector<mx::array>& weights, int length, float epsilon,
    mx::StreamOrDevice device) {
  const auto s = mx::to_stream(device);
  require(is_cpu(s), "[decoder_layer] this operation runs on CPU streams only.");
  require(
      x.ndim() == 3 && x.shape(1) == 1 && x.dtype() == mx::float32, "[decoder_layer] x must be float32 (B, 1, width).");
  require(
      keys.ndim() == 4 && keys.shape() == values.shape() && keys.dtype() == values.dtype() && computes(keys.dtype()) &&
          keys.shape(0) == x.shape(0) && keys.shape(3) % 2 == 0 && keys.shape(1) > 0,
      "[decoder_layer] keys and values must be (B, heads, columns, head).");
  require(length >= 0 && length < keys.shape(2), "[decoder_layer] there is no room in the cache.");
  const int rows = x.shape(0), width = x.shape(2), head = keys.shape(3);
  require(
      rotations.shape() == mx::Shape{rows, head} && rotations.dtype() == mx::float32 &&
          begins.shape() == mx::Shape{rows} && begins.dtype() == mx::int32,
      "[decoder_layer] there must be one rotation and one beginning for each sequence.");
  std::vector<mx::array> inputs = {x, keys, values, dense(rotations, s),
                                   dense(begins, s)};
  size_t next = 0;
  auto take = [&]() -> const mx::array& {
    require(next < weights.size(), "[decoder_layer] weights are missing.");
    return weights[next++];
  };
  for (int size : {width, head, head, width}) {
    const auto& norm = take();
    require(norm.shape() == mx::Shape{size} && computes(norm.dtype()), "[decoder_layer] a norm does not fit.");
    inputs.push_back(dense(norm, s));
  }
  auto matrix = [&](int depth) {
    const auto& w = take();
    if (w.dtype() == mx::uint8) {
      const auto& scales = take();
      require(
          w.ndim() == 4 && scales.ndim() == 1 && scales.dtype() == mx::float32 &&
              int8::panels(scales.shape(0)) == w.shape(0) && int8::cells(depth) == w.shape(1) &&
              int8::kernels() != nullptr,
          "[decoder_layer] a matrix in 8 bits does not fit.");
      inputs.push_back(dense(w, s));
      inputs.push_back(dense(scales, s));
      return scales.shape(0);
    }
    require(w.ndim() == 2 && w.shape(1) == depth && computes(w.dtype()), "[decoder_layer] a matrix does not fit.");
    inputs.push_back(dense(w, s));
    return w.shape(0);
  };
  const int queries = matrix(width), key_width = matrix(width), value_width = matrix(width);
  require(
      key_width == keys.shape(1) * head && value_width == key_width && queries % key_width == 0,
      "[decoder_layer] heads do not fit.");
  require(matrix(queries) == width, "[decoder_layer] the attention's output does not fit.");
  const int inner = matrix(width);
  require(matrix(width) == inner && matrix(inner) == width, "[decoder_layer] the feed-forward layer does not fit.");
  require(next == weights.size(), "[decoder_layer] there are too many weights.");
  auto primitive = std::make_shared<DecoderLayer>(s, length, epsilon, 1.0f / std::sqrt(float(head)));
  return mx::array::make_arrays(
      {x.shape(), keys.shape(), values.shape()}, {mx::float32, keys.dtype(), values.dtype()}, primitive, inputs);
}

} // namespace cmlx
