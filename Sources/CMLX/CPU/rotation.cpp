// Rotary position embedding.
#include "cpu_ops.h"
#include "operation.h"

#include <mlx/fast.h>

#include <algorithm>
#include <cmath>
#include <list>
#include <memory>
#include <mutex>

namespace cmlx {

namespace {

// Cosines and sines of consecutive positions, one row of each per position.
struct AngleTable {
  int64_t positions, half;
  std::vector<float> cosines, sines;
};

using Frequencies = std::vector<float>; // radians per position

Frequencies frequencies_of(float base, int64_t half) {
  Frequencies result(static_cast<size_t>(half));
  for (int64_t i = 0; i < half; ++i) result[size_t(i)] = float(std::pow(double(base), -double(i) / double(half)));
  return result;
}

// Angles are rounded to float before their cosines are taken, as the models that are run here were trained.
std::shared_ptr<const AngleTable> make_table(
    const Frequencies& frequencies, float scale, int64_t first, int64_t positions) {
  const auto half = int64_t(frequencies.size());
  auto table = std::make_shared<AngleTable>();
  *table = {positions, half, std::vector<float>(size_t(positions * half)), std::vector<float>(size_t(positions * half))};
  parallel_ranges(positions, 16, [&](int64_t begin, int64_t end) {
    for (int64_t p = begin; p < end; ++p) {
      const float position = float(first + p) * scale;
      for (int64_t i = 0; i < half; ++i) {
        const double angle = double(position * frequencies[size_t(i)]);
        table->cosines[size_t(p * half + i)] = float(std::cos(angle));
        table->sines[size_t(p * half + i)] = float(std::sin(angle));
      }
    }
  });
  return table;
}

// Tables from position 0 on are kept, because every layer of a network and every step of a song asks for the same.
class TableCache {
 public:
  std::shared_ptr<const AngleTable> find(const Frequencies& frequencies, float scale, int64_t positions) {
    std::lock_guard lock(mutex_);
    auto entry = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) {
      return e.scale == scale && e.frequencies == frequencies;
    });
    if (entry == entries_.end()) {
      if (entries_.size() == kEntries) entries_.pop_back();
      entries_.push_front({frequencies, scale, nullptr});
    } else {
      entries_.splice(entries_.begin(), entries_, entry);
    }
    auto& table = entries_.front().table;
    if (!table || table->positions < positions) {
      const int64_t grown = table ? std::min(2 * table->positions, kPositions) : 256;
      table = make_table(frequencies, scale, 0, std::max(positions, grown));
    }
    return table;
  }

  static constexpr int64_t kPositions = 1 << 15; // beyond, tables are made for the occasion

 private:
  static constexpr size_t kEntries = 4;
  struct Entry {
    Frequencies frequencies;
    float scale;
    std::shared_ptr<const AngleTable> table;
  };
  std::mutex mutex_;
  std::list<Entry> entries_;
};

TableCache& tables() {
  static TableCache cache;
  return cache;
}

struct Rotation {
  int dims;
  bool traditional;
  float base, scale;
  int offset;
  bool inverse;

  bool operator==(const Rotation&) const = default;
};

// inputs: x (..., T, D), and the reciprocals of the frequencies (dims / 2) if they are given.
class RotaryEmbedding final : public Operation {
 public:
  RotaryEmbedding(mx::Stream stream, Rotation rotation) : Operation(stream), rotation_(rotation) {}

  const char* name() const override { return "RotaryEmbedding"; }

  bool is_equivalent(const mx::Primitive& other) const override {
    return rotation_ == static_cast<const RotaryEmbedding&>(other).rotation_;
  }

  std::vector<mx::Shape> output_shapes(const std::vector<mx::array>& inputs) override { return {inputs[0].shape()}; }

  mx::array plain(const std::vector<mx::array>& inputs) override {
    std::optional<mx::array> periods;
    if (inputs.size() > 1) periods = inputs[1];
    const auto& r = rotation_;
    const float scale = r.inverse ? -r.scale : r.scale;
    const auto base = periods ? std::nullopt : std::optional<float>(r.base);
    return mx::fast::rope(inputs[0], r.dims, r.traditional, base, scale, r.offset, periods, stream());
  }

  std::vector<mx::array> vjp(
      const std::vector<mx::array>& primals, const std::vector<mx::array>& cotangents,
      const std::vector<int>& argnums, const std::vector<mx::array>&) override {
    if (argnums.size() != 1 || argnums[0] != 0) {
      throw std::invalid_argument("[rope] There is no derivative with respect to the frequencies.");
    }
    return {turned(primals, cotangents[0], !rotation_.inverse)};
  }

  std::vector<mx::array> jvp(
      const std::vector<mx::array>& primals, const std::vector<mx::array>& tangents,
      const std::vector<int>& argnums) override {
    if (argnums.size() != 1 || argnums[0] != 0) {
      throw std::invalid_argument("[rope] There is no derivative with respect to the frequencies.");
    }
    return {turned(primals, tangents[0], rotation_.inverse)};
  }

  void compute(const std::vector<mx::array>& inputs, mx::array& out) override;

 private:
  mx::array turned(const std::vector<mx::array>& primals, const mx::array& x, bool inverse) {
    auto rotation = rotation_;
    rotation.inverse = inverse;
    std::vector<mx::array> inputs = primals;
    inputs[0] = x;
    return mx::array(x.shape(), x.dtype(), std::make_shared<RotaryEmbedding>(stream(), rotation), inputs);
  }

  const Rotation rotation_;
};

void RotaryEmbedding::compute(const std::vector<mx::array>& inputs, mx::array& out) {
  allocate(out);
  if (out.size() == 0) return;
  const auto x = inputs[0].strides(-1) == 1 || inputs[0].shape(-1) == 1 ? inputs[0] : contiguous(inputs[0]);
  const int64_t steps = x.shape(-2), count = x.shape(-1), rows = int64_t(x.size()) / count;
  const RowOffsets offsets(x.shape(), x.strides());
  std::optional<StridedView> periods;
  if (inputs.size() > 1) periods = view_of(inputs[1]);
  RotateCall call{.x = x.data<void>(), .out = out.data<void>(), .storage = storage_of(x), .count = count,
                  .half = rotation_.dims / 2, .cosines = nullptr, .sines = nullptr,
                  .neighbours = rotation_.traditional};
  submit([call, offsets, periods, steps, rows, rotation = rotation_] {
    Frequencies frequencies = periods ? floats_of(*periods) : frequencies_of(rotation.base, call.half);
    if (periods) {
      for (float& value : frequencies) value = 1.0f / value;
    }
    const float scale = rotation.inverse ? -rotation.scale : rotation.scale;
    const int64_t first = rotation.offset, end_position = first + steps;
    const bool cached = first >= 0 && end_position <= TableCache::kPositions;
    const auto table = cached ? tables().find(frequencies, scale, end_position)
                              : make_table(frequencies, scale, first, steps);
    const int64_t table_first = cached ? first : 0;
    const Kernels& kernel = kernels();
    parallel_ranges(rows, std::max<int64_t>(1, (1 << 14) / call.count), [&](int64_t begin, int64_t end) {
      RotateCall part = call;
      for (int64_t r = begin; r < end; ++r) {
        const auto at = size_t((table_first + r % steps) * call.half);
        part.x = advance(call.x, call.storage, offsets(r));
        part.out = advance(call.out, call.storage, r * call.count);
        part.cosines = &table->cosines[at];
        part.sines = &table->sines[at];
        kernel.rotate(part);
      }
    });
  });
}

} // namespace

mx::array rope(
    const mx::array& x, int dims, bool traditional, std::optional<float> base, float scale, int offset,
    const std::optional<mx::array>& freqs, mx::StreamOrDevice s) {
  const auto stream = mx::to_stream(s);
  const bool valid = x.ndim() >= 3 && dims > 0 && dims % 2 == 0 && dims <= x.shape(-1) &&
      base.has_value() != freqs.has_value() && (!freqs || (freqs->ndim() == 1 && freqs->shape(0) == dims / 2));
  if (!is_cpu(stream) || !computes(x.dtype()) || !valid) {
    return mx::fast::rope(x, dims, traditional, base, scale, offset, freqs, s);
  }
  std::vector<mx::array> inputs = {x};
  if (freqs) inputs.push_back(mx::astype(*freqs, mx::float32, s));
  const Rotation rotation{dims, traditional, base.value_or(1), scale, offset, false};
  return mx::array(x.shape(), x.dtype(), std::make_shared<RotaryEmbedding>(stream, rotation), inputs);
}

} // namespace cmlx
