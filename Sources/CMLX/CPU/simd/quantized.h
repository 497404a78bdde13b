// Weights of 8 or 4 bits in groups that share a scale and a bias; see vector.h for how this file is included.

namespace cmlx::CMLX_ISA {

CMLX_INLINE float group_value(const void* values, Storage storage, int64_t i) {
  return storage == Storage::f32 ? static_cast<const float*>(values)[i] : to_float(static_cast<const BFloat*>(values)[i]);
}

// kWidth whole numbers from position i on.
CMLX_INLINE Float unpack(const uint8_t* bytes, int bits, int64_t i) {
  uint8_t numbers[kWidth];
  if (bits == 8) {
    __builtin_memcpy(numbers, bytes + i, kWidth);
  } else {
    CMLX_UNROLL
    for (int j = 0; j < kWidth / 2; ++j) {
      numbers[2 * j] = bytes[i / 2 + j] & 15;
      numbers[2 * j + 1] = bytes[i / 2 + j] >> 4;
    }
  }
  return __builtin_convertvector(
      __builtin_convertvector(*reinterpret_cast<const UnalignedByte*>(numbers), Int), Float);
}

CMLX_INLINE float unpack_one(const uint8_t* bytes, int bits, int64_t i) {
  return bits == 8 ? float(bytes[i]) : float(i % 2 == 0 ? bytes[i / 2] & 15 : bytes[i / 2] >> 4);
}

template <class Out>
static void dequantize_to(const DequantizeCall& call, Out* out) {
  for (int64_t i = call.first, end = call.first + call.count; i < end;) {
    const int64_t group = i / call.group, rest = (group + 1) * call.group - i;
    const int64_t stop = i + (rest < end - i ? rest : end - i);
    const float scale = group_value(call.scales, call.storage, group);
    const float bias = group_value(call.biases, call.storage, group);
    for (; i + kWidth <= stop && i % 2 == 0; i += kWidth, out += kWidth) {
      store(out, unpack(call.bytes, call.bits, i) * scale + bias);
    }
    for (; i < stop; ++i, ++out) from_float(*out, unpack_one(call.bytes, call.bits, i) * scale + bias);
  }
}

static void dequantize(const DequantizeCall& call) {
  if (call.out_storage == Storage::f32) {
    dequantize_to(call, static_cast<float*>(call.out));
  } else {
    dequantize_to(call, static_cast<BFloat*>(call.out));
  }
}

} // namespace cmlx::CMLX_ISA
