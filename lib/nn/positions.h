#pragma once

#include <span>
#include <string>
#include <vector>

#include "autograd/ops.h"
#include "nn/growing_table.h"

namespace heed {

/// What tells a transformer where a token stands: sinusoids (Vaswani et al. 2017, 3.5), or a learnt
/// row for each place.
class PositionEncoding {
 public:
  struct Shape {
    int learned = 0;      ///< Rows that are learnt; 0: sinusoids.
    bool halves = false;  ///< Of sinusoids: first all sines, then all cosines.
  };
  PositionEncoding(Parameters& parameters, const std::string& name, int width, const Shape& shape);

  /// x [N, D] plus the rows of `positions` [N] (from 0; kept on the tape). Throws Error for a place
  /// that has no learnt row.
  Var operator()(Var x, const Indices& positions) const;

  /// The numbers of sinusoids [places, D].
  static std::vector<float> sinusoids(int places, int width, bool halves);

 private:
  Var learned(Tape& tape, const Indices& positions) const;

  const Parameter* learned_ = nullptr;
  GrowingTable sinusoids_;  ///< [places, D]
};

/// 0, 1, 2 … in each sentence of a ragged batch.
std::vector<int> token_positions(std::span<const int> offsets);

}  // namespace heed
