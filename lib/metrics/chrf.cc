#include "metrics/chrf.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "metrics/ngrams.h"
#include "text/unicode.h"
#include "util/error.h"

namespace heed {

namespace {

bool is_ascii_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
         (c >= '{' && c <= '~');
}

bool is_one_character(std::string_view word) { return decode_utf8(word.substr(0, 5)).size() == 1; }

// One punctuation mark is split off a word, preferably at its end: "(hi)" becomes "(hi" and ")".
std::vector<std::string_view> split_one_mark(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::string_view word : unicode_words(text)) {
    if (is_one_character(word)) {
      words.push_back(word);
    } else if (is_ascii_punctuation(word.back())) {
      words.push_back(word.substr(0, word.size() - 1));
      words.push_back(word.substr(word.size() - 1));
    } else if (is_ascii_punctuation(word.front())) {
      words.push_back(word.substr(0, 1));
      words.push_back(word.substr(1));
    } else {
      words.push_back(word);
    }
  }
  return words;
}

// Writes hypothesis, reference and common n-grams of the orders 1 to `order` to `row`.
void compare_ngrams(int order, std::span<const std::uint32_t> hypothesis,
                    std::span<const std::uint32_t> reference, std::span<double> row) {
  ReferenceNgrams ngrams(order, reference.size());
  ngrams.add(reference);
  std::vector<double> matches(static_cast<std::size_t>(order));
  ngrams.count_matches(hypothesis, matches);
  for (int n = 1; n <= order; ++n) {
    const auto i = static_cast<std::size_t>(n) - 1;
    row[3 * i + 1] = ngram_total(reference.size(), n);
    // Where the reference has no n-gram, the hypothesis's don't count against it.
    row[3 * i] = row[3 * i + 1] > 0 ? ngram_total(hypothesis.size(), n) : 0;
    row[3 * i + 2] = matches[i];
  }
}

double f_score(double precision, double recall, double beta_squared) {
  const double denominator = beta_squared * precision + recall;
  return denominator > 0 ? (1 + beta_squared) * precision * recall / denominator : 0;
}

}  // namespace

Chrf::Chrf(ChrfOptions options) : options_(options) {
  if (options.char_order < 1 || options.word_order < 0) {
    fail_usage(
        "expected a character order of 1 or more and a word order of 0 or more, found {} and {}",
        options.char_order, options.word_order);
  }
  if (options.beta < 0) fail_usage("expected a beta of 0 or more, found {}", options.beta);
}

std::string Chrf::name() const {
  return fmt::format("chrF{}", options_.beta) +
         std::string(static_cast<std::size_t>(options_.word_order), '+');
}

void Chrf::prepare(std::string_view line, Sentence& sentence) const {
  sentence.text = options_.lowercase ? lowercase(line) : std::string(line);
  if (options_.word_order > 0) sentence.words = split_one_mark(sentence.text);
  std::string joined;
  if (!options_.whitespace) {
    for (std::string_view word : unicode_words(sentence.text)) joined += word;
  }
  const std::u32string characters = decode_utf8(options_.whitespace ? sentence.text : joined);
  sentence.characters.assign(characters.begin(), characters.end());
}

void Chrf::compare(const Sentence& hypothesis, const Sentence& reference,
                   std::span<double> row) const {
  compare_ngrams(options_.char_order, hypothesis.characters, reference.characters, row);
  if (options_.word_order == 0) return;
  WordIds ids(reference.words.size());
  const std::vector<std::uint32_t> reference_ids = ids.add(reference.words);
  compare_ngrams(options_.word_order, ids.find(hypothesis.words), reference_ids,
                 row.subspan(3 * static_cast<std::size_t>(options_.char_order)));
}

void Chrf::measure(std::string_view hypothesis, std::span<const std::string_view> references,
                   std::span<double> row) const {
  Sentence prepared;
  prepare(hypothesis, prepared);
  std::vector<double> candidate(width());
  double best = -1;
  for (std::string_view line : references) {
    Sentence reference;
    prepare(line, reference);
    compare(prepared, reference, candidate);
    const double value = score(candidate);
    if (value <= best) continue;
    best = value;
    std::copy(candidate.begin(), candidate.end(), row.begin());
  }
}

double Chrf::score(std::span<const double> sums) const {
  constexpr double kEpsilon = 1e-16;
  const double beta_squared = static_cast<double>(options_.beta) * options_.beta;
  double sum_of_scores = 0, precisions = 0, recalls = 0;
  int effective_order = 0;
  for (std::size_t i = 0; i < orders(); ++i) {
    const double hypothesis = sums[3 * i], reference = sums[3 * i + 1], common = sums[3 * i + 2];
    const double precision = hypothesis > 0 ? common / hypothesis : kEpsilon;
    const double recall = reference > 0 ? common / reference : kEpsilon;
    const bool undefined = beta_squared * precision + recall <= 0;
    sum_of_scores += undefined ? kEpsilon : f_score(precision, recall, beta_squared);
    if (hypothesis > 0 && reference > 0) {
      precisions += precision;
      recalls += recall;
      ++effective_order;
    }
  }
  if (options_.epsilon_smoothing) return 100 * sum_of_scores / static_cast<double>(orders());
  if (effective_order == 0) return 0;
  return 100 * f_score(precisions / effective_order, recalls / effective_order, beta_squared);
}

std::vector<SignatureField> Chrf::settings() const {
  return {{"case", "c", options_.lowercase ? "lc" : "mixed"},
          {"eff", "e", options_.epsilon_smoothing ? "no" : "yes"},
          {"nc", "nc", fmt::to_string(options_.char_order)},
          {"nw", "nw", fmt::to_string(options_.word_order)},
          {"space", "s", options_.whitespace ? "yes" : "no"}};
}

}  // namespace heed
