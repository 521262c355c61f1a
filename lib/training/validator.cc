#include "training/validator.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <numeric>

#include "metrics/bleu.h"
#include "util/table.h"

namespace heed {

namespace {

constexpr int kBatchTokens = 2000;  // of the source

constexpr std::array kMetrics = {
    ValidationMetric{"bleu", true, &Validation::bleu},
    ValidationMetric{"perplexity", false, &Validation::perplexity},
    ValidationMetric{"cross-entropy", false, &Validation::cross_entropy}};

std::vector<int> with_eos(std::vector<int> ids, const Tokenizer& tokenizer) {
  ids.push_back(tokenizer.eos_id());
  return ids;
}

/// Batches of similar length.
std::vector<Batch> make_validation_batches(const ValidationText& text, const Tokenizer& source,
                                           const Tokenizer& target) {
  std::vector<std::vector<int>> sources, targets;
  for (const std::string& line : text.source) {
    sources.push_back(with_eos(source.encode(line), source));
  }
  for (const std::string& line : text.target) {
    targets.push_back(with_eos(target.encode(line), target));
  }
  std::vector<std::size_t> order(sources.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return sources[a].size() > sources[b].size();
  });
  std::vector<Batch> batches(1);
  for (const std::size_t line : order) {
    const int tokens = batches.back().source.rows() + static_cast<int>(sources[line].size());
    if (batches.back().source.size() > 0 && tokens > kBatchTokens) batches.emplace_back();
    batches.back().source.add(sources[line]);
    batches.back().target.add(targets[line]);
    batches.back().lines.push_back(line);
  }
  return batches;
}

}  // namespace

const ValidationMetric& find_validation_metric(std::string_view name) {
  return find_entry(std::span<const ValidationMetric>(kMetrics), "validation metric", name);
}

Validator::Validator(const EncoderDecoder& model, const ValidationText& text,
                     const Tokenizer& source, const Tokenizer& target, int beam_size)
    : model_(model),
      text_(text),
      target_tokenizer_(target),
      batches_(make_validation_batches(text, source, target)) {
  rules_.options.beam_size = beam_size;
  rules_.forbidden = {target.unk_id()};
}

Validation Validator::run(Workers& workers, bool translates) const {
  Validation result;
  LossSum sum;
  for (const Batch& batch : batches_) {
    const LossSum part = workers.evaluate(batch);
    sum.likelihood += part.likelihood;
    sum.tokens += part.tokens;
  }
  result.cross_entropy = -sum.likelihood / static_cast<double>(sum.tokens);
  result.perplexity = std::exp(result.cross_entropy);
  if (!translates) return result;
  result.translations = translate(workers);
  result.bleu = corpus_bleu(result.translations, text_.target, "13a");
  return result;
}

std::vector<std::string> Validator::translate(Workers& workers) const {
  std::vector<std::string> translations(text_.source.size());
  std::atomic<std::size_t> next = 0;
  workers.pool().run([&](int) {
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
