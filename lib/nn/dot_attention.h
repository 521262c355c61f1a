#pragma once

#include "nn/scored_attention.h"

namespace heed {

/// e_j = q · m_j (Luong et al. 2015, eq. 8), for query and states of equal width.
class DotAttention : public ScoredAttention {
 public:
  DotAttention(Parameters& parameters, const std::string& name, const AttentionShape& shape);
  AttentionMemory remember(const SourceStates& source) const override {
    return {source, source.states, source.states, {}};
  }

 protected:
  Var score(const AttentionQuery& query, const AttentionMemory& memory) const override {
    return dot_scores(query.state, memory.keys, 1, 1.0F, query.rows.spans);
  }
};

/// e_j = q · W m_j (Luong et al. 2015, eq. 8).
class GeneralAttention : public ScoredAttention {
 public:
  GeneralAttention(Parameters& parameters, const std::string& name, const AttentionShape& shape)
      : ScoredAttention(parameters, name, shape),
        key_(parameters, name + ".key", shape.source, shape.query, false) {}
  AttentionMemory remember(const SourceStates& source) const override {
    return {source, key_(source.states), source.states, {}};
  }

 protected:
  Var score(const AttentionQuery& query, const AttentionMemory& memory) const override {
    return dot_scores(query.state, memory.keys, 1, 1.0F, query.rows.spans);
  }

 private:
  Linear key_;
};

/// e_j = (W_q q) · (W_k m_j) / √d (Vaswani et al. 2017, eq. 1).
class ScaledDotAttention : public ScoredAttention {
 public:
  ScaledDotAttention(Parameters& parameters, const std::string& name, const AttentionShape& shape,
                     int heads = 1)
      : ScoredAttention(parameters, name, shape, heads),
        query_(parameters, name + ".query", shape.query, shape.hidden, false),
        key_(parameters, name + ".key", shape.source, shape.hidden, false) {}
  AttentionMemory remember(const SourceStates& source) const override {
    return {source, key_(source.states), source.states, {}};
  }

 protected:
  Var score(const AttentionQuery& query, const AttentionMemory& memory) const final;
  Var keys(const SourceStates& source) const { return key_(source.states); }

 private:
  Linear query_, key_;
};

/// H heads of scaled dot-product attention, each on its part of the projections of query, keys and
/// values; the heads' contexts are projected together (Vaswani et al. 2017, 3.2.2).
class MultiHeadAttention : public ScaledDotAttention {
 public:
  MultiHeadAttention(Parameters& parameters, const std::string& name, const AttentionShape& shape)
      : ScaledDotAttention(parameters, name, shape, checked_heads(shape)),
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

/// a = softmax(W q), cut to the S source positions (Luong et al. 2015, eq. 8): the score of a
/// position does not depend on what stands there. W has a column for each of max-positions; the
/// paper ignores the words beyond, here longer sentences are an Error.
class LocationAttention : public ScoredAttention {
 public:
  LocationAttention(Parameters& parameters, const std::string& name, const AttentionShape& shape);
  AttentionMemory remember(const SourceStates& source) const override;

 protected:
  Var score(const AttentionQuery& query, const AttentionMemory& memory) const override;

 private:
  Linear position_;
};

}  // namespace heed
