#include "heed/evaluator.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "data/tokenizer.h"
#include "metrics/alignment_error.h"
#include "metrics/bleu.h"
#include "metrics/chrf.h"
#include "metrics/evaluation_report.h"
#include "metrics/evaluation_texts.h"
#include "metrics/length_buckets.h"
#include "metrics/signature.h"
#include "metrics/ter.h"
#include "text/unicode.h"
#include "util/error.h"
#include "util/fields.h"
#include "util/table.h"

namespace heed {

namespace {

using MetricPointer = std::unique_ptr<Metric>;

// ---- Metrics from options -------------------------------------------------------------------

BleuTokenizer make_tokenizer(const EvaluateOptions& options) {
  std::vector<std::string_view> names = bleu_tokenizer_names();
  names.push_back("spm");
  if (std::find(names.begin(), names.end(), options.tokenize) == names.end()) {
    fail_unknown("tokenizer", options.tokenize, names);
  }
  if ((options.tokenize == "spm") == options.spm_model.empty()) {
    fail_usage("expected --tokenize spm and --spm-model together, found {}",
               options.spm_model.empty() ? "no model" : "tokenizer " + options.tokenize);
  }
  if (options.tokenize != "spm") return make_bleu_tokenizer(options.tokenize);
  return [model = Tokenizer::load(options.spm_model)](std::string_view line) {
    return fmt::format("{}", fmt::join(model.split(line), " "));
  };
}

MetricPointer make_bleu(const EvaluateOptions& options) {
  BleuOptions bleu;
  bleu.order = options.max_ngram_order;
  bleu.smoothing = parse_bleu_smoothing(options.smooth_method);
  if (options.smooth_value >= 0) bleu.smoothing_value = options.smooth_value;
  bleu.effective_order = options.sentence_level;
  bleu.lowercase = options.lowercase;
  bleu.tokenizer_name = options.tokenize;
  bleu.tokenizer = make_tokenizer(options);
  return std::make_unique<Bleu>(std::move(bleu));
}

MetricPointer make_chrf(const EvaluateOptions& options) {
  return std::make_unique<Chrf>(ChrfOptions{options.chrf_char_order, options.chrf_word_order,
                                            options.chrf_beta, options.chrf_lowercase,
                                            options.chrf_whitespace, options.chrf_eps_smoothing});
}

MetricPointer make_ter(const EvaluateOptions& options) {
  return std::make_unique<Ter>(TerOptions{options.ter_normalized, options.ter_no_punct,
                                          options.ter_asian_support, options.ter_case_sensitive});
}

MetricPointer make_aer(const EvaluateOptions& options) {
  return std::make_unique<AlignmentErrorRate>(
      AlignmentErrorOptions{options.aer_one_based ? 1 : 0, options.aer_gold_one_based ? 1 : 0});
}

struct MetricEntry {
  std::string_view name;
  MetricPointer (*make)(const EvaluateOptions&) = nullptr;
};

// In the order in which scores are printed.
constexpr std::array<MetricEntry, 4> kMetrics = {
    {{"bleu", make_bleu}, {"chrf", make_chrf}, {"ter", make_ter}, {"aer", make_aer}}};

bool is_asked_for(const EvaluateOptions& options, std::string_view metric) {
  return std::find(options.metrics.begin(), options.metrics.end(), metric) != options.metrics.end();
}

std::vector<MetricPointer> make_metrics(const EvaluateOptions& options) {
  for (const std::string& name : options.metrics) find_entry(kMetrics, "metric", name);
  std::vector<MetricPointer> metrics;
  for (const MetricEntry& entry : kMetrics) {
    if (is_asked_for(options, entry.name)) metrics.push_back(entry.make(options));
  }
  if (metrics.empty()) fail_usage("expected one or more metrics, found none");
  return metrics;
}

// ---- Checks ---------------------------------------------------------------------------------

void check_options(const EvaluateOptions& options) {
  check_fields(options);
  const bool paired = options.paired_bs || options.paired_ar;
  if (options.paired_bs && options.paired_ar) {
    fail_usage("expected one paired test, found --paired-bs and --paired-ar; choose one");
  }
  if (options.sentence_level && options.metrics.size() != 1) {
    fail_usage("expected one metric with --sentence-level, found {}", options.metrics.size());
  }
  if (options.sentence_level && (options.confidence || paired || !options.source.empty())) {
    fail_usage("expected no tests and no --source with --sentence-level; leave them out");
  }
}

void check_systems(const EvaluateOptions& options, const std::vector<SystemText>& systems) {
  if ((options.paired_bs || options.paired_ar) && systems.size() < 2) {
    fail_usage("expected two or more systems for a paired test, found {}; name them after --input",
               systems.size());
  }
  if (options.confidence && systems.size() > 1) {
    fail_usage("expected one system with --confidence, found {}; use --paired-bs", systems.size());
  }
  if (options.sentence_level && systems.size() > 1) {
    fail_usage("expected one system with --sentence-level, found {}", systems.size());
  }
}

// Text that was tokenized before the metric tokenizes it gets wrong scores.
void warn_of_tokenized_text(const EvaluateOptions& options, const SystemText& system,
                            const Warn& warn) {
  if (options.force || options.tokenize == "none" || !is_asked_for(options, "bleu")) return;
  const auto suspects = std::count_if(system.lines.begin(), system.lines.end(),
                                      [](const std::string& line) { return line.ends_with(" ."); });
  if (suspects >= 100) {
    warn(fmt::format(
        "{} lines of {} end in a full stop after a blank: BLEU expects text that is not tokenized "
        "(--force silences this)",
        suspects, system.name));
  }
}

// ---- Scores ---------------------------------------------------------------------------------

/// All that scores are computed from.
struct Evaluation {
  const EvaluateOptions& options;
  const std::string& version;
  std::vector<SystemText> systems{};
  std::vector<std::vector<std::string>> references{};
  std::vector<MetricPointer> metrics{};
  std::vector<LengthBucket> buckets{};  // empty without a source
};

std::vector<SignatureField> signature_of(const Evaluation& evaluation, const Metric& metric,
                                         const Statistics& statistics) {
  const EvaluateOptions& options = evaluation.options;
  SignatureContext context;
  context.references = statistics.references;
  if (options.confidence) context.bootstrap_samples = options.confidence_n;
  if (options.paired_bs) context.bootstrap_samples = options.paired_bs_n;
  if (options.paired_ar) context.randomization_trials = options.paired_ar_n;
  if (options.confidence || options.paired_bs || options.paired_ar) context.seed = options.seed;
  context.version = evaluation.version;
  return signature_fields(metric, context);
}

std::vector<SystemResult> test_systems(const EvaluateOptions& options, const Metric& metric,
                                       const std::vector<Statistics>& systems) {
  if (options.paired_bs) {
    return paired_bootstrap(metric, systems, options.paired_bs_n, options.seed);
  }
  if (options.paired_ar) {
    return paired_randomization(metric, systems, options.paired_ar_n, options.seed);
  }
  std::vector<SystemResult> results;
  for (const Statistics& statistics : systems) {
    SystemResult& result = results.emplace_back();
    result.score = corpus_score(metric, statistics);
    if (options.confidence) {
      result.interval = bootstrap_interval(metric, statistics, options.confidence_n, options.seed);
    }
  }
  return results;
}

LengthGroup score_group(const EvaluateOptions& options, const Metric& metric,
                        const std::vector<Statistics>& systems, const LengthBucket& bucket) {
  LengthGroup group;
  group.shortest = bucket.shortest;
  if (bucket.longest != LengthBucket().longest) group.longest = bucket.longest;
  group.sentences = bucket.sentences.size();
  for (const Statistics& statistics : systems) {
    const Statistics selected = select_rows(statistics, bucket.sentences);
    ReportedScore& score = group.scores.emplace_back();
    score.name = metric.name();
    score.details = metric.details(sum_rows(selected));
    score.result.score = corpus_score(metric, selected);
    score.result.interval =
        bootstrap_interval(metric, selected, options.confidence_n, options.seed);
  }
  return group;
}

MetricReport report_metric(const Evaluation& evaluation, const Metric& metric) {
  std::vector<Statistics> systems;
  for (const SystemText& system : evaluation.systems) {
    systems.push_back(measure_corpus(metric, system.lines, evaluation.references));
  }
  const std::vector<SystemResult> results = test_systems(evaluation.options, metric, systems);
  MetricReport report;
  for (std::size_t s = 0; s < systems.size(); ++s) {
    report.scores.push_back({metric.name(), metric.details(sum_rows(systems[s])),
                             signature_of(evaluation, metric, systems[s]), results[s]});
  }
  for (const LengthBucket& bucket : evaluation.buckets) {
    if (bucket.sentences.empty()) continue;
    report.groups.push_back(score_group(evaluation.options, metric, systems, bucket));
  }
  return report;
}

std::vector<LengthBucket> read_buckets(const EvaluateOptions& options,
                                       const std::vector<SystemText>& systems, const Warn& warn) {
  if (options.source.empty()) return {};
  const std::vector<std::string> source = read_evaluation_lines(options.source, warn);
  check_line_counts(systems, {source}, {options.source});
  std::vector<std::size_t> lengths, bounds;
  for (const std::string& line : source) lengths.push_back(unicode_words(line).size());
  for (int bound : options.length_bounds) {
    if (bound < 0) fail_usage("expected lengths of 0 or more, found {}", bound);
    bounds.push_back(static_cast<std::size_t>(bound));
  }
  return bucket_by_length(lengths, bounds);
}

std::string test_name(const EvaluateOptions& options) {
  if (options.paired_bs) {
    return fmt::format("Paired bootstrap resampling test with {} resamples", options.paired_bs_n);
  }
  if (options.paired_ar) {
    return fmt::format("Paired approximate randomization test with {} trials", options.paired_ar_n);
  }
  return {};
}

// ---- Output ---------------------------------------------------------------------------------

ReportStyle style_of(const EvaluateOptions& options) {
  ReportStyle style{ReportFormat::kJson, options.width, options.score_only, options.abbreviate};
  if (options.format == EvaluationFormat::kText) style.format = ReportFormat::kText;
  if (options.format == EvaluationFormat::kLatex) style.format = ReportFormat::kLatex;
  return style;
}

// A line for each sentence, always as text.
std::string score_sentences(const Evaluation& evaluation) {
  const Metric& metric = *evaluation.metrics[0];
  const ReportStyle style = style_of(evaluation.options);
  const Statistics statistics =
      measure_corpus(metric, evaluation.systems[0].lines, evaluation.references);
  const auto signature = signature_of(evaluation, metric, statistics);
  std::string text;
  for (std::size_t i = 0; i < statistics.size(); ++i) {
    const ReportedScore score{metric.name(),
                              metric.details(statistics.row(i)),
                              signature,
                              {.score = metric.score(statistics.row(i))}};
    text += (style.score_only ? format_score(score, style.width)
                              : format_score_line(score, style.width, style.short_names)) +
            "\n";
  }
  return text;
}

}  // namespace

std::string evaluate(const EvaluateOptions& options, const std::string& version,
                     const std::function<void(const std::string&)>& warn) {
  check_options(options);
  Evaluation evaluation{options, version};
  evaluation.metrics = make_metrics(options);
  evaluation.references = read_references(options.references, options.num_refs, warn);
  evaluation.systems = read_systems(options.input, options.paired_bs || options.paired_ar, warn);
  check_systems(options, evaluation.systems);
  check_line_counts(evaluation.systems, evaluation.references, options.references);
  for (const SystemText& system : evaluation.systems) {
    warn_of_tokenized_text(options, system, warn);
  }
  if (options.sentence_level) return score_sentences(evaluation);

  evaluation.buckets = read_buckets(options, evaluation.systems, warn);
  EvaluationReport report;
  report.test = test_name(options);
  for (const SystemText& system : evaluation.systems) report.systems.push_back(system.name);
  for (const MetricPointer& metric : evaluation.metrics) {
    report.metrics.push_back(report_metric(evaluation, *metric));
  }
  return write_report(report, style_of(options));
}

}  // namespace heed
