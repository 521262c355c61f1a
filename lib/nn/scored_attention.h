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

/// What all variants with scores have in common: a = weights of the scores e, c = Σ_j a_j values_j.
/// A variant says how it scores. (Not part of the public interface: see nn/attention.h.)
class ScoredAttention : public Attention {
 public:
  ScoredAttention(Parameters& parameters, const std::string& name, const AttentionShape& shape,
                  int heads = 1)
      : shape_(shape), heads_(heads), window_(parameters, name, shape) {}

  Attended attend(const AttentionQuery& query, const AttentionMemory& memory) const final {
    const Var scores = score(query, memory);
    const Var weights = window_.weights(scores, heads_, query);
    const Var kept = dropout(weights, shape_.dropout);
    const Var context = weighted_sum(kept, memory.values, heads_, query.rows.spans);
    return {project(context), weights, next_history(query, weights)};
  }
  int context_width() const override { return shape_.source; }
  int heads() const final { return heads_; }

 protected:
  /// [spans.weights, heads()]
  virtual Var score(const AttentionQuery& query, const AttentionMemory& memory) const = 0;
  virtual Var project(Var context) const { return context; }
  virtual Var next_history(const AttentionQuery&, Var) const { return {}; }

  const AttentionShape& shape() const { return shape_; }

 private:
  AttentionShape shape_;
  int heads_;
  SourceWindow window_;
};

/// Heads whose width is a whole number, or a UsageError.
int checked_heads(const AttentionShape& shape);

}  // namespace heed
