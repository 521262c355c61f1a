#include "training/validator.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <utility>

#include "data/batcher.h"
#include "decoding/scorer.h"
#include "metrics/bleu.h"
#include "model/attention_choice.h"
#include "util/error.h"
#include "util/table.h"

namespace heed {

namespace {

constexpr int kBatchTokens = 800;  // of the source: the search keeps keys and values for each

using Better = ValidationMetric::Better;
using Values = ValidationMetric::Values;

Values bleu_of(const Validation& validation) { return {{"bleu", validation.bleu}}; }
Values perplexity_of(const Validation& validation) {
  return {{"perplexity", validation.perplexity}};
}
Values cross_entropy_of(const Validation& validation) {
  return {{"cross-entropy", validation.cross_entropy}};
}
Values attention_of(const Validation& validation) {
  Values values;
  for (const auto& [name, value] : kAttentionMeasures) {
    values.emplace_back(fmt::format("attention-{}", name), validation.attention.*value);
  }
  return values;
}

constexpr std::array kMetrics = {
    ValidationMetric{"bleu", Better::kHigher, bleu_of},
    ValidationMetric{"perplexity", Better::kLower, perplexity_of},
    ValidationMetric{"cross-entropy", Better::kLower, cross_entropy_of},
    ValidationMetric{"attention", Better::kNeither, attention_of}};

bool is_among(std::string_view metric, const std::vector<std::string>& names) {
  return std::ranges::find(names, metric) != names.end();
}

/// What a model makes of references that it is forced to write.
struct ForcedReferences {
  double log_probability = 0;
  std::size_t tokens = 0;
  AttentionStatistics attention{};

  void add(const Hypothesis& reference) {
    log_probability += reference.log_probability;
    tokens += reference.word_scores.size();
    attention.add(reference.attention);
  }
  void add(const ForcedReferences& others) {
    log_probability += others.log_probability;
    tokens += others.tokens;
    attention.add(others.attention);
  }
};

/// The numbers of all lines, each with at most max_length tokens and </s>. Marks the cropped ones.
Ragged encode_all(const Tokenizer& tokenizer, const std::vector<std::string>& lines, int max_length,
                  std::vector<bool>& cropped) {
  Ragged result;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::vector<int> ids = tokenizer.encode(lines[i]);
    if (std::cmp_greater(ids.size(), max_length)) {
      ids.resize(max_length);
      cropped[i] = true;
    }
    ids.push_back(tokenizer.eos_id());
    result.add(ids);
  }
  return result;
}

}  // namespace

const ValidationMetric& find_validation_metric(std::string_view name) {
  return find_entry(std::span<const ValidationMetric>(kMetrics), "validation metric", name);
}

void check_validation_metrics(const std::vector<std::string>& names) {
  for (const std::string& name : names) find_validation_metric(name);
  if (names.empty() || find_validation_metric(names.front()).better != Better::kNeither) return;
  fail_usage(
      "expected bleu, perplexity or cross-entropy first in --valid-metrics, for the first decides "
      "which model is best, found {}, of which neither more nor less is better",
      names.front());
}

std::optional<AttentionChoice> measured_attention(const EncoderDecoder& model,
                                                  const std::vector<std::string>& metrics) {
  if (!is_among("attention", metrics)) return std::nullopt;
  if (attention_heads(model).empty()) {
    fail_usage(
        "--valid-metrics attention needs a model with attention weights to measure, found one "
        "without; leave it out or choose another attention");
  }
  return choose_attention(model, 0, "");
}

Validator::Validator(const EncoderDecoder& model, const ValidationText& text,
                     const Tokenizers& tokenizers, const TrainOptions& options)
    : model_(model),
      text_(text),
      target_tokenizer_(tokenizers.target),
      translates_(is_among("bleu", options.training.valid_metrics)),
      attention_(measured_attention(model, options.training.valid_metrics)) {
  const int max_length = options.data.max_length;
  std::vector<bool> cropped(text.source.size());
  const Ragged sources = encode_all(tokenizers.source, text.source, max_length, cropped);
  const Ragged targets = encode_all(tokenizers.target, text.target, max_length, cropped);
  cropped_ = static_cast<std::size_t>(std::count(cropped.begin(), cropped.end(), true));
  batches_ = make_batches(sources, targets, {kBatchTokens});
  rules_.options.beam_size = options.training.valid_beam_size;
  rules_.forbidden = {tokenizers.target.unk_id()};
}

Validation Validator::run(ThreadPool& pool) const {
  Validation result;
  force_references(pool, result);
  if (!translates_) return result;
  result.translations = translate(pool);
  result.bleu = corpus_bleu(result.translations, text_.target, "13a");
  return result;
}

void Validator::force_references(ThreadPool& pool, Validation& result) const {
  std::vector<ForcedReferences> parts(batches_.size());
  std::atomic<std::size_t> next = 0;
  pool.run([&](int) {
    Scorer scorer(model_, attention_.value_or(AttentionChoice()));
    for (std::size_t i = next++; i < batches_.size(); i = next++) {
      for (const Hypothesis& reference : scorer.score(batches_[i], 0, attention_.has_value())) {
        parts[i].add(reference);
      }
    }
  });
  ForcedReferences all;
  for (const ForcedReferences& part : parts) all.add(part);
  result.cross_entropy = -all.log_probability / static_cast<double>(all.tokens);
  result.perplexity = std::exp(result.cross_entropy);
  result.attention = all.attention.means();
}

std::vector<std::string> Validator::translate(ThreadPool& pool) const {
  std::vector<std::string> translations(text_.source.size());
  std::atomic<std::size_t> next = 0;
  pool.run([&](int) {
    ModelStepper stepper(model_);
    for (std::size_t i = next++; i < batches_.size(); i = next++) {
      stepper.begin(batches_[i].source);
      const auto found = beam_search(stepper, rules_);
      for (std::size_t sentence = 0; sentence < found.size(); ++sentence) {
        translations[batches_[i].lines[sentence]] =
            target_tokenizer_.decode(found[sentence].front().tokens);
      }
    }
  });
  return translations;
}

}  // namespace heed
