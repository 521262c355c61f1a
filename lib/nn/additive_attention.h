#pragma once

#include <optional>

#include "nn/scored_attention.h"

namespace heed {

/// e_j = v · tanh(W q + U m_j) (Bahdanau et al. 2015, A.1.2); U has a bias.
class AdditiveAttention : public ScoredAttention {
 public:
  AdditiveAttention(Parameters& parameters, const std::string& name, const AttentionShape& shape,
                    bool has_bias = true, int heads = 1)
      : ScoredAttention(parameters, name, shape, heads),
        query_(parameters, name + ".query", shape.query, shape.hidden, false),
        key_(parameters, name + ".key", shape.source, shape.hidden, has_bias),
        v_(&parameters.add(name + ".v", 1, shape.hidden)) {}
  AttentionMemory remember(const SourceStates& source) const override {
    return {source, key_(source.states), source.states, {}};
  }

 protected:
  Var score(const AttentionQuery& query, const AttentionMemory& memory) const final {
    return additive_scores(query_(query.state), memory.keys, direction(query.state.tape()), heads(),
                           query.rows.spans, extra_term(query, memory));
  }
  /// What stands for v.
  virtual Var direction(Tape& tape) const { return tape.parameter(*v_); }
  /// A third term under the tanh, [spans.weights, hidden]; none at first.
  virtual Var extra_term(const AttentionQuery&, const AttentionMemory&) const { return {}; }
  Var keys(const SourceStates& source) const { return key_(source.states); }

 private:
  Linear query_, key_;
  const Parameter* v_;
};

/// e_j = g (v/‖v‖) · tanh(W q + U m_j + b) (Salimans & Kingma 2016, eq. 2; Raffel et al. 2017,
/// without the offset of its energies). The parameter is g √d, which begins at 1: g begins at 1/√d
/// and b at 0, as in the latter. ‖v‖² has 1e-6 d added, as in every norm here.
class NormedAdditiveAttention : public AdditiveAttention {
 public:
  NormedAdditiveAttention(Parameters& parameters, const std::string& name,
                          const AttentionShape& shape);

 protected:
  Var direction(Tape& tape) const override;

 private:
  const Parameter* gain_;
};

/// e_j = v · tanh(LN(W q) + LN(U m_j)), where the first layer norm has no bias, as Marian has it;
/// or one, and the second is of U m_j + b (Nematus).
class LayerNormAdditiveAttention : public ScoredAttention {
 public:
  LayerNormAdditiveAttention(Parameters& parameters, const std::string& name,
                             const AttentionShape& shape)
      : ScoredAttention(parameters, name, shape),
        query_(parameters, name + ".query", shape.query, shape.hidden,
               {shape.norm_epsilon, shape.norm_biases}),
        key_(parameters, name + ".key", shape.source, shape.hidden,
             {shape.norm_epsilon, true, shape.norm_biases}),
        v_(&parameters.add(name + ".v", 1, shape.hidden)) {}
  AttentionMemory remember(const SourceStates& source) const override {
    return {source, key_(source.states), source.states, {}};
  }

 protected:
  Var score(const AttentionQuery& query, const AttentionMemory& memory) const override {
    const Var v = query.state.tape().parameter(*v_);
    return additive_scores(query_(query.state), memory.keys, v, 1, query.rows.spans);
  }

 private:
  NormedLinear query_, key_;
  const Parameter* v_;
};

/// e_j = v · tanh(W [q; m_j]) (Luong et al. 2015, eq. 8), with W [q; m_j] = W_q q + W_m m_j. What
/// keeps it from being additive is only that there is no bias.
class ConcatAttention : public AdditiveAttention {
 public:
  ConcatAttention(Parameters& parameters, const std::string& name, const AttentionShape& shape)
      : AdditiveAttention(parameters, name, shape, false) {}
};

/// H additive heads, each with its part of v and of the projections of query, keys and values; the
/// heads' contexts are projected together (Chen et al. 2018, RNMT+, with the projections of Vaswani
/// et al. 2017, 3.2.2).
class MultiHeadAdditiveAttention : public AdditiveAttention {
 public:
  MultiHeadAdditiveAttention(Parameters& parameters, const std::string& name,
                             const AttentionShape& shape)
      : AdditiveAttention(parameters, name, shape, true, checked_heads(shape)),
        value_(parameters, name + ".value", shape.source, shape.hidden, false),
        output_(parameters, name + ".output", shape.hidden, shape.source, false) {}
  AttentionMemory remember(const SourceStates& source) const override {
    return {source, keys(source), value_(source.states), {}};
  }

 protected:
  Var project(Var context) const override { return output_(context); }

 private:
  Linear value_, output_;
};

/// e_j = v · tanh(W q + V m_j + U f_j + b), f = F ∗ a, a the weights of the step before (Chorowski
/// et al. 2015, eq. 8, 9), zeros before the first. F has 8 filters over 5 positions; the paper's
/// are wider, since speech has many frames where text has one word.
class LocationSensitiveAttention : public AdditiveAttention {
 public:
  LocationSensitiveAttention(Parameters& parameters, const std::string& name,
                             const AttentionShape& shape)
      : AdditiveAttention(parameters, name, shape),
        filters_(parameters, name + ".filters", kPositions, kFilters, false),
        location_(parameters, name + ".location", kFilters, shape.hidden, false) {}

  static constexpr int kPositions = 5;  ///< Odd: as many on both sides.
  static constexpr int kFilters = 8;

 protected:
  Var extra_term(const AttentionQuery& query, const AttentionMemory&) const override;
  Var next_history(const AttentionQuery&, Var weights) const override { return weights; }

 private:
  Linear filters_, location_;
};

/// e_j = v · tanh(W q + U m_j + k C_j), C_j = Σ of the weights that state j has got before (Tu et
/// al. 2016, 3.1.1). With fertility C_j / φ_j, φ_j = N · sigmoid(U_f m_j), N = 2 (eq. 9).
class CoverageAttention : public AdditiveAttention {
 public:
  CoverageAttention(Parameters& parameters, const std::string& name, const AttentionShape& shape);
  AttentionMemory remember(const SourceStates& source) const override;

  static constexpr float kMostFertile = 2;  ///< N

 protected:
  Var extra_term(const AttentionQuery& query, const AttentionMemory& memory) const override;
  Var next_history(const AttentionQuery& query, Var weights) const override {
    return query.history ? add(query.history, weights) : weights;
  }

 private:
  Linear coverage_;
  std::optional<Linear> fertility_;
};

}  // namespace heed
