#pragma once

#include <string>

#include "heed/options.h"
#include "nn/layers.h"

namespace heed {

/// max(0, x W_1 + b_1) W_2 + b_2 (Vaswani et al. 2017, 3.3), or with GELU (Hendrycks & Gimpel
/// 2016), with swish, x sigmoid(x) (Ramachandran et al. 2017), or SwiGLU: (silu(x W) ∘ x V) W_2
/// (Shazeer 2020).
class FeedForwardLayer {
 public:
  struct Shape {
    int width = 0;
    int hidden = 0;
    FeedForward activation = FeedForward::kRelu;
    float dropout = 0;  ///< Of the hidden layer.
  };
  FeedForwardLayer(Parameters& parameters, const std::string& name, const Shape& shape);
  Var operator()(Var x) const;

 private:
  Var hidden(Var x) const;

  Linear in_, out_;
  Shape shape_;
};

/// A sublayer's frame: residual connection, dropout, and the norm after (post) or before (pre,
/// rms).
class Sublayer {
 public:
  Sublayer(Parameters& parameters, const std::string& name, int width, NormPlacement placement,
           float dropout, float epsilon = 1e-6F);
  /// What the sublayer's function reads.
  Var input(Var x) const { return placement_ == NormPlacement::kPost ? x : norm_(x); }
  /// x and the function's result together.
  Var output(Var x, Var branch) const {
    const Var sum = add_dropout(x, branch, dropout_);
    return placement_ == NormPlacement::kPost ? norm_(sum) : sum;
  }

 private:
  Norm norm_;
  NormPlacement placement_;
  float dropout_;
};

}  // namespace heed
