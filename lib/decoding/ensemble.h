#pragma once

#include <deque>
#include <span>
#include <vector>

#include "decoding/scorer.h"
#include "decoding/stepper.h"

namespace heed {

/// M models over the same vocabularies that translate as one:
///   log p(y_t | y_<t, x) = Σ_m w_m log p_m(y_t | y_<t, x) / Σ_m w_m,
/// the log-linear combination that Marian searches by, there without the division. It is not
/// normalised again: the p of all next tokens sum to 1 or less. Attention is the first model's.
struct EnsembleModels {
  std::vector<const EncoderDecoder*> models;  ///< Of one backend.
  std::vector<float> weights;                 ///< [M], above 0, any sum.
};

/// Steps of all models at once. One model alone has the bits of its ModelStepper.
class EnsembleStepper : public Stepper {
 public:
  explicit EnsembleStepper(const EnsembleModels& ensemble, const AttentionChoice& choice = {});

  /// As ModelStepper::begin.
  void begin(const Ragged& source, const Candidates& candidates = {});

  const StepperShape& shape() const override { return shape_; }
  void step(std::span<const int> tokens, std::span<const int> parents) override;
  TopK top(int k) override { return next_->top(k); }
  float log_probability(int row, int token) override { return next_->of(row, token); }
  void log_probabilities(int row, std::span<float> all) override { next_->of_all(row, all); }
  std::vector<float> attention(int row) override { return members_.front().attention(row); }

 private:
  std::deque<ModelStepper> members_;  ///< Which don't move.
  std::vector<float> weights_;        ///< Sum to 1.
  StepperShape shape_;
  bool is_first_step_ = true;
  Tape tape_;  ///< For the mean.
  Likelihoods mean_;
  Likelihoods* next_ = nullptr;  ///< The mean, or those of a model that is alone.
};

/// Scores given translations as the search with an EnsembleStepper would.
class EnsembleScorer {
 public:
  explicit EnsembleScorer(const EnsembleModels& ensemble, const AttentionChoice& choice = {});

  /// As Scorer::score.
  std::vector<Hypothesis> score(const Batch& batch, float normalize, bool attention = false);
  /// The first model's, as Scorer::attention.
  std::vector<AttentionMatrix> attention(const Batch& pair,
                                         std::span<const AttentionChoice> choices) {
    return members_.front().attention(pair, choices);
  }

 private:
  std::deque<Scorer> members_;
  std::vector<float> weights_;  ///< Sum to 1.
};

}  // namespace heed
