// Random numbers, each drawn from an explicit key.
#include "bridge.h"

#include <mlx/random.h>

using namespace cmlx;
namespace random_ = mlx::core::random;

cmlx_array* cmlx_random_key(uint64_t seed) {
  return made([&] { return random_::key(seed); });
}

cmlx_array* cmlx_random_split(const cmlx_array* key, int32_t count, cmlx_stream s) {
  return made([&] { return random_::split(get(key), count, stream(s)); });
}

cmlx_array* cmlx_random_uniform(
    const cmlx_array* low, const cmlx_array* high, const int32_t* dimensions, size_t ndim, cmlx_dtype type,
    const cmlx_array* key, cmlx_stream s) {
  return made([&] {
    return random_::uniform(get(low), get(high), shape(dimensions, ndim), dtype(type), get(key), stream(s));
  });
}

cmlx_array* cmlx_random_normal(
    const int32_t* dimensions, size_t ndim, cmlx_dtype type, float loc, float scale, const cmlx_array* key,
    cmlx_stream s) {
  return made([&] { return random_::normal(shape(dimensions, ndim), dtype(type), loc, scale, get(key), stream(s)); });
}

cmlx_array* cmlx_random_multivariate_normal(
    const cmlx_array* mean, const cmlx_array* covariance, const int32_t* dimensions, size_t ndim, cmlx_dtype type,
    const cmlx_array* key, cmlx_stream s) {
  return made([&] {
    return random_::multivariate_normal(
        get(mean), get(covariance), shape(dimensions, ndim), dtype(type), get(key), stream(s));
  });
}

cmlx_array* cmlx_random_integers(
    const cmlx_array* low, const cmlx_array* high, const int32_t* dimensions, size_t ndim, cmlx_dtype type,
    const cmlx_array* key, cmlx_stream s) {
  return made([&] {
    return random_::randint(get(low), get(high), shape(dimensions, ndim), dtype(type), get(key), stream(s));
  });
}

cmlx_array* cmlx_random_bernoulli(
    const cmlx_array* p, const int32_t* dimensions, size_t ndim, const cmlx_array* key, cmlx_stream s) {
  return made([&] { return random_::bernoulli(get(p), shape(dimensions, ndim), get(key), stream(s)); });
}

cmlx_array* cmlx_random_truncated_normal(
    const cmlx_array* low, const cmlx_array* high, const int32_t* dimensions, size_t ndim, cmlx_dtype type,
    const cmlx_array* key, cmlx_stream s) {
  return made([&] {
    return random_::truncated_normal(get(low), get(high), shape(dimensions, ndim), dtype(type), get(key), stream(s));
  });
}

cmlx_array* cmlx_random_gumbel(
    const int32_t* dimensions, size_t ndim, cmlx_dtype type, const cmlx_array* key, cmlx_stream s) {
  return made([&] { return random_::gumbel(shape(dimensions, ndim), dtype(type), get(key), stream(s)); });
}

cmlx_array* cmlx_random_laplace(
    const int32_t* dimensions, size_t ndim, cmlx_dtype type, float loc, float scale, const cmlx_array* key,
    cmlx_stream s) {
  return made([&] { return random_::laplace(shape(dimensions, ndim), dtype(type), loc, scale, get(key), stream(s)); });
}

cmlx_array* cmlx_random_categorical(const cmlx_array* logits, int32_t axis, const cmlx_array* key, cmlx_stream s) {
  return made([&] { return random_::categorical(get(logits), axis, get(key), stream(s)); });
}

cmlx_array* cmlx_random_categorical_shape(
    const cmlx_array* logits, int32_t axis, const int32_t* dimensions, size_t ndim, const cmlx_array* key,
    cmlx_stream s) {
  return made([&] { return random_::categorical(get(logits), axis, shape(dimensions, ndim), get(key), stream(s)); });
}

cmlx_array* cmlx_random_categorical_count(
    const cmlx_array* logits, int32_t axis, int32_t count, const cmlx_array* key, cmlx_stream s) {
  return made([&] { return random_::categorical(get(logits), axis, count, get(key), stream(s)); });
}

cmlx_array* cmlx_random_permutation(const cmlx_array* a, int32_t axis, const cmlx_array* key, cmlx_stream s) {
  return made([&] { return random_::permutation(get(a), axis, get(key), stream(s)); });
}

cmlx_array* cmlx_random_permutation_of_range(int32_t count, const cmlx_array* key, cmlx_stream s) {
  return made([&] { return random_::permutation(count, get(key), stream(s)); });
}
