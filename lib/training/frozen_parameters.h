#pragma once

#include <functional>
#include <string>
#include <vector>

#include "autograd/parameter.h"

namespace heed {

/// The parameters that a training leaves as they are (--freeze), as columns of the flat block.
class FrozenParameters {
 public:
  /// Takes columns [first, first + count).
  using Columns = std::function<void(int first, int count)>;

  /// None.
  FrozenParameters() = default;
  /// Those of which a name is the whole name, or what stands before one of its dots: encoder,
  /// encoder.0, embedding. Throws UsageError for a name of none, and where nothing is left to
  /// train.
  FrozenParameters(const Parameters& parameters, const std::vector<std::string>& names);

  /// Of columns [first, first + count) those that are frozen, in runs.
  void for_each_frozen(int first, int count, const Columns& action) const;
  /// The others.
  void for_each_trained(int first, int count, const Columns& action) const;

 private:
  struct Run {
    int first = 0, last = 0;
  };

  std::vector<Run> runs_;  ///< In order, apart.
};

}  // namespace heed
