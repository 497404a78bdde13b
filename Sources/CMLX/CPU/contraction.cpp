#include "contraction.h"

#include "parallel.h"
#include "winograd.h"
#include "workspace.h"

#include <algorithm>
#include <cstring>

namespace cmlx {

namespace {

constexpr int64_t kLeftBytes = int64_t(8) << 20;  // packed rows that are worked on at a time
constexpr int64_t kRightBytes = int64_t(8) << 20; // a right operand up to this size is packed once for all rows
constexpr int64_t kCachedBytes = 448 << 10;       // packed rows that one unit of work keeps in its cache
constexpr int64_t kPanelBytes = 256 << 10;        // packed columns that one unit of work keeps in its cache

int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

const Kernels& kernels_for(const Contraction& problem) {
  // Taps that are gathered side by side must fill whole cells.
  const int taps = problem.a.gathered_taps;
  if (taps > 1 && problem.depth / taps % 2 != 0) return kernels();
  return product_kernels(problem.a.storage, problem.b.storage);
}

// The division of one contraction into blocks of rows, columns and depth, the same whatever the number of threads
// as far as it touches the order of additions.
class Plan {
 public:
  Plan(const Contraction& problem, int threads)
      : problem_(problem), kernels_(kernels_for(problem)), threads_(threads), panel_columns_(kernels_.width * kernels_.panel_vectors),
        panels_(divide_up(problem.columns, panel_columns_)) {
    depth_block_ = kSlabDepth * kernels_.depth_per_cell;
    // With many taps a whole block of the depth would not leave a panel in the cache.
    if (problem.taps > 2) depth_block_ /= 2;
    blocks_ = divide_up(problem.depth, depth_block_);
    halo_ = (problem.taps - 1) * problem.dilation;

    const int64_t row_bytes = blocks_ * kSlabStride * 4;
    const int64_t tile = kernels_.tile_rows;
    const int64_t most = std::max(tile, kLeftBytes / row_bytes / tile * tile);
    const int64_t chunks = divide_up(problem.rows, most);
    chunk_rows_ = std::min(most, divide_up(divide_up(problem.rows, chunks), tile) * tile);

    right_cells_ = 0;
    for (int64_t block = 0; block < blocks_; ++block) right_cells_ += cells(block);
    right_cells_ *= problem.taps * panels_ * panel_columns_;
    share_right_ = right_cells_ * 4 <= kRightBytes && problem.rows > 4 * tile;

    const int64_t panel_bytes = int64_t(problem.taps) * cells(0) * panel_columns_ * 4;
    group_ = std::clamp<int64_t>(kPanelBytes / panel_bytes, 1, 4);
    group_ = std::max<int64_t>(1, std::min(group_, divide_up(panels_, 2 * threads)));
  }

  void run() {
    uint32_t* right = share_right_ ? scratch_of<uint32_t>(Scratch::right, size_t(right_cells_)) : nullptr;
    if (right) parallel_for(panels_, threads_, [&](int64_t panel) { pack_panels(panel, right); });
    // Rows by the cacheful, if all columns can be shared; else as many rows as possible for each column packed.
    const int64_t part = cached_rows();
    if (right && part >= 2 * halo_ && problem_.rows >= 2 * threads_ * part) {
      multiply_by_rows(part, right);
      return;
    }
    auto* left = scratch_of<uint32_t>(Scratch::left, size_t(blocks_ * slab_rows(chunk_rows_) * kSlabStride));
    for (int64_t first = 0; first < problem_.rows; first += chunk_rows_) {
      const int64_t rows = std::min(chunk_rows_, problem_.rows - first);
      pack_rows(first, rows, left);
      multiply(first, rows, left, right);
    }
  }

 private:
  int64_t slab_rows(int64_t rows) const { return rows + halo_; }
  int64_t depth_of(int64_t block) const { return std::min(depth_block_, problem_.depth - block * depth_block_); }
  int64_t cells(int64_t block) const { return divide_up(depth_of(block), kernels_.depth_per_cell); }
  int64_t panel_width(int64_t panel) const {
    const int64_t columns = std::min(panel_columns_, problem_.columns - panel * panel_columns_);
    return divide_up(columns, kernels_.width) * kernels_.width;
  }

  // Rows whose packed elements stay in a core's own cache.
  int64_t cached_rows() const {
    const int64_t tile = kernels_.tile_rows, row_bytes = divide_up(problem_.depth, kernels_.depth_per_cell) * 4;
    return std::clamp<int64_t>(kCachedBytes / row_bytes, 1, 1024) / tile * tile;
  }

  void pack_panels(int64_t panel, uint32_t* right) const {
    for (int64_t block = 0; block < blocks_; ++block) pack_right(panel, block, right + right_at(panel, block));
  }

  void pack_rows(int64_t first, int64_t rows, uint32_t* left) const {
    constexpr int64_t kRowsPerUnit = 64;
    const int64_t slab = slab_rows(rows), row_units = divide_up(slab, kRowsPerUnit);
    parallel_for(row_units * blocks_, threads_, [&](int64_t unit) {
      const int64_t block = unit / row_units, begin = unit % row_units * kRowsPerUnit;
      const int64_t count = std::min(kRowsPerUnit, slab - begin);
      pack_left(first + begin, count, block, left + (block * slab + begin) * kSlabStride);
    });
  }

  // Panels of one block lie behind one another, blocks behind one another.
  int64_t right_at(int64_t panel, int64_t block) const {
    return problem_.taps * (block * cells(0) * panels_ + panel * cells(block)) * panel_columns_;
  }

  // Rows [first, first + rows) of the slab, whose row 0 is row 0 of A.
  void pack_left(int64_t first, int64_t rows, int64_t block, uint32_t* slab) const {
    const LeftOperand& a = problem_.a;
    const int64_t begin = block * depth_block_, depth = depth_of(block);
    if (a.gathered_taps == 1) return pack_left_part(first, rows, a.first_row, 0, begin, depth, slab);
    const int64_t channels = problem_.depth / a.gathered_taps;
    for (int64_t k = begin; k < begin + depth;) {
      const int64_t tap = k / channels, channel = k % channels;
      const int64_t count = std::min(channels - channel, begin + depth - k);
      const int64_t cell = (k - begin) / kernels_.depth_per_cell;
      pack_left_part(first, rows, a.first_row + tap * a.gathered_dilation, cell, channel, count, slab);
      k += count;
    }
  }

  void pack_left_part(
      int64_t first, int64_t rows, int64_t offset, int64_t cell, int64_t channel, int64_t depth, uint32_t* slab) const {
    const LeftOperand& a = problem_.a;
    // The rows whose source exists; those before and after are zero.
    const int64_t low = std::clamp<int64_t>(divide_up(std::max<int64_t>(0, -offset), a.row_step) - first, 0, rows);
    const int64_t end = a.rows - offset > 0 ? divide_up(a.rows - offset, a.row_step) : 0;
    const int64_t high = std::clamp<int64_t>(end - first, low, rows);
    slab += cell;
    const int64_t cells = divide_up(depth, kernels_.depth_per_cell);
    auto clear = [&](int64_t from, int64_t to) {
      for (int64_t r = from; r < to; ++r) std::memset(slab + r * kSlabStride, 0, size_t(cells) * 4);
    };
    clear(0, low);
    clear(high, rows);
    if (low == high) return;
    const int64_t row = offset + (first + low) * a.row_step;
    SnakeTable snake = a.snake;
    if (snake.alpha) snake = {snake.alpha + channel, snake.scale + channel};
    kernels_.pack_rows(
        {.source = advance(a.data, a.storage, row * a.row_stride + channel * a.column_stride),
         .storage = a.storage,
         .row_stride = a.row_stride * a.row_step,
         .column_stride = a.column_stride,
         .rows = high - low,
         .depth = depth,
         .snake = snake,
         .slab = slab + low * kSlabStride});
  }

  void pack_right(int64_t panel, int64_t block, uint32_t* to) const {
    const RightOperand& b = problem_.b;
    const int64_t width = panel_width(panel), count = cells(block) * width;
    const int64_t first = panel * panel_columns_;
    const int64_t columns = std::min(panel_columns_, problem_.columns - first);
    PackPanelCall call = {
        .source = nullptr,
        .storage = b.storage,
        .depth_stride = b.depth_stride,
        .column_stride = b.column_stride,
        .depth = depth_of(block),
        .columns = columns,
        .panel_columns = width,
        .panel = nullptr};
    if (b.quantized) return pack_quantized(call, first, block * depth_block_, to);
    const int64_t depth_offset = block * depth_block_ * b.depth_stride;
    for (int tap = 0; tap < problem_.taps; ++tap, to += count) {
      if (b.phases == 0) {
        call.source = advance(b.data, b.storage, tap * b.tap_stride + depth_offset + first * b.column_stride);
        call.panel = to;
        kernels_.pack_panel(call);
        continue;
      }
      std::memset(to, 0, size_t(count) * 4);
      for (int64_t n = first; n < first + columns;) {
        const int64_t phase = n / b.channels, channel = n % b.channels;
        const int64_t run = std::min(b.channels - channel, first + columns - n);
        const int64_t reach = (problem_.taps - 1 - tap) * b.phases + phase;
        if (reach % b.kernel_dilation == 0 && reach / b.kernel_dilation < b.kernel_size) {
          const int64_t source = reach / b.kernel_dilation * b.tap_stride + depth_offset + channel * b.column_stride;
          call.source = advance(b.data, b.storage, source);
          call.columns = run;
          pack_run(call, to, n - first, width);
        }
        n += run;
      }
    }
  }

  void pack_quantized(PackPanelCall call, int64_t column, int64_t depth, uint32_t* to) const {
    const QuantizedRows& rows = *problem_.b.quantized;
    const int64_t count = rows.by_depth ? call.columns : call.depth, length = rows.by_depth ? call.depth : call.columns;
    auto* values = scratch(Scratch::values, size_t(count * length * 4));
    for (int64_t r = 0; r < count; ++r) {
      void* row = advance(values, call.storage, r * length);
      rows.dequantize((rows.by_depth ? column : depth) + r, rows.by_depth ? depth : column, length, row, call.storage);
    }
    call.source = values;
    call.depth_stride = rows.by_depth ? 1 : length;
    call.column_stride = rows.by_depth ? length : 1;
    call.panel = to;
    kernels_.pack_panel(call);
  }

  // Some columns of a panel, beginning at `column`.
  void pack_run(PackPanelCall call, uint32_t* panel, int64_t column, int64_t width) const {
    if (column == 0 && call.columns == width) {
      call.panel = panel;
      return kernels_.pack_panel(call);
    }
    const int64_t cell_rows = divide_up(call.depth, kernels_.depth_per_cell);
    auto* part = scratch_of<uint32_t>(Scratch::values, size_t(cell_rows * call.columns));
    call.panel_columns = call.columns;
    call.panel = part;
    kernels_.pack_panel(call);
    for (int64_t k = 0; k < cell_rows; ++k) {
      std::memcpy(panel + k * width + column, part + k * call.columns, size_t(call.columns) * 4);
    }
  }

  // Every unit of work packs its own rows and multiplies them with all columns.
  void multiply_by_rows(int64_t part, const uint32_t* right) const {
    parallel_for(divide_up(problem_.rows, part), threads_, [&](int64_t unit) {
      const int64_t first = unit * part, rows = std::min(part, problem_.rows - first), slab = slab_rows(rows);
      auto* left = scratch_of<uint32_t>(Scratch::panel, size_t(blocks_ * slab_rows(part) * kSlabStride));
      for (int64_t block = 0; block < blocks_; ++block) {
        pack_left(first, slab, block, left + block * slab * kSlabStride);
      }
      for (int64_t panel = 0; panel < panels_; panel += group_) {
        multiply_part({left, slab, 0, first, rows, panel, std::min(group_, panels_ - panel), right});
      }
    });
  }

  // Every unit of work takes some columns, which it packs unless they are shared, and some of the packed rows.
  void multiply(int64_t first, int64_t rows, const uint32_t* left, const uint32_t* right) const {
    const int64_t tile = kernels_.tile_rows;
    const int64_t groups = divide_up(panels_, group_);
    // Enough units for the threads; a unit that packs its own columns takes as many rows as it can get.
    int64_t row_parts = divide_up(2 * threads_, groups);
    if (right) row_parts = std::max(row_parts, divide_up(rows, 16 * tile));
    row_parts = std::min(row_parts, divide_up(rows, tile));
    const int64_t part_rows = divide_up(divide_up(rows, row_parts), tile) * tile;
    row_parts = divide_up(rows, part_rows);
    const int64_t slab = slab_rows(rows);
    parallel_for(groups * row_parts, threads_, [&](int64_t unit) {
      const int64_t panel = unit / row_parts * group_, row = unit % row_parts * part_rows;
      const int64_t count = std::min(part_rows, rows - row);
      multiply_part({left, slab, row, first + row, count, panel, std::min(group_, panels_ - panel), right});
    });
  }

  struct Part {
    const uint32_t* left;  // packed rows, a slab per block of the depth
    int64_t slab;          // rows of a slab
    int64_t row;           // first row in the slab
    int64_t first, count;  // the same rows in the problem
    int64_t panel, panels; // columns
    const uint32_t* right; // shared packed columns, or null
  };

  void multiply_part(const Part& part) const {
    const int64_t tile = kernels_.tile_rows, sums_stride = part.panels * panel_columns_;
    auto* sums = scratch_of<float>(Scratch::sums, size_t(part.count * sums_stride));
    for (int64_t block = 0; block < blocks_; ++block) {
      const int64_t panel_cells = problem_.taps * cells(block) * panel_columns_;
      const uint32_t* columns;
      if (part.right) {
        columns = part.right + right_at(part.panel, block);
      } else {
        auto* own = scratch_of<uint32_t>(Scratch::panel, size_t(part.panels * panel_cells));
        for (int64_t p = 0; p < part.panels; ++p) pack_right(part.panel + p, block, own + p * panel_cells);
        columns = own;
      }
      for (int64_t r = 0; r < part.count; r += tile) {
        for (int64_t p = 0; p < part.panels; ++p) {
          kernels_.tile(
              {.a = part.left + (block * part.slab + part.row + r) * kSlabStride,
               .a_tap = problem_.dilation * kSlabStride,
               .b = columns + p * panel_cells,
               .taps = problem_.taps,
               .cells = int(cells(block)),
               .c = sums + r * sums_stride + p * panel_columns_,
               .c_stride = sums_stride,
               .rows = int(std::min(tile, part.count - r)),
               .vectors = int(panel_width(part.panel + p) / kernels_.width),
               .accumulate = block > 0});
        }
      }
    }
    const int64_t begin = part.panel * panel_columns_;
    const int64_t end = std::min(problem_.columns, begin + sums_stride);
    for (int64_t r = 0; r < part.count; ++r) finish(part.first + r, begin, end, sums + r * sums_stride);
  }

  void finish(int64_t row, int64_t begin, int64_t end, const float* sums) const {
    const int64_t phases = problem_.b.phases, channels = problem_.b.channels;
    if (phases == 0) return finish_run(row, begin, end - begin, sums);
    for (int64_t n = begin; n < end;) {
      const int64_t channel = n % channels, run = std::min(channels - channel, end - n);
      const int64_t position = row * phases + n / channels - problem_.out.first_position;
      if (position >= 0 && position < problem_.out.positions) finish_run(position, channel, run, sums + (n - begin));
      n += run;
    }
  }

  void finish_run(int64_t row, int64_t column, int64_t count, const float* sums) const {
    const Destination& out = problem_.out;
    const void* addend = nullptr;
    if (out.addend) {
      const int64_t at = row * out.addend_row_stride + column * out.addend_column_stride;
      addend = advance(out.addend, out.addend_storage, at);
    }
    kernels_.finish(
        {.sum = sums,
         .count = count,
         .alpha = out.alpha,
         .bias = out.bias ? out.bias + column : nullptr,
         .gate = out.gate ? out.gate + column : nullptr,
         .beta = out.beta,
         .addend = addend,
         .addend_stride = out.addend_column_stride,
         .addend_storage = out.addend_storage,
         .out = advance(out.data, out.storage, row * out.row_stride + column),
         .out_storage = out.storage});
  }

  const Contraction& problem_;
  const Kernels& kernels_;
  const int threads_;
  const int64_t panel_columns_, panels_;
  int64_t depth_block_, blocks_, halo_, chunk_rows_, right_cells_, group_;
  bool share_right_;
};

} // namespace

void QuantizedRows::dequantize(int64_t row, int64_t first, int64_t count, void* out, Storage out_storage) const {
  kernels().dequantize(
      {.bytes = bytes + row * row_bytes,
       .bits = bits,
       .group = group,
       .scales = advance(scales, storage, row * groups_per_row),
       .biases = advance(biases, storage, row * groups_per_row),
       .storage = storage,
       .first = first,
       .count = count,
       .out = out,
       .out_storage = out_storage});
}

bool is_large(const Contraction& problem) {
  return problem.rows * problem.columns * problem.depth * problem.taps > int64_t(1) << 22;
}

void contract(const Contraction& original, int threads) {
  if (original.rows <= 0 || original.columns <= 0) return;
  Contraction problem = original;
  // A sum over nothing: one row of zeros, so that bias and addend still get to the output.
  const float zero = 0;
  if (problem.depth <= 0) {
    problem.depth = 1;
    problem.a = {.data = &zero, .storage = Storage::f32, .row_stride = 0, .column_stride = 1, .rows = 0, .first_row = 0,
                 .snake = {}};
    problem.b = {.data = &zero, .storage = Storage::f32, .tap_stride = 0, .depth_stride = 0, .column_stride = 0,
                 .phases = problem.b.phases, .channels = problem.b.channels, .kernel_size = 0};
  }
  if (winograd::applies(problem)) return winograd::convolve(problem, threads);
  Plan(problem, is_large(problem) ? threads : 1).run();
}

} // namespace cmlx
