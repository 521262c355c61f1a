#pragma once

#include "nn/growing_table.h"
#include "nn/sequence_attention.h"

namespace heed {

/// A LayerMemory's state of these rows' parents, on `tape`; empty before the first step.
Var reordered(Tape& tape, Var state, const SelfRows& next);

/// g_j = FFN(m_j), m_j = (1/j) Σ_{k ≤ j} x_k (Zhang et al. 2018, eq. 1, 2).
class RunningMean {
 public:
  RunningMean(Parameters& parameters, const std::string& name, const SequenceShape& shape)
      : feed_forward_(parameters, name + ".feed_forward", shape.feed_forward),
        shares_of_past_(parameters.backend(), shares_of_past) {}
  Var operator()(Var x, const SelfRows& rows, LayerMemory* memory) const;

 private:
  static std::vector<float> shares_of_past(int places);

  FeedForwardLayer feed_forward_;
  GrowingTable shares_of_past_;  ///< [places, 1]: of the earlier tokens in a mean.
};

/// m_j = (1/j) Σ_{k ≤ j} x_k, g_j = FFN(m_j), [i_j; f_j] = σ(W [x_j; g_j] + b), result
/// i_j ∘ x_j + f_j ∘ g_j (Zhang et al. 2018, eq. 1-5, the average attention network).
class AverageAttention : public SelfAttention {
 public:
  AverageAttention(Parameters& parameters, const std::string& name, const SequenceShape& shape)
      : mean_(parameters, name, shape),
        gate_(parameters, name + ".gate", 2 * shape.width, 2 * shape.width) {}
  Var operator()(Var x, const SelfRows& rows, LayerMemory* memory) const override;
  int reach() const override { return 0; }

 private:
  RunningMean mean_;
  Linear gate_;
};

/// The same with i_j = σ(W_i x_j + b_i) and f_j = σ(W_f g_j + b_f), as Marian has it.
class SplitAverageAttention : public SelfAttention {
 public:
  SplitAverageAttention(Parameters& parameters, const std::string& name, const SequenceShape& shape)
      : mean_(parameters, name, shape),
        input_gate_(parameters, name + ".input_gate", shape.width, shape.width),
        forget_gate_(parameters, name + ".forget_gate", shape.width, shape.width) {}
  Var operator()(Var x, const SelfRows& rows, LayerMemory* memory) const override;
  int reach() const override { return 0; }

 private:
  RunningMean mean_;
  Linear input_gate_, forget_gate_;
};

/// f_t = σ(W_f x_t + b_f), c_t = f_t ∘ c_{t−1} + (1 − f_t) ∘ W x_t, result relu(c_t) (Kim et al.
/// 2019, 3.1, the simpler simple recurrent unit).
class SsruAttention : public SelfAttention {
 public:
  SsruAttention(Parameters& parameters, const std::string& name, const SequenceShape& shape)
      : forget_(parameters, name + ".forget", shape.width, shape.width),
        input_(parameters, name + ".input", shape.width, shape.width, false) {}
  Var operator()(Var x, const SelfRows& rows, LayerMemory* memory) const override;
  int reach() const override { return 0; }

 private:
  Linear forget_, input_;
};

/// The same with W_o c + b_o of its result, which the paper leaves out.
class ProjectedSsruAttention : public SsruAttention {
 public:
  ProjectedSsruAttention(Parameters& parameters, const std::string& name,
                         const SequenceShape& shape)
      : SsruAttention(parameters, name, shape),
        output_(parameters, name + ".output", shape.width, shape.width) {}
  Var operator()(Var x, const SelfRows& rows, LayerMemory* memory) const override {
    return output_(SsruAttention::operator()(x, rows, memory));
  }

 private:
  Linear output_;
};

}  // namespace heed
