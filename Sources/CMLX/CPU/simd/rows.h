// Elementwise functions, normalisation and rotation of rows; see vector.h for how this file is included.

namespace cmlx::CMLX_ISA {

// `lanes` values from position i of an operand that may repeat one value.
CMLX_INLINE Float read(const MapOperand& operand, int64_t i, int64_t lanes) {
  if (operand.repeats) {
    return splat(
        operand.storage == Storage::f32 ? *static_cast<const float*>(operand.data)
                                        : to_float(*static_cast<const BFloat*>(operand.data)));
  }
  return operand.storage == Storage::f32 ? load_lanes(static_cast<const float*>(operand.data) + i, lanes)
                                         : load_lanes(static_cast<const BFloat*>(operand.data) + i, lanes);
}

CMLX_INLINE void write(void* out, Storage storage, int64_t i, Float x, int64_t lanes) {
  if (storage == Storage::f32) {
    store_lanes(static_cast<float*>(out) + i, x, lanes);
  } else {
    store_lanes(static_cast<BFloat*>(out) + i, x, lanes);
  }
}

template <class Function>
CMLX_INLINE void map_each(const MapCall& call, Function function) {
  for_each_vector(call.count, [&](int64_t i, int64_t lanes) {
    write(call.out, call.out_storage, i, function(i, lanes), lanes);
  });
}

static void map(const MapCall& call) {
  const auto &a = call.operands[0], &b = call.operands[1], &c = call.operands[2];
  switch (call.function) {
    case MapFunction::copy:
      return map_each(call, [&](int64_t i, int64_t lanes) { return read(a, i, lanes); });
    case MapFunction::add:
      return map_each(call, [&](int64_t i, int64_t lanes) { return read(a, i, lanes) + read(b, i, lanes); });
    case MapFunction::subtract:
      return map_each(call, [&](int64_t i, int64_t lanes) { return read(a, i, lanes) - read(b, i, lanes); });
    case MapFunction::multiply:
      return map_each(call, [&](int64_t i, int64_t lanes) { return read(a, i, lanes) * read(b, i, lanes); });
    case MapFunction::divide:
      return map_each(call, [&](int64_t i, int64_t lanes) { return read(a, i, lanes) / read(b, i, lanes); });
    case MapFunction::exp:
      return map_each(call, [&](int64_t i, int64_t lanes) { return exp(read(a, i, lanes)); });
    case MapFunction::sigmoid:
      return map_each(call, [&](int64_t i, int64_t lanes) { return sigmoid(read(a, i, lanes)); });
    case MapFunction::silu:
      return map_each(call, [&](int64_t i, int64_t lanes) { return silu(read(a, i, lanes)); });
    case MapFunction::swiglu:
      return map_each(call, [&](int64_t i, int64_t lanes) { return silu(read(a, i, lanes)) * read(b, i, lanes); });
    case MapFunction::snake:
      return map_each(call, [&](int64_t i, int64_t lanes) {
        const Float x = read(a, i, lanes);
        return x + sin_squared(read(b, i, lanes) * x) / (read(c, i, lanes) + 1e-9f);
      });
  }
}

static void normalize(const NormalizeCall& call) {
  Float squares[2] = {splat(0.0f), splat(0.0f)};
  const MapOperand x{call.x, call.x_storage, false};
  int64_t i = 0;
  for (; i + 2 * kWidth <= call.count; i += 2 * kWidth) {
    const Float first = read(x, i, kWidth), second = read(x, i + kWidth, kWidth);
    squares[0] += first * first;
    squares[1] += second * second;
  }
  for (; i < call.count; i += kWidth) {
    const Float value = read(x, i, call.count - i < kWidth ? call.count - i : kWidth);
    squares[0] += value * value;
  }
  const float mean = sum(squares[0] + squares[1]) / float(call.count);
  const float factor = 1.0f / __builtin_sqrtf(mean + call.epsilon);
  const bool weighted = call.weight.data, modulated = call.scale.data;
  for_each_vector(call.count, [&](int64_t j, int64_t lanes) {
    Float y = read(x, j, lanes) * factor;
    if (weighted) y *= read(call.weight, j, lanes);
    if (modulated) y = y * (1.0f + read(call.scale, j, lanes)) + read(call.shift, j, lanes);
    write(call.out, call.out_storage, j, y, lanes);
  });
}

// Pairs (i, i + half) of a row turn by the angles whose cosines and sines are given.
template <class T>
static void rotate_halves(const T* x, const float* cosines, const float* sines, int64_t half, T* out) {
  for_each_vector(half, [&](int64_t i, int64_t lanes) {
    const Float a = load_lanes(x + i, lanes), b = load_lanes(x + half + i, lanes);
    const Float cosine = load_lanes(cosines + i, lanes), sine = load_lanes(sines + i, lanes);
    store_lanes(out + i, a * cosine - b * sine, lanes);
    store_lanes(out + half + i, a * sine + b * cosine, lanes);
  });
}

// Pairs (2 i, 2 i + 1) turn.
template <class T>
static void rotate_neighbours(const T* x, const float* cosines, const float* sines, int64_t half, T* out) {
  for (int64_t i = 0; i < half; ++i) {
    const float a = to_float(x[2 * i]), b = to_float(x[2 * i + 1]);
    from_float(out[2 * i], a * cosines[i] - b * sines[i]);
    from_float(out[2 * i + 1], a * sines[i] + b * cosines[i]);
  }
}

template <class T>
static void rotate_of(const RotateCall& call) {
  const T* x = static_cast<const T*>(call.x);
  T* out = static_cast<T*>(call.out);
  if (call.neighbours) {
    rotate_neighbours(x, call.cosines, call.sines, call.half, out);
  } else {
    rotate_halves(x, call.cosines, call.sines, call.half, out);
  }
  for (int64_t i = 2 * call.half; i < call.count; ++i) out[i] = x[i];
}

static void rotate(const RotateCall& call) {
  call.storage == Storage::f32 ? rotate_of<float>(call) : rotate_of<BFloat>(call);
}

} // namespace cmlx::CMLX_ISA
