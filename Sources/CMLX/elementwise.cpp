// Operations that work element by element.
#include "bridge.h"

using namespace cmlx;

#define UNARY(name, function) \
  cmlx_array* cmlx_##name(const cmlx_array* a, cmlx_stream s) { \
    return made([&] { return function(get(a), stream(s)); }); \
  }

#define BINARY(name, function) \
  cmlx_array* cmlx_##name(const cmlx_array* a, const cmlx_array* b, cmlx_stream s) { \
    return made([&] { return function(get(a), get(b), stream(s)); }); \
  }

UNARY(abs, mx::abs)
UNARY(acos, mx::arccos)
UNARY(acosh, mx::arccosh)
UNARY(asin, mx::arcsin)
UNARY(asinh, mx::arcsinh)
UNARY(atan, mx::arctan)
UNARY(atanh, mx::arctanh)
UNARY(bitwise_invert, mx::bitwise_invert)
UNARY(ceil, mx::ceil)
UNARY(conjugate, mx::conjugate)
UNARY(cos, mx::cos)
UNARY(cosh, mx::cosh)
UNARY(degrees, mx::degrees)
UNARY(erf, mx::erf)
UNARY(erf_inverse, mx::erfinv)
UNARY(exp, cmlx::exp)
UNARY(expm1, mx::expm1)
UNARY(floor, mx::floor)
UNARY(imaginary_part, mx::imag)
UNARY(is_finite, mx::isfinite)
UNARY(is_inf, mx::isinf)
UNARY(is_nan, mx::isnan)
UNARY(is_negative_inf, mx::isneginf)
UNARY(is_positive_inf, mx::isposinf)
UNARY(log, mx::log)
UNARY(log10, mx::log10)
UNARY(log1p, mx::log1p)
UNARY(log2, mx::log2)
UNARY(logical_not, mx::logical_not)
UNARY(negative, mx::negative)
UNARY(radians, mx::radians)
UNARY(real_part, mx::real)
UNARY(reciprocal, mx::reciprocal)
UNARY(rsqrt, mx::rsqrt)
UNARY(sigmoid, cmlx::sigmoid)
UNARY(sign, mx::sign)
UNARY(sin, mx::sin)
UNARY(sinh, mx::sinh)
UNARY(sqrt, mx::sqrt)
UNARY(square, mx::square)
UNARY(tan, mx::tan)
UNARY(tanh, mx::tanh)

BINARY(add, cmlx::add)
BINARY(atan2, mx::arctan2)
BINARY(bitwise_and, mx::bitwise_and)
BINARY(bitwise_or, mx::bitwise_or)
BINARY(bitwise_xor, mx::bitwise_xor)
BINARY(divide, cmlx::divide)
BINARY(equal, mx::equal)
BINARY(floor_divide, mx::floor_divide)
BINARY(greater, mx::greater)
BINARY(greater_equal, mx::greater_equal)
BINARY(left_shift, mx::left_shift)
BINARY(less, mx::less)
BINARY(less_equal, mx::less_equal)
BINARY(log_add_exp, mx::logaddexp)
BINARY(logical_and, mx::logical_and)
BINARY(logical_or, mx::logical_or)
BINARY(maximum, mx::maximum)
BINARY(minimum, mx::minimum)
BINARY(multiply, cmlx::multiply)
BINARY(not_equal, mx::not_equal)
BINARY(power, mx::power)
BINARY(remainder, mx::remainder)
BINARY(right_shift, mx::right_shift)
BINARY(subtract, cmlx::subtract)

cmlx_list* cmlx_divmod(const cmlx_array* a, const cmlx_array* b, cmlx_stream s) {
  return made_list([&]() -> std::vector<mx::array> {
    const auto on = stream(s);
    // Both functions take care of zero divisors, which end the process in libmlx's own divmod.
    return {mx::floor_divide(get(a), get(b), on), mx::remainder(get(a), get(b), on)};
  });
}

cmlx_array* cmlx_round(const cmlx_array* a, int32_t decimals, cmlx_stream s) {
  return made([&] { return mx::round(get(a), decimals, stream(s)); });
}

cmlx_array* cmlx_clip(const cmlx_array* a, const cmlx_array* low, const cmlx_array* high, cmlx_stream s) {
  return made([&] { return mx::clip(get(a), optional(low), optional(high), stream(s)); });
}

cmlx_array* cmlx_where(const cmlx_array* condition, const cmlx_array* a, const cmlx_array* b, cmlx_stream s) {
  return made([&] { return mx::where(get(condition), get(a), get(b), stream(s)); });
}

cmlx_array* cmlx_nan_to_num(
    const cmlx_array* a, float nan, cmlx_optional_float positive, cmlx_optional_float negative, cmlx_stream s) {
  return made([&] { return mx::nan_to_num(get(a), nan, optional(positive), optional(negative), stream(s)); });
}

cmlx_array* cmlx_is_close(
    const cmlx_array* a, const cmlx_array* b, double rtol, double atol, bool equal_nan, cmlx_stream s) {
  return made([&] { return mx::isclose(get(a), get(b), rtol, atol, equal_nan, stream(s)); });
}

cmlx_array* cmlx_all_close(
    const cmlx_array* a, const cmlx_array* b, double rtol, double atol, bool equal_nan, cmlx_stream s) {
  return made([&] { return mx::allclose(get(a), get(b), rtol, atol, equal_nan, stream(s)); });
}

cmlx_array* cmlx_array_equal(const cmlx_array* a, const cmlx_array* b, bool equal_nan, cmlx_stream s) {
  return made([&] { return mx::array_equal(get(a), get(b), equal_nan, stream(s)); });
}
