#pragma once

#include "nn/attention.h"
#include "nn/source_window.h"

namespace heed {

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
  /// [spans.weights(), heads()]
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
