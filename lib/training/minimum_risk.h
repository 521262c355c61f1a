#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/batch.h"
#include "data/tokenizer.h"
#include "decoding/beam_search.h"
#include "decoding/stepper.h"
#include "heed/choices.h"
#include "metrics/metric.h"
#include "model/encoder_decoder.h"

namespace heed {

struct RiskOptions {
  int translations = 0;  ///< Of each source sentence; 0: no minimum-risk training.
  RiskMetric metric = RiskMetric::kBleu;
  float sharpness = 1;
};

/// Minimum-risk training (Shen et al. 2016): the expected risk Σ_y Q(y) Δ(y) (eq. 10) of the n best
/// translations y that the model itself finds of each source sentence, as Edunov et al. (2018,
/// section 3.2) choose them. Δ(y) is 1 less the sentence's BLEU or chrF against the reference; Q(y)
/// is p(y)^sharpness over its sum (eq. 11). Each sentence counts as many times as its reference has
/// tokens, as in BLEU of a corpus.
class MinimumRisk {
 public:
  MinimumRisk(const EncoderDecoder& model, const Tokenizer& tokenizer, const RiskOptions& options,
              int threads);

  /// Translations of some pairs' sources. The gradient of the batch's weighted loss is that of the
  /// expected risk over `sharpness`: each weight is Q(y) (Σ_y Q(y) Δ(y) − Δ(y)).
  struct Weighed {
    Batch batch;
    double risk = 0;  ///< Expected, summed over the references' tokens.
  };

  /// Translates with the parameters as they are, which should be packed. Threads have numbers.
  Weighed translate(int thread, const Batch& pairs);

 private:
  struct Translation;

  std::string text_of(std::span<const int> tokens) const;
  double weigh(std::vector<Translation>& translations, std::string_view reference) const;

  const Tokenizer& tokenizer_;
  const RiskOptions options_;
  std::unique_ptr<Metric> metric_;
  SearchRules rules_;
  std::vector<std::unique_ptr<ModelStepper>> steppers_;  ///< Of each thread.
};

}  // namespace heed
