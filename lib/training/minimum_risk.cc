#include "training/minimum_risk.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

#include "metrics/bleu.h"
#include "metrics/chrf.h"

namespace heed {

namespace {

std::unique_ptr<Metric> make_metric(RiskMetric metric) {
  if (metric == RiskMetric::kChrf) return std::make_unique<Chrf>();
  BleuOptions sentence_level;
  sentence_level.effective_order = true;
  return std::make_unique<Bleu>(sentence_level);
}

SearchRules search_rules(const Tokenizer& tokenizer, int translations) {
  SearchRules rules;
  rules.options.beam_size = rules.n_best = translations;
  rules.forbidden = {tokenizer.unk_id()};
  return rules;
}

}  // namespace

struct MinimumRisk::Translation {
  std::vector<int> tokens;  ///< With </s>.
  double log_probability = 0;
  double weight = 0;
};

MinimumRisk::MinimumRisk(const EncoderDecoder& model, const Tokenizer& tokenizer,
                         const RiskOptions& options, int threads)
    : tokenizer_(tokenizer),
      options_(options),
      metric_(make_metric(options.metric)),
      rules_(search_rules(tokenizer, options.translations)) {
  for (int i = 0; i < threads; ++i) steppers_.push_back(std::make_unique<ModelStepper>(model));
}

std::string MinimumRisk::text_of(std::span<const int> tokens) const {
  return tokenizer_.decode(tokens.first(tokens.size() - 1));
}

/// Sets the weights; returns the expected risk.
double MinimumRisk::weigh(std::vector<Translation>& translations,
                          std::string_view reference) const {
  double most = -INFINITY, sum = 0, expected = 0;
  for (const Translation& y : translations) most = std::max(most, y.log_probability);
  for (Translation& y : translations) {
    y.weight = std::exp(options_.sharpness * (y.log_probability - most));
    sum += y.weight;
  }
  std::vector<double> risks, statistics(metric_->width());
  for (Translation& y : translations) {
    metric_->measure(text_of(y.tokens), std::array{reference}, statistics);
    risks.push_back(1 - metric_->score(statistics) / 100);
    y.weight /= sum;
    expected += y.weight * risks.back();
  }
  for (std::size_t i = 0; i < risks.size(); ++i) translations[i].weight *= expected - risks[i];
  return expected;
}

MinimumRisk::Weighed MinimumRisk::translate(int thread, const Batch& pairs) {
  Weighed result;
  ModelStepper& stepper = *steppers_[thread];
  stepper.begin(pairs.source);
  const auto found = beam_search(stepper, rules_);
  for (int i = 0; i < pairs.source.size(); ++i) {
    std::vector<Translation> translations;
    for (const Hypothesis& h : found[i]) {
      translations.push_back({h.tokens, h.log_probability});
      translations.back().tokens.push_back(tokenizer_.eos_id());
    }
    const std::span<const int> target = pairs.target[i];
    const auto count = static_cast<double>(target.size());
    result.risk += count * weigh(translations, text_of(target));
    for (const Translation& y : translations) {
      result.batch.source.add(pairs.source[i]);
      result.batch.target.add(y.tokens);
      result.batch.weights.push_back(static_cast<float>(count * y.weight));
    }
  }
  return result;
}

}  // namespace heed
