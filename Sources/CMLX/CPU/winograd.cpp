#include "winograd.h"

#include "parallel.h"
#include "workspace.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace cmlx::winograd {

namespace {

// In float32 these points lose the least: the root mean square error of a product is 8e-6 of its own.
constexpr std::array<double, kPairs> kPositivePoints = {1, 2, 0.5, 1.5, 2.0 / 3};

using Polynomial = std::vector<double>; // coefficients from the constant one up

Polynomial product(const std::vector<double>& roots) {
  Polynomial result = {1};
  for (double root : roots) {
    Polynomial next(result.size() + 1, 0.0);
    for (size_t i = 0; i < result.size(); ++i) {
      next[i + 1] += result[i];
      next[i] -= result[i] * root;
    }
    result = next;
  }
  return result;
}

double nearest_power_of_two(double x) { return std::exp2(std::round(std::log2(x))); }

double largest(const Polynomial& p) {
  double result = 0;
  for (double x : p) result = std::max(result, std::fabs(x));
  return result;
}

Tables make_tables() {
  Tables t{};
  std::vector<double> roots = {0};
  for (double p : kPositivePoints) {
    roots.push_back(p);
    roots.push_back(-p);
  }
  // Row of B^T of point i: the polynomial with all roots but the point itself. Row of G: powers of the point, divided
  // by that polynomial's value there. Powers of two move from one to the other to even their sizes.
  auto without = [&](size_t i) {
    auto others = roots;
    others.erase(others.begin() + int64_t(i));
    return product(others);
  };
  auto value = [](const Polynomial& p, double x) {
    double y = 0;
    for (size_t i = p.size(); i-- > 0;) y = y * x + p[i];
    return y;
  };
  auto weights_row = [&](int row, double point, double divisor, double input_scale) {
    double most = 0;
    for (int k = 0; k < kKernel; ++k) most = std::max(most, std::fabs(std::pow(point, k) / divisor * input_scale));
    const double scale = nearest_power_of_two(most);
    for (int k = 0; k < kKernel; ++k) {
      t.weights[row][k] = float(std::pow(point, k) / divisor * input_scale / scale);
    }
    return scale; // what the outputs have to make good
  };

  const Polynomial at_zero = without(0);
  double input_scale = nearest_power_of_two(largest(at_zero));
  for (int k = 0; k < 6; ++k) t.zero[k] = float(at_zero[size_t(2 * k)] / input_scale);
  t.output_zero = float(weights_row(0, 0, value(at_zero, 0), input_scale));

  for (int k = 0; k < kPairs; ++k) {
    const double p = kPositivePoints[size_t(k)];
    // (x^2 + p x) times a polynomial in x^2, whose coefficients are those of the even powers.
    const Polynomial row = without(size_t(2 * k + 1));
    input_scale = nearest_power_of_two(largest(row));
    for (int i = 0; i < 5; ++i) {
      t.pair[k][i] = float(row[size_t(2 * i + 2)] / input_scale);
      t.pair_odd[k][i] = float(row[size_t(2 * i + 1)] / input_scale);
    }
    const double scale = weights_row(2 * k + 1, p, value(row, p), input_scale);
    weights_row(2 * k + 2, -p, value(without(size_t(2 * k + 2)), -p), input_scale);
    for (int i = 0; i < kOutputs; ++i) t.output[i][k] = float(std::pow(p, i) * scale);
  }

  const Polynomial at_infinity = product(roots);
  input_scale = nearest_power_of_two(largest(at_infinity));
  for (int k = 0; k < 6; ++k) t.infinity[k] = float(at_infinity[size_t(2 * k + 1)] / input_scale);
  t.weights[kPoints - 1][kKernel - 1] = float(input_scale);
  t.output_infinity = 1;
  return t;
}

int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

class Plan {
 public:
  Plan(const Contraction& problem, int threads)
      : problem_(problem), kernels_(kernels()), threads_(threads),
        panel_columns_(kernels_.width * kernels_.panel_vectors), panels_(divide_up(problem.columns, panel_columns_)),
        blocks_(divide_up(problem.depth, kSlabDepth)), columns_(panels_ * panel_columns_) {
    // Groups of outputs that a unit of work transforms together: more where weights are larger than a cache.
    tiles_ = std::clamp<int64_t>(problem.depth * 3 / 14, 56, 224) / kernels_.tile_rows * kernels_.tile_rows;
    phase_rows_ = divide_up(problem.rows, problem.dilation);
    tiles_per_phase_ = divide_up(phase_rows_, kOutputs);
    units_per_phase_ = divide_up(tiles_per_phase_, tiles_);
  }

  void run() {
    const int64_t panel_cells = problem_.depth * panel_columns_;
    auto* weights = scratch_of<uint32_t>(Scratch::right, size_t(kPoints * panels_ * panel_cells));
    parallel_for(panels_, threads_, [&](int64_t panel) { transform_weights(panel, weights); });
    parallel_for(units_per_phase_ * problem_.dilation, threads_, [&](int64_t unit) {
      const int64_t phase = unit % problem_.dilation, first = unit / problem_.dilation * tiles_;
      const int64_t own = phase_rows(phase);
      const int64_t count = std::min(tiles_, divide_up(own, kOutputs) - first);
      if (count > 0) work(phase, first, count, weights);
    });
  }

 private:
  // Outputs phase, phase + dilation, ... are a convolution without dilation.
  int64_t phase_rows(int64_t phase) const {
    return phase < problem_.rows ? divide_up(problem_.rows - phase, problem_.dilation) : 0;
  }

  // Columns of a panel in whole vectors.
  int64_t panel_width(int64_t panel) const {
    const int64_t columns = std::min(panel_columns_, problem_.columns - panel * panel_columns_);
    return divide_up(columns, kernels_.width) * kernels_.width;
  }

  uint32_t* weights_at(uint32_t* weights, int point, int64_t panel) const {
    return weights + (point * panels_ + panel) * problem_.depth * panel_columns_;
  }

  void transform_weights(int64_t panel, uint32_t* weights) const {
    const RightOperand& b = problem_.b;
    const int64_t depth = problem_.depth, first = panel * panel_columns_;
    const int64_t count = std::min(panel_columns_, problem_.columns - first), width = panel_width(panel);
    auto* taps = scratch_of<float>(Scratch::values, size_t(kKernel * depth));
    auto* rows = scratch_of<float>(Scratch::sums, size_t(kPoints * panel_columns_ * depth));
    for (int64_t n = 0; n < count; ++n) {
      for (int tap = 0; tap < kKernel; ++tap) {
        const void* source = advance(b.data, b.storage, (first + n) * b.column_stride + tap * b.tap_stride);
        kernels_.convert(source, b.storage, taps + tap * depth, Storage::f32, depth);
      }
      kernels_.winograd_weights(
          {.taps = taps, .channels = depth, .out = rows + n * depth, .out_stride = panel_columns_ * depth});
    }
    for (int point = 0; point < kPoints; ++point) {
      for (int64_t block = 0; block < blocks_; ++block) {
        const int64_t begin = block * kSlabDepth;
        kernels_.pack_panel(
            {.source = rows + point * panel_columns_ * depth + begin,
             .storage = Storage::f32,
             .depth_stride = 1,
             .column_stride = depth,
             .depth = std::min<int64_t>(kSlabDepth, depth - begin),
             .columns = count,
             .panel_columns = width,
             .panel = weights_at(weights, point, panel) + begin * width});
      }
    }
  }

  // Tiles [first, first + count) of a phase.
  void work(int64_t phase, int64_t first, int64_t count, uint32_t* weights) const {
    const int64_t in_rows = count * kOutputs + kKernel - 1;
    auto* input = scratch_of<float>(Scratch::left, size_t(blocks_ * in_rows * kSlabStride));
    auto* points = scratch_of<float>(Scratch::panel, size_t(kPoints * blocks_ * count * kSlabStride));
    auto* products = scratch_of<float>(Scratch::sums, size_t(kPoints * count * columns_));
    const int64_t slab = count * kSlabStride, point_size = blocks_ * slab;
    for (int64_t block = 0; block < blocks_; ++block) {
      const int64_t depth = std::min<int64_t>(kSlabDepth, problem_.depth - block * kSlabDepth);
      float* rows = input + block * in_rows * kSlabStride;
      load_rows(phase + first * kOutputs * problem_.dilation, in_rows, block * kSlabDepth, depth, rows);
      for (int64_t t = 0; t < count; ++t) {
        kernels_.winograd_input(
            {.rows = rows + t * kOutputs * kSlabStride,
             .row_stride = kSlabStride,
             .channels = depth,
             .out = points + block * slab + t * kSlabStride,
             .out_stride = point_size});
      }
    }
    for (int point = 0; point < kPoints; ++point) {
      for (int64_t panel = 0; panel < panels_; ++panel) {
        multiply(points + point * point_size, slab, count, weights_at(weights, point, panel), panel,
                 products + point * count * columns_ + panel * panel_columns_);
      }
    }
    auto* outputs = scratch_of<float>(Scratch::values, size_t(kOutputs * columns_));
    for (int64_t t = 0; t < count; ++t) {
      kernels_.winograd_output(
          {.products = products + t * columns_,
           .point_stride = count * columns_,
           .channels = columns_,
           .out = outputs,
           .out_stride = columns_});
      for (int i = 0; i < kOutputs; ++i) {
        const int64_t row = phase + ((first + t) * kOutputs + i) * problem_.dilation;
        if (row < problem_.rows) finish(row, outputs + i * columns_);
      }
    }
  }

  void multiply(
      const float* points, int64_t slab, int64_t count, const uint32_t* panel_weights, int64_t panel, float* out) const {
    const int64_t width = panel_width(panel);
    for (int64_t t = 0; t < count; t += kernels_.tile_rows) {
      for (int64_t block = 0; block < blocks_; ++block) {
        kernels_.tile(
            {.a = reinterpret_cast<const uint32_t*>(points + block * slab + t * kSlabStride),
             .a_tap = 0,
             .b = panel_weights + block * kSlabDepth * width,
             .taps = 1,
             .cells = int(std::min<int64_t>(kSlabDepth, problem_.depth - block * kSlabDepth)),
             .c = out + t * columns_,
             .c_stride = columns_,
             .rows = int(std::min<int64_t>(kernels_.tile_rows, count - t)),
             .vectors = int(width / kernels_.width),
             .accumulate = block > 0});
      }
    }
  }

  // Every dilation-th row of the input, beginning with that of tap 0 of output `output`, as floats after the snake.
  void load_rows(int64_t output, int64_t rows, int64_t channel, int64_t depth, float* slab) const {
    const LeftOperand& a = problem_.a;
    const int64_t step = problem_.dilation, first = a.first_row + output;
    const int64_t low = std::clamp<int64_t>(divide_up(std::max<int64_t>(0, -first), step), 0, rows);
    const int64_t high = std::clamp<int64_t>(a.rows > first ? divide_up(a.rows - first, step) : 0, low, rows);
    for (int64_t r = 0; r < rows; ++r) {
      if (r < low || r >= high) std::fill_n(slab + r * kSlabStride, depth, 0.0f);
    }
    if (low == high) return;
    SnakeTable snake = a.snake;
    if (snake.alpha) snake = {snake.alpha + channel, snake.scale + channel};
    kernels_.pack_rows(
        {.source = advance(a.data, a.storage, (first + low * step) * a.row_stride + channel * a.column_stride),
         .storage = a.storage,
         .row_stride = a.row_stride * step,
         .column_stride = a.column_stride,
         .rows = high - low,
         .depth = depth,
         .snake = snake,
         .slab = reinterpret_cast<uint32_t*>(slab + low * kSlabStride)});
  }

  void finish(int64_t row, const float* sums) const {
    const Destination& out = problem_.out;
    kernels_.finish(
        {.sum = sums,
         .count = problem_.columns,
         .alpha = out.alpha,
         .bias = out.bias,
         .gate = out.gate,
         .beta = out.beta,
         .addend = out.addend ? advance(out.addend, out.addend_storage, row * out.addend_row_stride) : nullptr,
         .addend_stride = out.addend_column_stride,
         .addend_storage = out.addend_storage,
         .out = advance(out.data, out.storage, row * out.row_stride),
         .out_storage = out.storage});
  }

  const Contraction& problem_;
  const Kernels& kernels_;
  const int threads_;
  const int64_t panel_columns_, panels_, blocks_, columns_;
  int64_t tiles_, phase_rows_, tiles_per_phase_, units_per_phase_;
};

} // namespace

const Tables& tables() {
  static const Tables made = make_tables();
  return made;
}

bool applies(const Contraction& problem) {
  return problem.taps == kKernel && problem.b.phases == 0 && !problem.b.quantized && problem.b.depth_stride == 1 &&
      problem.a.gathered_taps == 1 && problem.a.row_step == 1 && problem.a.column_stride == 1 && problem.depth >= 32 &&
      problem.columns >= 32 && problem.rows >= 32 * problem.dilation;
}

void convolve(const Contraction& problem, int threads) { Plan(problem, threads).run(); }

} // namespace cmlx::winograd
