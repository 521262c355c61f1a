#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/batch.h"
#include "decoding/beam_search.h"
#include "heed/options.h"
#include "metrics/attention_measures.h"
#include "model/model_file.h"
#include "training/processes.h"
#include "util/thread_pool.h"

namespace heed {

/// What a model does on sentence pairs that it isn't trained on.
struct Validation {
  double cross_entropy = 0;     ///< Nats a target token, without label smoothing.
  double perplexity = 0;        ///< exp of it.
  double bleu = 0;              ///< 0 to 100, tokenizer 13a; 0 if not asked for.
  AttentionMeasures attention;  ///< While references are forced, by piece; 0 if not asked for.
  std::vector<std::string> translations;  ///< Empty if BLEU was not asked for.
};

/// What a model makes of references that it is forced to write.
struct ForcedReferences {
  double log_probability = 0;
  std::size_t tokens = 0;
  AttentionStatistics attention{};

  void add(double sentence_log_probability, std::size_t sentence_tokens,
           const std::vector<std::vector<float>>& weights) {
    add({sentence_log_probability, sentence_tokens});
    attention.add(weights);
  }
  void add(const ForcedReferences& others);

  /// Nats a token; 0 of none.
  double cross_entropy() const;
};

/// A metric of validation: one of --valid-metrics.
struct ValidationMetric {
  /// Which of two values tells of the better model.
  enum class Better { kHigher, kLower, kNeither };
  using Values = std::vector<std::pair<std::string, double>>;

  std::string_view name;
  Better better;
  /// Values and their names in the log: one, unless the metric is kNeither.
  Values (*values)(const Validation&);
};
/// Throws UsageError that lists the names for another one.
const ValidationMetric& find_validation_metric(std::string_view name);

/// Throws UsageError for unknown metrics, and for a first one that can't decide which model is
/// best.
void check_validation_metrics(const std::vector<std::string>& names);

/// The attention that the metrics measure: of the model's own layer and heads, which
/// --alignment-layer and --alignment-heads chose. Nothing if none does; throws UsageError for a
/// model without attention weights.
std::optional<AttentionChoice> measured_attention(const EncoderDecoder& model,
                                                  const std::vector<std::string>& metrics);

/// A text that validation measures on.
struct ValidationText {
  std::vector<std::string> source, target;
  std::uint64_t fingerprint = 0;      ///< ParallelText::fingerprint() of it.
  std::vector<std::string> warnings;  ///< ParallelText::warnings() of it.
};

/// Measures a model on one text.
class Validator {
 public:
  /// Sentences with more than --max-length tokens are cropped. Throws UsageError as
  /// measured_attention().
  Validator(const EncoderDecoder& model, const ValidationText& text, const Tokenizers& tokenizers,
            const TrainOptions& options);

  /// Pairs of which a side was cropped.
  std::size_t cropped() const { return cropped_; }

  /// Who measures: processes share out the batches, threads take them.
  struct Workforce {
    ThreadPool& threads;
    Processes& processes;
  };
  /// Nothing if `interrupted`, which the calling thread asks between batches, was true in any
  /// process. Any number of threads and processes gives the same bits. All processes.
  std::optional<Validation> run(const Workforce& workforce,
                                const std::function<bool()>& interrupted) const;

 private:
  using Interrupted = std::function<bool()>;
  bool force_references(const Workforce& workforce, const Interrupted& interrupted,
                        Validation& result) const;
  bool translate(const Workforce& workforce, const Interrupted& interrupted,
                 Validation& result) const;
  void write_down(const std::vector<std::vector<Hypothesis>>& found,
                  const std::vector<std::size_t>& lines,
                  std::vector<std::string>& translations) const;

  const EncoderDecoder& model_;
  const ValidationText& text_;
  const Tokenizer& target_tokenizer_;
  std::size_t cropped_ = 0;
  std::vector<Batch> batches_;
  SearchRules rules_;
  bool translates_ = false;
  std::optional<AttentionChoice> attention_;
};

}  // namespace heed
