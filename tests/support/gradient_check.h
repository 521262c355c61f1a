#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "autograd/tape.h"

namespace heed {

/// Builds values [N, D] from parameters on a recording tape. Called many times; each call must
/// build the same (it finds the tape reset with the same seed).
using Graph = std::function<Var(Tape&)>;

/// Draws all parameters anew from a normal distribution around their initial values, so that no
/// bias is zero and no gain is one.
void disturb(Parameters& parameters, double deviation, std::uint64_t seed = 1);

/// Copies of all parameters' values, one after the other; and the way back.
std::vector<float> values_of(const Parameters& parameters);
void set_values(Parameters& parameters, const std::vector<float>& values);

/// The gradients, in the layout of the flat block, of the elements of `graph`'s result, each times
/// a fixed random weight, summed up.
std::vector<float> gradients_of(const Parameters& parameters, const Graph& graph,
                                std::uint64_t seed = 1);

struct GradientTolerance {
  double step = 2e-2;      ///< Of the finite difference: length of the change of a parameter.
  double relative = 2e-3;  ///< Of the derivative.
  double absolute = 2e-3;  ///< Of the length of that parameter's gradient, and of 1.
  int coordinates = 64;    ///< Of a parameter, checked one by one; all if it has no more.
};

/// Expects the gradient of every parameter to agree with central finite differences in all of its
/// coordinates, each by itself, and in two random directions. Where kinks (relu, maxout, sparsemax)
/// lie within the step, it is made shorter; at a kink itself a gradient must lie between the slopes
/// on both sides. Fails if more than a fifth are such; their number
/// hangs on how sums are rounded, thus on the processor.
void expect_gradients(Parameters& parameters, const Graph& graph,
                      const GradientTolerance& tolerance = {});

}  // namespace heed
