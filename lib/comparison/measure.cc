#include "comparison/measure.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "data/parallel_text.h"
#include "heed/translator.h"
#include "metrics/alignment_error.h"
#include "metrics/bleu.h"
#include "metrics/chrf.h"
#include "metrics/length_buckets.h"
#include "metrics/significance.h"
#include "metrics/ter.h"
#include "model/attention_choice.h"
#include "model/model_file.h"
#include "tensor/backend.h"
#include "text/unicode.h"
#include "training/validator.h"
#include "util/error.h"
#include "util/files.h"
#include "util/strings.h"

namespace heed {

namespace {

constexpr int kResamples = 1000;                 // of the bootstrap
constexpr std::uint64_t kBootstrapSeed = 12345;  // as heed evaluate's

/// What the file of a model tells.
struct ModelFacts {
  std::uint64_t parameters = 0;
  bool has_attention = false;  ///< Weights to align by.
};

ModelFacts facts_of(const std::string& model, const std::string& backend_name) {
  const auto backend = make_backend(backend_name);
  const LoadedModel loaded(model, *backend);
  ModelFacts facts{loaded.parameters().count()};
  try {
    choose_attention(loaded.model(), 0, "");
    facts.has_attention = true;
  } catch (const UsageError&) {  // as its options say, it is measured without
  }
  return facts;
}

std::string trimmed(const std::string& line) { return std::string(trim(line)); }

/// BLEU of sentences of similar source length, and what remains uncertain by the choice of
/// sentences.
std::vector<LengthScore> score_by_length(const Metric& metric, const Statistics& statistics,
                                         const TestSet& test, const std::vector<int>& bounds) {
  std::vector<std::size_t> lengths, ends;
  for (const std::string& line : test.source) lengths.push_back(unicode_words(line).size());
  for (const int bound : bounds) ends.push_back(static_cast<std::size_t>(bound));
  std::vector<LengthScore> scores;
  for (const LengthBucket& bucket : bucket_by_length(lengths, ends)) {
    const std::size_t place = scores.size();
    LengthScore& score = scores.emplace_back();
    score.at_most = place < bounds.size() ? bounds[place] : 0;
    score.sentences = bucket.sentences.size();
    if (bucket.sentences.empty()) continue;
    const Statistics chosen = select_rows(statistics, bucket.sentences);
    const ConfidenceInterval interval =
        bootstrap_interval(metric, chosen, kResamples, kBootstrapSeed);
    score.bleu = corpus_score(metric, chosen);
    score.low = std::max(0.0, interval.mean - interval.half_width);
    score.high = std::min(100.0, interval.mean + interval.half_width);
  }
  return scores;
}

}  // namespace

TestSet read_test_set(const ComparisonOptions& options, bool tsv) {
  const ParallelText corpus(options.test_sets, tsv);
  TestSet test;
  for (std::size_t i = 0; i < corpus.size(); ++i) {
    const SentencePair pair = corpus.pair(i);
    test.source.push_back(trimmed(pair.source));
    test.reference.push_back(trimmed(pair.target));
  }
  if (options.gold_alignment.empty()) return test;
  LineReader reader(options.gold_alignment);
  for (std::string line; reader.next(line);) {
    try {
      parse_gold_alignment(line);
    } catch (const Error& error) {
      fail("{}:{}: {}", options.gold_alignment, reader.line_number(), error.what());
    }
    test.gold.push_back(line);
  }
  if (test.gold.size() != test.source.size()) {
    fail("expected as many lines in {} as in the test set, {}, found {}", options.gold_alignment,
         test.source.size(), test.gold.size());
  }
  return test;
}

std::vector<std::unique_ptr<Metric>> comparison_metrics(const std::string& tokenize) {
  BleuOptions bleu;
  bleu.tokenizer_name = tokenize;
  std::vector<std::unique_ptr<Metric>> metrics;
  metrics.push_back(std::make_unique<Bleu>(std::move(bleu)));
  metrics.push_back(std::make_unique<Chrf>());
  metrics.push_back(std::make_unique<Ter>());
  return metrics;
}

std::vector<std::string> Measurement::run(const std::string& model, RunResult& result) const {
  std::vector<std::string> output = translate(model, result);
  score_translations(output, result);
  score_references(model, result);
  return output;
}

/// The lines of a test set, until the user wants to stop.
class TestLines {
 public:
  TestLines(const TestSet& test, const std::function<bool()>& interrupted, bool with_references)
      : test_(test), interrupted_(interrupted), with_references_(with_references) {}

  NextLine operator()(SourceLine& line) {
    if (interrupted_()) throw Interrupted();
    if (next_ == test_.source.size()) return NextLine::kEnd;
    line.text = test_.source[next_];
    if (with_references_) line.target = test_.reference[next_];
    ++next_;
    return NextLine::kRead;
  }

 private:
  const TestSet& test_;
  const std::function<bool()>& interrupted_;
  bool with_references_;
  std::size_t next_ = 0;
};

std::vector<std::string> Measurement::translate(const std::string& model, RunResult& result) const {
  TranslateOptions options;
  options.search = options_.search;
  options.max_length = options_.train.data.max_length;
  options.threads = 1;
  options.backend = options_.train.training.backend;
  Translator translator(model, options);
  std::vector<std::string> output;
  LineStream stream;
  stream.read = TestLines(test_, interrupted_, false);
  stream.write = [&](std::span<TranslatedLine> lines) {
    for (const TranslatedLine& line : lines) output.push_back(trimmed(line.text()));
  };
  const auto begin = std::chrono::steady_clock::now();
  const StreamSummary summary = translator.translate(stream);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  result.decode_words_per_second = static_cast<double>(summary.target_words) / seconds.count();
  return output;
}

void Measurement::score_references(const std::string& model, RunResult& result) const {
  TranslateOptions options;
  options.max_length = options_.train.data.max_length;
  options.threads = 1;
  options.backend = options_.train.training.backend;
  const ModelFacts facts = facts_of(model, options.backend);
  result.parameters = facts.parameters;
  if (facts.has_attention) options.alignment.form = AlignmentForm::kSoft;
  Translator translator(model, options);
  ForcedReferences forced;
  std::vector<std::string> alignments;  // in Pharaoh's format
  LineStream stream;
  stream.read = TestLines(test_, interrupted_, true);
  stream.write = [&](std::span<TranslatedLine> lines) {
    for (const TranslatedLine& line : lines) {
      const Translation& reference = line.translations.front();
      forced.add(reference.log_probability, reference.word_scores.size(), reference.attention);
      alignments.push_back(format_alignment(links_of(reference.alignment)));
    }
  };
  translator.score(stream);
  result.cross_entropy = forced.cross_entropy();
  result.perplexity = std::exp(result.cross_entropy);
  if (options.alignment.form == AlignmentForm::kNone) return;
  result.attention = forced.attention.means();
  if (test_.gold.empty()) return;
  const AlignmentErrorRate metric;
  const std::vector<std::vector<std::string>> gold{test_.gold};
  result.alignment_error = corpus_score(metric, measure_corpus(metric, alignments, gold));
}

void Measurement::score_translations(const std::vector<std::string>& output,
                                     RunResult& result) const {
  const auto metrics = comparison_metrics(options_.comparison.tokenize);
  const std::vector<std::vector<std::string>> references{test_.reference};
  double* const scores[] = {&result.bleu, &result.chrf, &result.ter};
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    const Statistics statistics = measure_corpus(*metrics[i], output, references);
    *scores[i] = corpus_score(*metrics[i], statistics);
    if (i > 0) continue;
    result.by_length =
        score_by_length(*metrics[i], statistics, test_, options_.comparison.length_bounds);
  }
}

}  // namespace heed
