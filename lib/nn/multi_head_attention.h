#pragma once

#include "nn/relative_positions.h"
#include "nn/running_attention.h"

namespace heed {

/// Self-attention in heads: projections of queries, keys and values, the variant's weights, and a
/// projection of all heads' contexts (Vaswani et al. 2017, 3.2).
class HeadedSelfAttention : public SelfAttention {
 public:
  HeadedSelfAttention(Parameters& parameters, const std::string& name,
                      std::unique_ptr<HeadScores> scores);
  Var operator()(Var x, const SelfRows& rows, LayerMemory* memory) const override;
  LayerMemory start(Backend& backend) const override;
  int reach() const override { return scores_->reach(); }

 protected:
  const SequenceShape& shape() const { return scores_->shape(); }
  Var project(Var x) const { return query_key_value_(x); }  ///< [N, D] → [N, D + 2·G·d]
  Var output(Var contexts) const { return output_(contexts); }

 private:
  Var attend(Var query, Var memory, const SelfRows& rows) const;

  std::unique_ptr<HeadScores> scores_;
  Linear query_key_value_, output_;
  std::unique_ptr<RelativeTables> relative_;
};

/// Linear attention (LinearHeads). Step by step its memory is S = Σ_j φ(k_j) v_jᵀ and z = Σ_j
/// φ(k_j) of each head, and the context φ(q)ᵀ S / φ(q) · z (Katharopoulos et al. 2020, eq. 18-20).
class LinearSelfAttention : public HeadedSelfAttention {
 public:
  LinearSelfAttention(Parameters& parameters, const std::string& name, const SequenceShape& shape)
      : HeadedSelfAttention(parameters, name,
                            std::make_unique<LinearHeads>(parameters, name, shape)) {}
  Var operator()(Var x, const SelfRows& rows, LayerMemory* memory) const override;
  LayerMemory start(Backend&) const override { return {}; }
  int past() const override { return 0; }
};

}  // namespace heed
