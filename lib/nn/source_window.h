#pragma once

#include <memory>

#include "nn/attention.h"

namespace heed {

/// Makes weights of scores: by the normalizer, over the whole sentence or inside a window [p − D,
/// p + D] around a centre p, positions counted from 0; outside it weights are exactly 0, whatever
/// the normalizer (Luong et al. 2015, 3.2).
///   monotonic (local-m): p = t, the number of the target token, at most the last source token.
///   predictive (local-p): p = S · sigmoid(v_p · tanh(W_p q)) (eq. 9), and weights are multiplied
///   by exp(−(j − p)² / 2σ²) with σ = D / 2 (eq. 10), which is where p gets its gradient from.
class SourceWindow {
 public:
  SourceWindow(Parameters& parameters, const std::string& name, const AttentionShape& shape);

  /// [weights, heads] scores → [weights, heads] weights.
  Var weights(Var scores, int heads, const AttentionQuery& query) const;

 private:
  Var predicted_centres(const AttentionQuery& query) const;

  AttentionNormalizer normalizer_;
  AttentionWindow kind_;
  int width_;
  std::unique_ptr<Linear> hidden_, centre_;  ///< W_p and v_p of a predictive window.
};

}  // namespace heed
