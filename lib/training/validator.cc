#include "training/validator.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <utility>

#include "data/batcher.h"
#include "metrics/bleu.h"
#include "util/table.h"

namespace heed {

namespace {

constexpr int kBatchTokens = 800;  // of the source: the search keeps keys and values for each

constexpr std::array kMetrics = {
    ValidationMetric{"bleu", true, &Validation::bleu},
    ValidationMetric{"perplexity", false, &Validation::perplexity},
    ValidationMetric{"cross-entropy", false, &Validation::cross_entropy}};

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

Validator::Validator(const EncoderDecoder& model, const ValidationText& text,
                     const Tokenizers& tokenizers, int beam_size, int max_length)
    : model_(model), text_(text), target_tokenizer_(tokenizers.target) {
  std::vector<bool> cropped(text.source.size());
  const Ragged sources = encode_all(tokenizers.source, text.source, max_length, cropped);
  const Ragged targets = encode_all(tokenizers.target, text.target, max_length, cropped);
  cropped_ = static_cast<std::size_t>(std::count(cropped.begin(), cropped.end(), true));
  batches_ = make_batches(sources, targets, kBatchTokens);
  rules_.options.beam_size = beam_size;
  rules_.forbidden = {tokenizers.target.unk_id()};
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
