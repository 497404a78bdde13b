// Convolutions of kernel size 7 with fewer multiplications (Toom-Cook, as used by Winograd): six neighbouring outputs
// are six coefficients of a product of polynomials, which is evaluated at twelve points instead of taking 42 products.
//
//   outputs = A^T [ (G weights) * (B^T inputs) ]
//
// with the products taken over all channels: twelve matrix products in place of 42. The points are 0, infinity, and
// five pairs +-p, because what belongs to a pair shares its even and odd parts.
#pragma once

#include "contraction.h"

#include <cstdint>

namespace cmlx::winograd {

constexpr int kKernel = 7, kOutputs = 6, kPoints = kOutputs + kKernel - 1, kPairs = 5;

// The matrices in the form in which the kernels use them. Point 0 comes first, then the pairs (+p, -p), then infinity.
struct Tables {
  // B^T. At a pair: the sum over k of (x[2k + 2] +- p * x[2k + 1]) * pair[k]; then the two other points.
  float pair[kPairs][5], pair_odd[kPairs][5]; // pair_odd is pair * p
  float zero[6];                              // of x[0], x[2], ..., x[10]
  float infinity[6];                          // of x[1], x[3], ..., x[11]
  // A^T. Output i takes output[i][k] of the sum (i even) or difference (i odd) of pair k, output 0 the product at
  // point 0 and output 5 the product at infinity besides.
  float output[kOutputs][kPairs];
  float output_zero, output_infinity;
  // G.
  float weights[kPoints][kKernel];
};

const Tables& tables();

// Whether a convolution is of this kind and large enough to gain.
bool applies(const Contraction& problem);

// Computes one.
void convolve(const Contraction& problem, int threads);

} // namespace cmlx::winograd
