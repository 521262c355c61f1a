#pragma once

#include <span>
#include <vector>

#include "autograd/tape.h"

namespace heed {

/// The likeliest next tokens of R rows.
struct TopK {
  std::span<const int> ids;       ///< [R, k], best first; equal scores in order of ids.
  std::span<const float> values;  ///< [R, k]: log p; -∞ where there are no more candidates.
};

/// Rows one after the other that have the same candidates.
struct CandidateLogits {
  Tensor logits;                  ///< [rows, candidates]
  std::span<const int> tokens{};  ///< The candidates, in order; empty: all V tokens.
  Tensor sample{};                ///< [rows, k]: of k other tokens; or empty.
  int others = 0;                 ///< How many tokens the sample stands for.
};

/// log p of the V tokens that may come next in each of R rows; that of a token which is no
/// candidate is -∞. Other tokens count in the normalizer as their sample has it,
///   log Z = log(Σ_candidates exp(logit) + others / k · Σ_sample exp(logit)),
/// an estimate by importance sampling (Bengio and Senécal 2003) from a uniform distribution: a
/// model that was trained with smoothed labels gives others a tenth of all probability, more where
/// it is in doubt, and a search that shares it out among candidates prefers doubtful ones.
class Likelihoods {
 public:
  /// Those of logits [R, V], which live on `tape`.
  void set(Tape& tape, const Tensor& logits) { set(tape, std::vector{CandidateLogits{logits}}); }
  /// Those of all rows, part after part.
  void set(Tape& tape, std::vector<CandidateLogits> parts);
  /// Σ_m weights_m log p_m: to an ensemble's members what one model's log p is to it. Weights sum
  /// to 1, and all have the same candidates. The result lives on `tape`.
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
  /// A row's place.
  struct Place {
    const CandidateLogits& part;
    int row;
  };

  std::span<const Normalizer> normalizers();
  Place place(int row) const;
  void find_best(int k, const CandidateLogits& part, const Tensor& best);
  void read_normalizers(int column, int columns);
  void find_best(int k);

  Tape* tape_ = nullptr;
  std::vector<CandidateLogits> parts_;
  std::vector<Normalizer> normalizers_;  ///< [R], when they have been asked for.
  std::vector<int> ids_;
  std::vector<float> values_;
  std::vector<float> best_;  ///< What the backend finds, [R, 2k + 4].
};

}  // namespace heed
