#pragma once

#include <optional>
#include <vector>

namespace heed {

/// What can be said of attention weights a_ij of target token i on source token j, all means over
/// target tokens (coverage: over source tokens).
struct AttentionMeasures {
  double entropy = 0;             ///< H_i = −Σ_j a_ij log a_ij, in nats.
  double normalized_entropy = 0;  ///< H_i / log S: 0 looks at one token, 1 at all alike.
  double sharpness = 0;           ///< max_j a_ij.
  double coverage = 0;            ///< |1 − Σ_i a_ij|: 0 where each source token is used once.
  double monotonicity = 0;        ///< Share of steps whose argmax does not move back.
  double end_mass = 0;            ///< a_ij of the source's </s>.
};

}  // namespace heed
