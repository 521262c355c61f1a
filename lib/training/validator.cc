#include "training/validator.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <utility>

#include "data/batches.h"
#include "decoding/scorer.h"
#include "metrics/bleu.h"
#include "model/attention_choice.h"
#include "util/error.h"
#include "util/json.h"
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

/// Deals out the numbers of this process's batches to workers, until somebody wants to stop.
class BatchQueue {
 public:
  BatchQueue(std::size_t size, const Processes& processes, const std::function<bool()>& interrupted)
      : size_(size),
        stride_(static_cast<std::size_t>(processes.size())),
        interrupted_(interrupted),
        next_(static_cast<std::size_t>(processes.rank())) {}

  /// Nothing at the end.
  std::optional<std::size_t> next(int worker) {
    const std::size_t i = stops(worker) ? size_ : next_.fetch_add(stride_);
    return i < size_ ? std::optional(i) : std::nullopt;
  }
  /// Worker 0 is the thread that called for the work: it asks.
  bool stops(int worker) {
    if (worker == 0 && !stopped_ && interrupted_()) stopped_ = true;
    return stopped_;
  }
  bool is_stopped() const { return stopped_; }

 private:
  std::size_t size_, stride_;
  const std::function<bool()>& interrupted_;
  std::atomic<std::size_t> next_;
  std::atomic<bool> stopped_ = false;
};

/// A batch may take long: its search can be left at each step.
class StoppableStepper final : public ModelStepper {
 public:
  struct Stopped {};

  StoppableStepper(const EncoderDecoder& model, BatchQueue& queue, int worker)
      : ModelStepper(model), queue_(queue), worker_(worker) {}

  void step(std::span<const int> tokens, std::span<const int> parents) override {
    if (queue_.stops(worker_)) throw Stopped();
    ModelStepper::step(tokens, parents);
  }

 private:
  BatchQueue& queue_;
  int worker_;
};

/// All batches' results, of which this process has those that its queue dealt out.
void gather_parts(Processes& processes, std::vector<ForcedReferences>& parts) {
  const auto count = static_cast<std::size_t>(processes.size());
  std::vector<ForcedReferences> own;
  for (auto i = static_cast<std::size_t>(processes.rank()); i < parts.size(); i += count) {
    own.push_back(parts[i]);
  }
  const std::vector<ForcedReferences> all =
      processes.gather(std::span<const ForcedReferences>(own));
  std::size_t next = 0;
  for (std::size_t rank = 0; rank < count; ++rank) {
    for (std::size_t i = rank; i < parts.size(); i += count) parts[i] = all[next++];
  }
}

/// Each process has translated other lines; the others of its own are empty.
void gather_lines(Processes& processes, std::vector<std::string>& lines) {
  if (processes.size() == 1) return;
  const std::vector<std::uint8_t> own = nlohmann::json::to_msgpack(lines);
  for (const std::string& part : processes.gather(std::string(own.begin(), own.end()))) {
    const auto theirs = nlohmann::json::from_msgpack(part).get<std::vector<std::string>>();
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (!theirs[i].empty()) lines[i] = theirs[i];
    }
  }
}

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

void ForcedReferences::add(const ForcedReferences& others) {
  log_probability += others.log_probability;
  tokens += others.tokens;
  attention.add(others.attention);
}

double ForcedReferences::cross_entropy() const {
  return -log_probability / static_cast<double>(std::max<std::size_t>(1, tokens));
}

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

std::optional<Validation> Validator::run(const Workforce& workforce,
                                         const Interrupted& interrupted) const {
  const PackedParameters packed(model_.parameters(), Precision::kFloat);
  Validation result;
  if (!force_references(workforce, interrupted, result)) return std::nullopt;
  if (!translates_) return result;
  if (!translate(workforce, interrupted, result)) return std::nullopt;
  result.bleu = corpus_bleu(result.translations, text_.target, "13a");
  return result;
}

bool Validator::force_references(const Workforce& workforce, const Interrupted& interrupted,
                                 Validation& result) const {
  std::vector<ForcedReferences> parts(batches_.size());
  BatchQueue queue(batches_.size(), workforce.processes, interrupted);
  workforce.threads.run([&](int worker) {
    Scorer scorer(model_, attention_.value_or(AttentionChoice()));
    while (const std::optional<std::size_t> i = queue.next(worker)) {
      for (const Hypothesis& reference : scorer.score(batches_[*i], 0, attention_.has_value())) {
        parts[*i].add(reference.log_probability, reference.word_scores.size(), reference.attention);
      }
    }
  });
  gather_parts(workforce.processes, parts);
  ForcedReferences all;
  for (const ForcedReferences& part : parts) all.add(part);
  result.cross_entropy = all.cross_entropy();
  result.perplexity = std::exp(result.cross_entropy);
  result.attention = all.attention.means();
  return !workforce.processes.any(queue.is_stopped());
}

bool Validator::translate(const Workforce& workforce, const Interrupted& interrupted,
                          Validation& result) const {
  result.translations.resize(text_.source.size());
  BatchQueue queue(batches_.size(), workforce.processes, interrupted);
  workforce.threads.run([&](int worker) {
    StoppableStepper stepper(model_, queue, worker);
    while (const std::optional<std::size_t> i = queue.next(worker)) {
      stepper.begin(batches_[*i].source);
      try {
        write_down(beam_search(stepper, rules_), batches_[*i].lines, result.translations);
      } catch (const StoppableStepper::Stopped&) {
        return;
      }
    }
  });
  gather_lines(workforce.processes, result.translations);
  return !workforce.processes.any(queue.is_stopped());
}

void Validator::write_down(const std::vector<std::vector<Hypothesis>>& found,
                           const std::vector<std::size_t>& lines,
                           std::vector<std::string>& translations) const {
  for (std::size_t sentence = 0; sentence < found.size(); ++sentence) {
    translations[lines[sentence]] = target_tokenizer_.decode(found[sentence].front().tokens);
  }
}

}  // namespace heed
