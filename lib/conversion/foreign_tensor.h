#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace heed {

/// A named array of floats in another tool's model, row-major.
struct ForeignTensor {
  std::string name;
  std::vector<std::uint64_t> shape;
  std::vector<float> values;
};

}  // namespace heed
