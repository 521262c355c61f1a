#pragma once

#include <memory>
#include <string>
#include <vector>

#include "heed/options.h"
#include "nn/layers.h"
#include "nn/spans.h"

namespace heed {

/// Keys and values of all partial translations of a search, for one layer: a row for each token
/// that any of them has had. It only grows; which rows belong to a translation is told by key_rows.
class KeyValueCache {
 public:
  KeyValueCache(Backend& backend, int width) : backend_(&backend), width_(width) {}
  /// keys_values [R, 2D] become the next R rows.
  void append(const Tensor& keys_values);
  Tensor rows() const;  ///< [all rows so far, 2D]
  int size() const { return used_; }

 private:
  Backend* backend_;
  int width_;
  std::unique_ptr<Block> memory_;
  int used_ = 0;
};

struct HeadShape {
  int width = 0;  ///< D
  int heads = 1;
  float dropout = 0;  ///< Of the weights.
};

/// Multi-head scaled dot-product attention of a sequence to itself (Vaswani et al. 2017, 3.2).
class SelfAttention {
 public:
  SelfAttention(Parameters& parameters, const std::string& name, const HeadShape& shape);
  /// x [N, D] → [N, D]. With a cache, x's keys and values join it and `spans` refer to its rows.
  Var operator()(Var x, const AttentionSpans& spans, KeyValueCache* cache) const;

 private:
  Linear query_key_value_, output_;
  HeadShape shape_;
};

/// Multi-head scaled dot-product attention to the encoder's states.
class EncoderAttention {
 public:
  EncoderAttention(Parameters& parameters, const std::string& name, const HeadShape& shape);
  /// Keys and values of the source, once a sentence: [S, D] → [S, 2D].
  Var remember(Var states) const { return key_value_(states); }
  struct Output {
    Var x;        ///< [N, D]
    Var weights;  ///< [spans.weights(), H], before dropout.
  };
  Output operator()(Var x, Var memory, const AttentionSpans& spans) const;

 private:
  Linear query_, key_value_, output_;
  HeadShape shape_;
};

/// max(0, x W_1 + b_1) W_2 + b_2 (Vaswani et al. 2017, 3.3), or with GELU (Hendrycks & Gimpel
/// 2016), or SwiGLU: (silu(x W) ∘ x V) W_2 (Shazeer 2020).
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
  Linear in_, out_;
  Shape shape_;
};

/// A sublayer's frame: residual connection, dropout, and the norm after (post) or before (pre,
/// rms).
class Sublayer {
 public:
  Sublayer(Parameters& parameters, const std::string& name, int width, NormPlacement placement,
           float dropout);
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
