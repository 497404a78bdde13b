#include "attention_work.h"

#include "parallel.h"
#include "workspace.h"

#include <algorithm>

namespace cmlx {

namespace {

constexpr int64_t kPackedBytes = int64_t(32) << 20; // packed keys and values at a time
constexpr int64_t kKeyBlock = kSlabDepth;
constexpr int64_t kFewQueries = 8;

struct Range {
  int64_t low, high;
  bool empty() const { return low >= high; }
};

int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

class Work : private AttentionProblem {
 public:
  explicit Work(const AttentionProblem& problem) : AttentionProblem(problem) {}

  void run() {
    kernels_ = &kernels();
    repeats_ = heads / kv_heads;
    if (repeats_ * queries <= kFewQueries && k.strides[3] == 1 && v.strides[3] == 1) return run_few();
    width_ = kernels_->width * kernels_->panel_vectors;
    blocks_ = divide_up(keys, kKeyBlock);
    value_panels_ = divide_up(value_depth, width_);
    padded_keys_ = blocks_ * divide_up(kKeyBlock, width_) * width_;
    const int64_t key_cells = padded_keys_ * depth, value_cells = blocks_ * kKeyBlock * value_panels_ * width_;
    const int64_t groups = batch * kv_heads;
    const int64_t together = std::clamp<int64_t>(kPackedBytes / (4 * (key_cells + value_cells)), 1, groups);
    auto* packed_keys = scratch_of<uint32_t>(Scratch::left, size_t(together * key_cells));
    auto* packed_values = scratch_of<uint32_t>(Scratch::right, size_t(together * value_cells));
    const int64_t row_blocks = divide_up(queries, query_rows());
    for (int64_t first = 0; first < groups; first += together) {
      const int64_t count = std::min(together, groups - first);
      parallel_for(count * blocks_, thread_count(), [&](int64_t unit) {
        const int64_t group = unit / blocks_, block = unit % blocks_;
        pack_keys(first + group, block, packed_keys + group * key_cells);
        pack_values(first + group, block, packed_values + group * value_cells);
      });
      parallel_for(count * repeats_ * row_blocks, thread_count(), [&](int64_t unit) {
        const int64_t group = unit / (repeats_ * row_blocks), rest = unit % (repeats_ * row_blocks);
        const int64_t row = rest % row_blocks * query_rows();
        attend(
            first + group, rest / row_blocks, row, std::min(query_rows(), queries - row),
            packed_keys + group * key_cells, packed_values + group * value_cells);
      });
    }
  }

 private:
  int64_t query_rows() const { return kernels_->tile_rows * std::max<int64_t>(1, 112 / kernels_->tile_rows); }
  int64_t keys_in(int64_t block) const { return std::min(kKeyBlock, keys - block * kKeyBlock); }

  // The keys that row i sees. A row that sees none averages all values, as a row whose mask is false everywhere.
  Range visible(int64_t row) const {
    const int64_t low = band.below <= -kUnlimited ? 0 : std::clamp<int64_t>(row + band.below, 0, keys);
    const int64_t high = band.above >= kUnlimited ? keys : std::clamp<int64_t>(row + band.above + 1, 0, keys);
    return {low, high};
  }

  SoftmaxCall softmax_call(int64_t b, int64_t head, int64_t row, int64_t first_key, int64_t count, float* scores) const {
    Range range = visible(row);
    SoftmaxCall call{.scores = scores, .count = count, .low = 0, .high = count, .scale = scale,
                     .mask_kind = mask.kind, .mask = nullptr, .mask_storage = mask.storage,
                     .mask_stride = mask.strides[3]};
    if (range.empty()) {
      call.mask_kind = MaskKind::hidden;
      return call;
    }
    call.low = std::clamp<int64_t>(range.low - first_key, 0, count);
    call.high = std::clamp<int64_t>(range.high - first_key, call.low, count);
    if (mask.kind != MaskKind::none) call.mask = mask.at(b, head, row, first_key);
    return call;
  }

  void pack_keys(int64_t group, int64_t block, uint32_t* to) const {
    const int64_t count = keys_in(block);
    to += block * divide_up(kKeyBlock, width_) * width_ * depth;
    for (int64_t key = 0; key < count; key += width_, to += width_ * depth) {
      kernels_->pack_panel(
          {.source = k.at(group / kv_heads, group % kv_heads, block * kKeyBlock + key), .storage = k.storage,
           .depth_stride = k.strides[3], .column_stride = k.strides[2], .depth = depth,
           .columns = std::min(width_, count - key), .panel_columns = width_, .panel = to});
    }
  }

  void pack_values(int64_t group, int64_t block, uint32_t* to) const {
    const int64_t count = keys_in(block);
    to += block * kKeyBlock * value_panels_ * width_;
    for (int64_t panel = 0; panel < value_panels_; ++panel, to += kKeyBlock * width_) {
      const void* source = v.at(group / kv_heads, group % kv_heads, block * kKeyBlock);
      kernels_->pack_panel(
          {.source = advance(source, v.storage, panel * width_ * v.strides[3]), .storage = v.storage,
           .depth_stride = v.strides[2], .column_stride = v.strides[3], .depth = count,
           .columns = std::min(width_, value_depth - panel * width_), .panel_columns = width_, .panel = to});
    }
  }

  // Some rows of one head against all keys that they see.
  void attend(
      int64_t group, int64_t repeat, int64_t first_row, int64_t rows, const uint32_t* packed_keys,
      const uint32_t* packed_values) const {
    const int64_t b = group / kv_heads, head = group % kv_heads * repeats_ + repeat;
    const int64_t tile = kernels_->tile_rows, out_width = value_panels_ * width_;
    auto* cells = scratch_of<uint32_t>(Scratch::rows, size_t(2 * rows * kSlabStride));
    auto* scores = reinterpret_cast<float*>(cells + rows * kSlabStride);
    auto* sums = scratch_of<float>(Scratch::sums, size_t(rows * (out_width + 2)));
    float *maxima = sums + rows * out_width, *totals = maxima + rows;
    kernels_->pack_rows(
        {.source = q.at(b, head, first_row), .storage = q.storage, .row_stride = q.strides[2],
         .column_stride = q.strides[3], .rows = rows, .depth = depth, .snake = {}, .slab = cells});
    std::fill(sums, sums + rows * out_width, 0.0f);
    std::fill(maxima, maxima + rows, -std::numeric_limits<float>::infinity());
    std::fill(totals, totals + rows, 0.0f);

    Range needed{keys, 0};
    for (int64_t r = 0; r < rows; ++r) {
      const Range range = visible(first_row + r);
      needed.low = std::min(needed.low, range.empty() ? 0 : range.low);
      needed.high = std::max(needed.high, range.empty() ? keys : range.high);
    }
    for (int64_t block = needed.low / kKeyBlock; block * kKeyBlock < needed.high; ++block) {
      const int64_t start = block * kKeyBlock;
      // Whole panels of keys; those outside get no weight.
      const int64_t from = std::max<int64_t>(0, needed.low - start) / width_ * width_;
      const int64_t to = std::min(keys_in(block), needed.high - start);
      const uint32_t* block_keys = packed_keys + block * divide_up(kKeyBlock, width_) * width_ * depth;
      for (int64_t r = 0; r < rows; r += tile) {
        for (int64_t key = from; key < to; key += width_) {
          kernels_->tile(
              {.a = cells + r * kSlabStride, .a_tap = 0, .b = block_keys + key * depth, .taps = 1, .cells = int(depth),
               .c = scores + r * kSlabStride + key, .c_stride = kSlabStride, .rows = int(std::min(tile, rows - r)),
               .vectors = kernels_->panel_vectors, .accumulate = false});
        }
      }
      for (int64_t r = 0; r < rows; ++r) {
        float* row_scores = scores + r * kSlabStride + from;
        const auto call = softmax_call(b, head, first_row + r, start + from, to - from, row_scores);
        const float shrink = kernels_->softmax(call, maxima[r], totals[r]);
        if (shrink != 1.0f) kernels_->scale_values(sums + r * out_width, out_width, shrink);
      }
      const uint32_t* block_values = packed_values + block * kKeyBlock * value_panels_ * width_;
      for (int64_t panel = 0; panel < value_panels_; ++panel) {
        for (int64_t r = 0; r < rows; r += tile) {
          kernels_->tile(
              {.a = reinterpret_cast<const uint32_t*>(scores + r * kSlabStride + from), .a_tap = 0,
               .b = block_values + (panel * kKeyBlock + from) * width_, .taps = 1, .cells = int(to - from),
               .c = sums + r * out_width + panel * width_, .c_stride = out_width,
               .rows = int(std::min(tile, rows - r)), .vectors = kernels_->panel_vectors, .accumulate = true});
        }
      }
    }
    for (int64_t r = 0; r < rows; ++r) finish(b, head, first_row + r, sums + r * out_width, totals[r]);
  }

  // Few queries, as when a language model writes: keys and values are read once, in place.
  void run_few() const {
    parallel_for(batch * kv_heads, thread_count(), [&](int64_t group) {
      const int64_t b = group / kv_heads, kv_head = group % kv_heads, rows = repeats_ * queries;
      auto* x = scratch_of<float>(Scratch::rows, size_t(rows * depth));
      auto* scores = scratch_of<float>(Scratch::values, size_t(rows * keys));
      auto* sums = scratch_of<float>(Scratch::sums, size_t(rows * value_depth));
      for (int64_t r = 0; r < rows; ++r) {
        const int64_t head = kv_head * repeats_ + r / queries;
        const void* source = q.at(b, head, r % queries);
        if (q.strides[3] == 1) {
          kernels_->convert(source, q.storage, x + r * depth, Storage::f32, depth);
        } else {
          for (int64_t i = 0; i < depth; ++i) {
            kernels_->convert(advance(source, q.storage, i * q.strides[3]), q.storage, x + r * depth + i, Storage::f32, 1);
          }
        }
      }
      kernels_->dots(
          {.x = x, .x_stride = depth, .rows = int(rows), .w = k.at(b, kv_head, 0), .w_storage = k.storage,
           .w_stride = k.strides[2], .columns = keys, .depth = depth, .out = scores, .out_stride = keys});
      float totals[kFewQueries] = {};
      for (int64_t r = 0; r < rows; ++r) {
        float maximum = -std::numeric_limits<float>::infinity();
        const int64_t head = kv_head * repeats_ + r / queries;
        kernels_->softmax(softmax_call(b, head, r % queries, 0, keys, scores + r * keys), maximum, totals[r]);
      }
      std::fill(sums, sums + rows * value_depth, 0.0f);
      kernels_->columns(
          {.x = scores, .x_stride = keys, .rows = int(rows), .w = v.at(b, kv_head, 0), .w_storage = v.storage,
           .w_stride = v.strides[2], .columns = value_depth, .depth = keys, .out = sums, .out_stride = value_depth});
      for (int64_t r = 0; r < rows; ++r) {
        finish(b, kv_head * repeats_ + r / queries, r % queries, sums + r * value_depth, totals[r]);
      }
    });
  }

  void finish(int64_t b, int64_t head, int64_t row, float* sums, float total) const {
    kernels_->scale_values(sums, value_depth, 1.0f / total);
    const int64_t at = ((b * heads + head) * queries + row) * value_depth;
    kernels_->convert(sums, Storage::f32, advance(out, out_storage, at), out_storage, value_depth);
  }

  const Kernels* kernels_ = nullptr;
  int64_t repeats_ = 1, width_ = 0, blocks_ = 0, value_panels_ = 0, padded_keys_ = 0;
};

} // namespace

void attend(const AttentionProblem& problem) { Work(problem).run(); }

} // namespace cmlx
