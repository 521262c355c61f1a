#pragma once

#include <memory>
#include <string>

#include "nn/self_rows.h"
#include "nn/transformer_layers.h"

namespace heed {

/// What the Transformer's attention variants are made from.
struct SequenceShape {
  int width = 0;         ///< D
  int heads = 1;         ///< H
  int memory_heads = 1;  ///< Heads of keys and values of grouped-query attention.
  int window = 1;        ///< Tokens to each side that window attention sees.
  float dropout = 0;     ///< Of the weights.
  AttentionNormalizer normalizer = AttentionNormalizer::kSoftmax;
  Positions positions = Positions::kSinusoidal;
  bool causal = false;
  FeedForwardLayer::Shape feed_forward{};  ///< Of average attention.

  int head_width() const { return width / heads; }
};

/// How the heads of a variant weigh keys; what SelfAttention and CrossAttention have in common.
class HeadScores {
 public:
  explicit HeadScores(const SequenceShape& shape) : shape_(shape) {}
  virtual ~HeadScores() = default;

  /// query [R, H·d], keys [N, G·d] → [spans.weights, H].
  virtual Var scores(Var query, Var keys, const AttentionSpans& spans) const = 0;
  /// Scores → weights that sum to 1, where the normalizer is not the logistic function.
  virtual Var weights(Var scores, const AttentionSpans& spans) const;
  /// G: heads of keys and values.
  virtual int memory_heads() const { return shape_.heads; }
  /// Tokens to each side that a row sees.
  virtual int reach() const { return kUnlimited; }

  const SequenceShape& shape() const { return shape_; }
  int memory_width() const { return memory_heads() * shape_.head_width(); }

 private:
  SequenceShape shape_;
};

/// e_ij = q_i · k_j / √d in each of H heads (Vaswani et al. 2017, 3.2.2).
class MultiHead : public HeadScores {
 public:
  MultiHead(Parameters&, const std::string&, const SequenceShape& shape) : HeadScores(shape) {}
  Var scores(Var query, Var keys, const AttentionSpans& spans) const override;
};

/// All heads share one head of keys and values (Shazeer 2019, 3): a smaller memory to read at each
/// step of decoding.
class MultiQuery : public MultiHead {
 public:
  using MultiHead::MultiHead;
  int memory_heads() const override { return 1; }
};

/// Each of G heads of keys and values serves H/G heads of queries (Ainslie et al. 2023, 2.2).
class GroupedQuery : public MultiHead {
 public:
  GroupedQuery(Parameters& parameters, const std::string& name, const SequenceShape& shape);
  int memory_heads() const override { return shape().memory_heads; }
};

/// Multi-head attention to the keys at most w tokens away (Beltagy et al. 2020, 3.1).
class WindowHeads : public MultiHead {
 public:
  WindowHeads(Parameters& parameters, const std::string& name, const SequenceShape& shape);
  int reach() const override { return shape().window; }
};

/// e_ij = v_h · tanh(q_i + k_j) in each head: the scores of Bahdanau et al. 2015 (A.1.2) inside the
/// Transformer, whose projections are W and U.
class AdditiveHeads : public HeadScores {
 public:
  AdditiveHeads(Parameters& parameters, const std::string& name, const SequenceShape& shape)
      : HeadScores(shape), v_(&parameters.add(name + ".v", 1, shape.width)) {}
  Var scores(Var query, Var keys, const AttentionSpans& spans) const override;

 private:
  const Parameter* v_;
};

/// w_ij = φ(q_i) · φ(k_j) / Σ_l φ(q_i) · φ(k_l), φ(x) = elu(x) + 1 (Katharopoulos et al. 2020, eq.
/// 4, 7), here as weights; their sums with the values are also Σ_j v_j φ(k_j)ᵀ times φ(q_i).
class LinearHeads : public HeadScores {
 public:
  LinearHeads(Parameters&, const std::string&, const SequenceShape& shape) : HeadScores(shape) {}
  Var scores(Var query, Var keys, const AttentionSpans& spans) const override;
  Var weights(Var scores, const AttentionSpans& spans) const override;
  static Var features(Var x);  ///< φ(x)
};

}  // namespace heed
