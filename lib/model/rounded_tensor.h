#pragma once

#include <string>
#include <vector>

#include "autograd/parameter.h"
#include "model/container.h"

namespace heed {

/// The name of the steps that belong to the codes of a parameter.
std::string steps_name(const Parameter& parameter);

/// A parameter in 8 bits: codes [rows, cols] from -127 to 127, and steps, of which a number is its
/// code times that of its output: of a column [1, cols] in x · W, of a row [rows, 1] in tables and
/// x · Wᵀ.
class RoundedTensor {
 public:
  /// Whether it is stored in 8 bits where numbers are asked for in 8: vectors are not.
  static bool is_for(const Parameter& parameter) { return parameter.rows > 1; }

  /// Throws Error for a number that is not finite.
  RoundedTensor(const Parameter& parameter, std::span<const float> values);

  /// Views of codes and steps.
  void add_to(std::vector<StoredTensor>& tensors) const;

 private:
  const Parameter& parameter_;
  std::vector<std::int8_t> codes_;
  std::vector<float> steps_;
};

/// The numbers of a parameter that `file` holds in 8 bits. Throws Error if the steps are missing or
/// have another shape.
void read_rounded(const Container& file, const Parameter& parameter, std::span<float> values);

}  // namespace heed
