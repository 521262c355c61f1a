#include "metrics/bleu.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "metrics/ngrams.h"
#include "text/unicode.h"
#include "util/error.h"
#include "util/table.h"

namespace heed {

namespace {

struct SmoothingEntry {
  std::string_view name;
  BleuSmoothing smoothing = BleuSmoothing::kNone;
  double default_value = 0;
  bool has_value = false;
};

constexpr std::array<SmoothingEntry, 4> kSmoothings = {{
    {"none", BleuSmoothing::kNone, 0, false},
    {"floor", BleuSmoothing::kFloor, 0.1, true},
    {"add-k", BleuSmoothing::kAddK, 1, true},
    {"exp", BleuSmoothing::kExp, 0, false},
}};

const SmoothingEntry& entry_of(BleuSmoothing smoothing) {
  return kSmoothings[static_cast<std::size_t>(smoothing)];
}

// A precision of 0 makes BLEU 0, but not a NaN.
double log_or_floor(double value) { return value == 0 ? -9999999999.0 : std::log(value); }

double brevity_penalty(double hypothesis_length, double reference_length) {
  if (hypothesis_length >= reference_length) return 1;
  return hypothesis_length > 0 ? std::exp(1 - reference_length / hypothesis_length) : 0;
}

// The reference length that is closest to the hypothesis's; the shorter of two equally close ones.
std::size_t closest_length(std::size_t length, std::span<const std::size_t> lengths) {
  const auto distance = [&](std::size_t other) {
    return std::pair(other > length ? other - length : length - other, other);
  };
  return *std::min_element(lengths.begin(), lengths.end(),
                           [&](std::size_t a, std::size_t b) { return distance(a) < distance(b); });
}

}  // namespace

BleuSmoothing parse_bleu_smoothing(std::string_view name) {
  return find_entry(kSmoothings, "smoothing method", name).smoothing;
}

Bleu::Bleu(BleuOptions options) : options_(std::move(options)) {
  if (options_.order < 1)
    fail_usage("expected an n-gram order of 1 or more, found {}", options_.order);
  if (!options_.tokenizer) options_.tokenizer = make_bleu_tokenizer(options_.tokenizer_name);
  if (!options_.smoothing_value) {
    options_.smoothing_value = entry_of(options_.smoothing).default_value;
  }
}

std::string Bleu::tokenize(std::string_view sentence) const {
  if (!options_.lowercase) return options_.tokenizer(strip_end(sentence));
  return options_.tokenizer(strip_end(lowercase(sentence)));
}

void Bleu::measure(std::string_view hypothesis, std::span<const std::string_view> references,
                   std::span<double> row) const {
  std::vector<std::string> texts;
  std::vector<std::vector<std::string_view>> words;
  std::vector<std::size_t> lengths;
  texts.reserve(references.size());  // `words` points into it
  std::size_t total = 0;
  for (std::string_view reference : references) {
    texts.push_back(tokenize(reference));
    words.push_back(unicode_words(texts.back()));
    lengths.push_back(words.back().size());
    total += lengths.back();
  }
  const std::string text = tokenize(hypothesis);
  const std::vector<std::string_view> hypothesis_words = unicode_words(text);

  WordIds ids(total);
  ReferenceNgrams ngrams(options_.order, total);
  for (const auto& reference : words) ngrams.add(ids.add(reference));
  const auto order = static_cast<std::size_t>(options_.order);
  ngrams.count_matches(ids.find(hypothesis_words), row.subspan(2, order));
  for (int n = 1; n <= options_.order; ++n) {
    row[2 + order + static_cast<std::size_t>(n) - 1] = ngram_total(hypothesis_words.size(), n);
  }
  row[0] = static_cast<double>(hypothesis_words.size());
  row[1] = static_cast<double>(closest_length(hypothesis_words.size(), lengths));
}

void Bleu::smooth(BleuScore& result, int& effective_order) const {
  const double value = *options_.smoothing_value;
  double halving = 1;
  for (int n = 1; n <= options_.order; ++n) {
    const auto i = static_cast<std::size_t>(n) - 1;
    if (options_.smoothing == BleuSmoothing::kAddK && n > 1) {
      result.matches[i] += value;
      result.totals[i] += value;
    }
    const double total = result.totals[i];
    if (total == 0) break;
    if (options_.effective_order) effective_order = n;
    if (result.matches[i] > 0) {
      result.precisions[i] = 100 * result.matches[i] / total;
    } else if (options_.smoothing == BleuSmoothing::kExp) {
      halving *= 2;
      result.precisions[i] = 100 / (halving * total);
    } else if (options_.smoothing == BleuSmoothing::kFloor) {
      result.precisions[i] = 100 * value / total;
    }
  }
}

BleuScore Bleu::bleu(std::span<const double> sums) const {
  const auto order = static_cast<std::size_t>(options_.order);
  const auto matches = sums.subspan(2, order);
  const auto totals = sums.subspan(2 + order, order);
  BleuScore result;
  result.hypothesis_length = sums[0];
  result.reference_length = sums[1];
  result.brevity_penalty = brevity_penalty(sums[0], sums[1]);
  result.precisions.resize(order);
  result.matches.assign(matches.begin(), matches.end());
  result.totals.assign(totals.begin(), totals.end());
  // Without any match there is nothing to smooth: smoothing would reward an output of noise.
  if (std::all_of(matches.begin(), matches.end(), [](double m) { return m == 0; })) return result;
  int effective_order = options_.order;
  smooth(result, effective_order);
  double logarithms = 0;
  for (int i = 0; i < effective_order; ++i) {
    logarithms += log_or_floor(result.precisions[static_cast<std::size_t>(i)]);
  }
  result.score = result.brevity_penalty * std::exp(logarithms / effective_order);
  return result;
}

std::string Bleu::details(std::span<const double> sums) const {
  const BleuScore result = bleu(sums);
  std::string text;
  for (double precision : result.precisions) {
    text += fmt::format("{}{:.1f}", text.empty() ? "" : "/", precision);
  }
  return text + fmt::format(" (BP = {:.3f} ratio = {:.3f} hyp_len = {:.0f} ref_len = {:.0f})",
                            result.brevity_penalty, result.length_ratio(), result.hypothesis_length,
                            result.reference_length);
}

std::vector<SignatureField> Bleu::settings() const {
  const SmoothingEntry& entry = entry_of(options_.smoothing);
  std::string smoothing(entry.name);
  if (entry.has_value) smoothing += fmt::format("[{:.2f}]", *options_.smoothing_value);
  return {{"case", "c", options_.lowercase ? "lc" : "mixed"},
          {"eff", "e", options_.effective_order ? "yes" : "no"},
          {"tok", "tok", options_.tokenizer_name},
          {"smooth", "s", smoothing}};
}

double corpus_bleu(std::span<const std::string> hypotheses, std::span<const std::string> references,
                   std::string_view tokenizer) {
  BleuOptions options;
  options.tokenizer_name = tokenizer;
  const Bleu bleu(options);
  const std::vector<std::string> lines(references.begin(), references.end());
  return corpus_score(bleu, measure_corpus(bleu, hypotheses, std::span(&lines, 1)));
}

}  // namespace heed
