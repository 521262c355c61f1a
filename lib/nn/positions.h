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
  /// `learned` 0: sinusoids; else the number of rows that are learnt.
  PositionEncoding(Parameters& parameters, const std::string& name, int width, int learned);

  /// x [N, D] plus the rows of `positions` [N] (from 0; kept on the tape). Throws Error for a place
  /// that has no learnt row.
  Var operator()(Var x, const Indices& positions) const;

 private:
  Var learned(Tape& tape, const Indices& positions) const;

  const Parameter* learned_ = nullptr;
  GrowingTable sinusoids_;  ///< [places, D]
};

/// 0, 1, 2 … in each sentence of a ragged batch.
std::vector<int> token_positions(std::span<const int> offsets);

}  // namespace heed
