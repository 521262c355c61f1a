#pragma once

#include <span>
#include <vector>

#include "autograd/tape.h"

namespace heed {

/// The likeliest next tokens of R rows.
struct TopK {
  std::span<const int> ids;       ///< [R, k], best first; equal scores in order of ids.
  std::span<const float> values;  ///< [R, k]: log p.
};

/// log p of the V tokens that may come next in each of R rows.
class Likelihoods {
 public:
  /// Those of logits [R, V], which live on `tape`.
  void set(Tape& tape, const Tensor& logits);
  /// Σ_m weights_m log p_m: to an ensemble's members what one model's log p is to it. Weights sum
  /// to 1. The result lives on `tape`.
  void set_mean(Tape& tape, std::span<Likelihoods* const> members, std::span<const float> weights);

  /// The k (at most V) likeliest of each row.
  TopK top(int k);
  float of(int row, int token);
  /// Of all V tokens.
  void of_all(int row, std::span<float> all);

 private:
  /// See Backend::log_normalizers.
  struct Normalizer {
    float largest = 0, rest = 0;
    float operator()(float logit) const { return (logit - largest) - rest; }
  };
  std::span<const Normalizer> normalizers();
  void find_best(int k);

  Tape* tape_ = nullptr;
  Tensor logits_;                        ///< [R, V]
  std::vector<Normalizer> normalizers_;  ///< [R], when they have been asked for.
  std::vector<int> ids_;
  std::vector<float> values_;
  std::vector<float> best_;  ///< What the backend finds, [R, 2k + 2].
};

}  // namespace heed
