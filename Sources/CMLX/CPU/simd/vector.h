// Vectors of float and the arithmetic on them, for one instruction set. A file that compiles the kernels for an
// instruction set defines CMLX_ISA (a namespace) and CMLX_VECTOR_BYTES, turns the instruction set on for the
// functions that follow, and includes these headers; they have no include guards for that reason.

namespace cmlx::CMLX_ISA {

#define CMLX_INLINE static inline __attribute__((always_inline))
#define CMLX_UNROLL _Pragma("clang loop unroll(full)")

constexpr int kWidth = CMLX_VECTOR_BYTES / 4;

typedef float Float __attribute__((ext_vector_type(kWidth)));
typedef int32_t Int __attribute__((ext_vector_type(kWidth)));
typedef uint32_t Word __attribute__((ext_vector_type(kWidth)));
typedef uint16_t Half __attribute__((ext_vector_type(kWidth)));

typedef Float UnalignedFloat __attribute__((aligned(4), may_alias));
typedef Half UnalignedHalf __attribute__((aligned(2), may_alias));

CMLX_INLINE Float splat(float x) { return (Float)(x); }

CMLX_INLINE Float widen(Half bits) { return (Float)(__builtin_convertvector(bits, Word) << 16); }

// Rounds to nearest, ties to even; a NaN stays one.
CMLX_INLINE Half narrow(Float x) {
  const Word bits = (Word)x;
  const Word rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
  const Word quiet = (bits >> 16) | 0x40u;
  return __builtin_convertvector((x == x) ? rounded : quiet, Half);
}

CMLX_INLINE Float load(const float* p) { return *reinterpret_cast<const UnalignedFloat*>(p); }
CMLX_INLINE Float load(const BFloat* p) { return widen(*reinterpret_cast<const UnalignedHalf*>(p)); }
CMLX_INLINE void store(float* p, Float x) { *reinterpret_cast<UnalignedFloat*>(p) = x; }
CMLX_INLINE void store(BFloat* p, Float x) { *reinterpret_cast<UnalignedHalf*>(p) = narrow(x); }

// The first `count` lanes; the others are zero.
template <class T>
CMLX_INLINE Float load_part(const T* p, int64_t count) {
  T lanes[kWidth] = {};
  __builtin_memcpy(lanes, p, size_t(count) * sizeof(T));
  return load(lanes);
}

template <class T>
CMLX_INLINE void store_part(T* p, Float x, int64_t count) {
  T lanes[kWidth];
  store(lanes, x);
  __builtin_memcpy(p, lanes, size_t(count) * sizeof(T));
}

CMLX_INLINE float to_float(float x) { return x; }
CMLX_INLINE float to_float(BFloat x) { return __builtin_bit_cast(float, uint32_t(x.bits) << 16); }
CMLX_INLINE void from_float(float& out, float x) { out = x; }
CMLX_INLINE void from_float(BFloat& out, float x) { out.bits = narrow(splat(x))[0]; }

// Calls body(load, store, i) for each vector of [0, count), the last one partial.
template <class Body>
CMLX_INLINE void for_each_vector(int64_t count, Body body) {
  int64_t i = 0;
  for (; i + kWidth <= count; i += kWidth) body(i, int64_t(kWidth));
  if (i < count) body(i, count - i);
}

template <class T>
CMLX_INLINE Float load_lanes(const T* p, int64_t lanes) {
  return lanes == kWidth ? load(p) : load_part(p, lanes);
}

template <class T>
CMLX_INLINE void store_lanes(T* p, Float x, int64_t lanes) {
  if (lanes == kWidth) {
    store(p, x);
  } else {
    store_part(p, x, lanes);
  }
}

CMLX_INLINE Float max(Float a, Float b) { return (a > b) ? a : b; }
CMLX_INLINE Float min(Float a, Float b) { return (a < b) ? a : b; }

// Always in the same order, so that a sum does not depend on the instruction set's own reduction.
CMLX_INLINE float sum(Float x) {
  float lanes[kWidth];
  store(lanes, x);
  CMLX_UNROLL
  for (int half = kWidth / 2; half >= 1; half /= 2) {
    CMLX_UNROLL
    for (int i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  return lanes[0];
}

CMLX_INLINE float maximum(Float x) {
  float lanes[kWidth];
  store(lanes, x);
  float result = lanes[0];
  CMLX_UNROLL
  for (int i = 1; i < kWidth; ++i) result = lanes[i] > result ? lanes[i] : result;
  return result;
}

// Adding and subtracting 1.5 * 2^23 rounds to the nearest integer, for |x| < 2^22.
CMLX_INLINE Float round_nearest(Float x) {
  const float magic = 12582912.0f;
  return (x + magic) - magic;
}

// e^x within 2 units in the last place; 0 below -87.3, infinity above 88.7. NaN in, NaN out.
CMLX_INLINE Float exp(Float x) {
  const Float clamped = min(max(x, splat(-87.3365f)), splat(88.7228f));
  const Float n = round_nearest(clamped * 1.44269504088896341f);
  // ln 2 in two parts, the first with trailing zero bits, so that n * high is exact.
  Float r = clamped - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  // The Taylor series of e^r up to r^7; |r| <= ln(2) / 2.
  Float p = splat(1.0f / 5040);
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  // 2^n as two factors, because n = 128 has no exponent of its own.
  const Int whole = __builtin_convertvector(n, Int);
  const Int low = whole >> 1;
  const Int high = whole - low;
  Float y = p * (Float)((low + 127) << 23) * (Float)((high + 127) << 23);
  y = (x > 88.7228f) ? splat(__builtin_inff()) : y;
  y = (x < -87.3365f) ? splat(0.0f) : y;
  return (x == x) ? y : x;
}

CMLX_INLINE Float sigmoid(Float x) { return 1.0f / (1.0f + exp(-x)); }
CMLX_INLINE Float silu(Float x) { return x / (1.0f + exp(-x)); }

// sin(x)^2 within 2^-23. The angle is reduced to [-pi/4, pi/4] by n times pi/2; where n is odd, the square is that of
// the cosine.
CMLX_INLINE Float sin_squared(Float x) {
  const float magic = 12582912.0f; // as in round_nearest; the sum's last bit is that of n
  const Float shifted = x * 0.636619772367581343f + magic;
  const Float n = shifted - magic;
  // pi/2 in two parts, the first short enough for exact products up to |n| = 2^16. What the second loses is less than
  // the rounding of x.
  Float r = x - n * 1.5703125f;
  r = r - n * 4.83826794896619e-4f;
  const Float r2 = r * r;
  // (sin(r) / r - 1) / r^2, the Taylor series up to r^6. What it adds to r is small, so that little is lost but by
  // rounding the sum.
  Float p = splat(1.0f / 362880);
  p = p * r2 - 1.0f / 5040;
  p = p * r2 + 1.0f / 120;
  p = p * r2 - 1.0f / 6;
  const Float sine = r2 * r * p + r;
  const Float square = sine * sine;
  const auto is_odd = ((Word)shifted & 1u) != 0u;
  Float y = is_odd ? 1.0f - square : square;
  const Float magnitude = max(x, -x);
  if (__builtin_expect(maximum(magnitude) > 20000.0f, 0)) {
    for (int i = 0; i < kWidth; ++i) {
      if (magnitude[i] > 20000.0f) {
        const double s = __builtin_sin(double(x[i]));
        y[i] = float(s * s);
      }
    }
  }
  return (x == x) ? y : x;
}

// Interleaves the lower (part = 0) or upper (part = 1) halves of two vectors.
template <int part, int... lane>
CMLX_INLINE Float interleave(Float a, Float b, std::integer_sequence<int, lane...>) {
  return __builtin_shufflevector(a, b, (part * (kWidth / 2) + lane / 2 + (lane % 2) * kWidth)...);
}

// Transposes a square of kWidth x kWidth: log2(kWidth) perfect shuffles of its rows.
CMLX_INLINE void transpose_square(Float (&rows)[kWidth]) {
  constexpr auto lanes = std::make_integer_sequence<int, kWidth>{};
  CMLX_UNROLL
  for (int step = 1; step < kWidth; step *= 2) {
    Float next[kWidth];
    CMLX_UNROLL
    for (int i = 0; i < kWidth / 2; ++i) {
      next[2 * i] = interleave<0>(rows[i], rows[i + kWidth / 2], lanes);
      next[2 * i + 1] = interleave<1>(rows[i], rows[i + kWidth / 2], lanes);
    }
    CMLX_UNROLL
    for (int i = 0; i < kWidth; ++i) rows[i] = next[i];
  }
}

} // namespace cmlx::CMLX_ISA
