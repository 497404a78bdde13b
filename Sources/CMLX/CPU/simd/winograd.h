// The transforms of winograd.h; see vector.h for how this file is included.

namespace cmlx::CMLX_ISA {

static void winograd_input(const WinogradInputCall& call) {
  const winograd::Tables& t = winograd::tables();
  for_each_vector(call.channels, [&](int64_t c, int64_t lanes) {
    Float x[winograd::kPoints];
    CMLX_UNROLL
    for (int i = 0; i < winograd::kPoints; ++i) x[i] = load_lanes(call.rows + i * call.row_stride + c, lanes);
    auto put = [&](int point, Float y) { store_lanes(call.out + point * call.out_stride + c, y, lanes); };
    Float zero = x[0] * t.zero[0], infinity = x[1] * t.infinity[0];
    CMLX_UNROLL
    for (int k = 1; k < 6; ++k) {
      zero += x[2 * k] * t.zero[k];
      infinity += x[2 * k + 1] * t.infinity[k];
    }
    put(0, zero);
    put(winograd::kPoints - 1, infinity);
    CMLX_UNROLL
    for (int p = 0; p < winograd::kPairs; ++p) {
      Float even = x[2] * t.pair[p][0], odd = x[1] * t.pair_odd[p][0];
      CMLX_UNROLL
      for (int k = 1; k < 5; ++k) {
        even += x[2 * k + 2] * t.pair[p][k];
        odd += x[2 * k + 1] * t.pair_odd[p][k];
      }
      put(2 * p + 1, even + odd);
      put(2 * p + 2, even - odd);
    }
  });
}

static void winograd_output(const WinogradOutputCall& call) {
  const winograd::Tables& t = winograd::tables();
  for_each_vector(call.channels, [&](int64_t c, int64_t lanes) {
    auto product = [&](int point) { return load_lanes(call.products + point * call.point_stride + c, lanes); };
    Float sums[winograd::kPairs], differences[winograd::kPairs];
    CMLX_UNROLL
    for (int p = 0; p < winograd::kPairs; ++p) {
      const Float plus = product(2 * p + 1), minus = product(2 * p + 2);
      sums[p] = plus + minus;
      differences[p] = plus - minus;
    }
    CMLX_UNROLL
    for (int i = 0; i < winograd::kOutputs; ++i) {
      Float y = splat(0.0f);
      if (i == 0) y = product(0) * t.output_zero;
      if (i == winograd::kOutputs - 1) y = product(winograd::kPoints - 1) * t.output_infinity;
      CMLX_UNROLL
      for (int p = 0; p < winograd::kPairs; ++p) y += (i % 2 == 0 ? sums[p] : differences[p]) * t.output[i][p];
      store_lanes(call.out + i * call.out_stride + c, y, lanes);
    }
  });
}

static void winograd_weights(const WinogradWeightsCall& call) {
  const winograd::Tables& t = winograd::tables();
  for_each_vector(call.channels, [&](int64_t c, int64_t lanes) {
    Float taps[winograd::kKernel];
    CMLX_UNROLL
    for (int k = 0; k < winograd::kKernel; ++k) taps[k] = load_lanes(call.taps + k * call.channels + c, lanes);
    for (int point = 0; point < winograd::kPoints; ++point) {
      Float y = taps[0] * t.weights[point][0];
      CMLX_UNROLL
      for (int k = 1; k < winograd::kKernel; ++k) y += taps[k] * t.weights[point][k];
      store_lanes(call.out + point * call.out_stride + c, y, lanes);
    }
  });
}

} // namespace cmlx::CMLX_ISA
