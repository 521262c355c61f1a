#pragma once

#include <string>
#include <vector>

#include "data/batch.h"
#include "decoding/beam_search.h"
#include "model/model_file.h"
#include "training/workers.h"

namespace heed {

/// What a model does on sentence pairs that it isn't trained on.
struct Validation {
  double cross_entropy = 0;  ///< Nats a target token, without label smoothing.
  double perplexity = 0;     ///< exp of it.
  double bleu = 0;           ///< 0 to 100, tokenizer 13a; 0 if not asked for.
  std::vector<std::string> translations;
};

/// A metric of validation and the way in which it gets better.
struct ValidationMetric {
  std::string_view name;
  bool higher_is_better;
  double Validation::*value;
};
/// Throws UsageError that lists the names for another one.
const ValidationMetric& find_validation_metric(std::string_view name);

/// A text that validation measures on.
struct ValidationText {
  std::vector<std::string> source, target;
};

/// Measures a model on one text, on the threads of `Workers`.
class Validator {
 public:
  /// Sentences with more than max_length tokens are cropped.
  Validator(const EncoderDecoder& model, const ValidationText& text, const Tokenizers& tokenizers,
            int beam_size, int max_length);

  /// Pairs of which a side was cropped.
  std::size_t cropped() const { return cropped_; }

  /// `translates`: whether BLEU is wanted, which needs a search.
  Validation run(Workers& workers, bool translates) const;
  const ValidationText& text() const { return text_; }

 private:
  std::vector<std::string> translate(Workers& workers) const;

  const EncoderDecoder& model_;
  const ValidationText& text_;
  const Tokenizer& target_tokenizer_;
  std::size_t cropped_ = 0;
  std::vector<Batch> batches_;
  SearchRules rules_;
};

}  // namespace heed
