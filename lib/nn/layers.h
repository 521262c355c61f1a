#pragma once

#include <optional>
#include <string>

#include "autograd/ops.h"

namespace heed {

// Modules: each adds its parameters under a name when it is constructed, and is then a function of
// Vars. A module outlives the tapes that it writes on and is shared by all threads.

/// y = x W + b, W [inputs, outputs] (Glorot uniform), b zero at first.
class Linear {
 public:
  Linear(Parameters& parameters, const std::string& name, int inputs, int outputs,
         bool has_bias = true)
      : weight_(&parameters.add(name + ".weight", inputs, outputs, Initializer::kGlorot,
                                Factor::kWeight)),
        bias_(has_bias ? &parameters.add(name + ".bias", 1, outputs, Initializer::kZeros)
                       : nullptr) {}

  /// [N, inputs] → [N, outputs]
  Var operator()(Var x) const {
    Tape& tape = x.tape();
    const Var weight = tape.parameter(*weight_);
    return bias_ == nullptr ? matmul(x, weight) : linear(x, weight, tape.parameter(*bias_));
  }
  /// f of it, of a layer with a bias.
  Var operator()(Var x, Activation kind) const {
    Tape& tape = x.tape();
    return linear(x, tape.parameter(*weight_), tape.parameter(*bias_), kind);
  }

 private:
  const Parameter* weight_;
  const Parameter* bias_;
};

/// Rows of a table [V, D], drawn from a normal distribution of deviation 1/√D.
class Embedding {
 public:
  Embedding(Parameters& parameters, const std::string& name, int vocabulary, int width)
      : table_(&parameters.add(name, vocabulary, width, Initializer::kEmbedding)) {}

  /// [N] ids → [N, D], times `factor`. A negative id gives zeros. `ids` must live with the tape.
  Var operator()(Tape& tape, const Indices& ids, float factor) const {
    return gather_rows(tape.parameter(*table_), ids, factor);
  }
  const Parameter& table() const { return *table_; }

 private:
  const Parameter* table_;
};

/// Layer norm (Ba et al. 2016), or root mean square norm (Zhang & Sennrich 2019).
class Norm {
 public:
  Norm(Parameters& parameters, const std::string& name, int width,
       Normalization norm = Normalization::kLayer, bool has_bias = true)
      : norm_(norm),
        gain_(&parameters.add(name + ".gain", 1, width, Initializer::kOnes)),
        bias_(norm == Normalization::kLayer && has_bias
                  ? &parameters.add(name + ".bias", 1, width, Initializer::kZeros)
                  : nullptr) {}

  Var operator()(Var x) const {
    Tape& tape = x.tape();
    const Var bias = bias_ == nullptr ? Var() : tape.parameter(*bias_);
    return normalize(norm_, x, tape.parameter(*gain_), bias);
  }

 private:
  Normalization norm_;
  const Parameter* gain_;
  const Parameter* bias_;
};

/// y = LN(x W) of gain and bias, or without layer norm x W + b; with a bias inside LN(x W + b).
class NormedLinear {
 public:
  struct Shape {
    float norm_epsilon = 0;  ///< 0: no layer norm.
    bool has_bias = true;
    bool bias_inside = false;
  };
  NormedLinear(Parameters& parameters, const std::string& name, int inputs, int outputs,
               const Shape& shape)
      : linear_(parameters, name, inputs, outputs,
                shape.bias_inside || (shape.has_bias && shape.norm_epsilon == 0)) {
    if (shape.norm_epsilon == 0) return;
    norm_.emplace(parameters, name + ".norm", outputs,
                  Normalization(Normalization::kLayer, shape.norm_epsilon), shape.has_bias);
  }

  /// [N, inputs] → [N, outputs]
  Var operator()(Var x) const {
    const Var product = linear_(x);
    return norm_.has_value() ? (*norm_)(product) : product;
  }

 private:
  Linear linear_;
  std::optional<Norm> norm_;
};

}  // namespace heed
