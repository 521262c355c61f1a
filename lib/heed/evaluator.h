#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "heed/options.h"

namespace heed {

enum class EvaluationFormat { kJson, kText, kLatex };
constexpr std::array<std::string_view, 3> enum_names(EvaluationFormat) {
  return {"json", "text", "latex"};
}

/// What `heed evaluate` takes, named as by sacreBLEU.
struct EvaluateOptions {
  std::vector<std::string> references{};
  std::vector<std::string> input{};
  int num_refs = 1;
  std::vector<std::string> metrics{"bleu"};
  bool sentence_level = false;

  std::string tokenize = "13a";
  std::string spm_model{};
  bool lowercase = false;
  std::string smooth_method = "exp";
  double smooth_value = -1;
  int max_ngram_order = 4;
  bool force = false;

  int chrf_char_order = 6;
  int chrf_word_order = 0;
  int chrf_beta = 2;
  bool chrf_whitespace = false;
  bool chrf_lowercase = false;
  bool chrf_eps_smoothing = false;

  bool ter_case_sensitive = false;
  bool ter_asian_support = false;
  bool ter_no_punct = false;
  bool ter_normalized = false;

  bool aer_one_based = false;
  bool aer_gold_one_based = false;

  std::string source{};
  std::vector<int> length_bounds{10, 20, 30, 40, 50};

  bool confidence = false;
  int confidence_n = 1000;
  bool paired_bs = false;
  int paired_bs_n = 1000;
  bool paired_ar = false;
  int paired_ar_n = 10000;
  std::uint64_t seed = 12345;

  EvaluationFormat format = EvaluationFormat::kJson;
  bool score_only = false;
  int width = 1;
  bool abbreviate = false;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"input",
            "Hypotheses, a file a system; the first is the baseline of paired tests. Without it, "
            "standard input",
            'i'}
          .file(),
      self.input);
    v(Field{"num-refs", "References a line, with tabs between them, of the only reference file"}
          .within(1, 1000, "references"),
      self.num_refs);
    v(Field{"metrics", "bleu, chrf, ter; aer for alignments in Pharaoh's format", 'm'},
      self.metrics);
    v(Field{"sentence-level", "Score each sentence (one metric, one system)"}, self.sentence_level);
    visit_metric_fields(self, v);
    v(Field{"source", "Source text, to score sentences by its length too"}.file(), self.source);
    v(Field{"length-bounds", "Greatest source lengths, in words, of the groups; one more is longer"}
          .within(1, 1'000'000, "words"),
      self.length_bounds);
    v(Field{"confidence", "95 % confidence interval by bootstrap resampling (one system)"},
      self.confidence);
    v(Field{"confidence-n", "Resamples of --confidence"}.within(1, 1'000'000, "resamples"),
      self.confidence_n);
    v(Field{"paired-bs", "Compare systems by paired bootstrap resampling (Koehn 2004)"},
      self.paired_bs);
    v(Field{"paired-bs-n", "Resamples of --paired-bs"}.within(1, 1'000'000, "resamples"),
      self.paired_bs_n);
    v(Field{"paired-ar",
            "Compare systems by paired approximate randomisation (Riezler & Maxwell 2005)"},
      self.paired_ar);
    v(Field{"paired-ar-n", "Trials of --paired-ar"}.within(1, 1'000'000, "trials"),
      self.paired_ar_n);
    v(Field{"seed", "Seed of the tests"}, self.seed);
    v(Field{"format", "json, text, or latex (a table)", 'f'}, self.format);
    v(Field{"score-only", "Print the scores alone", 'b'}, self.score_only);
    v(Field{"width", "Decimals of scores", 'w'}.within(0, 16, "decimals"), self.width);
    v(Field{"short", "Abbreviate the signature"}, self.abbreviate);
  }

 private:
  template <class Self, class Visitor>
  static void visit_metric_fields(Self& self, Visitor& v) {
    v(Field{"tokenize",
            "BLEU: 13a, intl, zh, char, none; spm, flores101 or flores200 with --spm-model"},
      self.tokenize);
    v(Field{"spm-model",
            "BLEU: SentencePiece model of the tokenizer; of flores101 and flores200 the file that "
            "sacreBLEU downloads"}
          .file(),
      self.spm_model);
    v(Field{"lowercase", "BLEU: compare in lower case"}, self.lowercase);
    v(Field{"smooth-method",
            "BLEU: for n-grams without a match: exp (halve), floor (a small count), add-k, none",
            's'},
      self.smooth_method);
    v(Field{"smooth-value",
            "BLEU: the count of floor or the k of add-k; negative: the usual 0.1 or 1"}
          .within(-1, 1000),
      self.smooth_value);
    v(Field{"max-ngram-order", "BLEU: longest n-grams"}.within(1, 100), self.max_ngram_order);
    v(Field{"force", "BLEU: don't warn of hypotheses that look tokenized"}, self.force);
    v(Field{"chrf-char-order", "chrF: longest character n-grams"}.within(1, 100),
      self.chrf_char_order);
    v(Field{"chrf-word-order", "chrF: longest word n-grams; 2 is chrF++"}.within(0, 100),
      self.chrf_word_order);
    v(Field{"chrf-beta", "chrF: weight of recall over precision"}.within(0, 1000), self.chrf_beta);
    v(Field{"chrf-whitespace", "chrF: let character n-grams span white space"},
      self.chrf_whitespace);
    v(Field{"chrf-lowercase", "chrF: compare in lower case"}, self.chrf_lowercase);
    v(Field{"chrf-eps-smoothing", "chrF: average all orders, as chrF++.py, NLTK and Moses do"},
      self.chrf_eps_smoothing);
    v(Field{"ter-case-sensitive", "TER: tell upper from lower case"}, self.ter_case_sensitive);
    v(Field{"ter-asian-support", "TER: let the two options below include Chinese and Japanese"},
      self.ter_asian_support);
    v(Field{"ter-no-punct", "TER: delete punctuation"}, self.ter_no_punct);
    v(Field{"ter-normalized", "TER: split punctuation off words"}, self.ter_normalized);
    v(Field{"aer-one-based", "AER: hypotheses count words from 1"}, self.aer_one_based);
    v(Field{"aer-gold-one-based", "AER: references count words from 1"}, self.aer_gold_one_based);
  }
};

/// The names that EvaluateOptions::metrics takes.
std::vector<std::string_view> evaluation_metrics();

/// Scores hypotheses against references as the options say. Returns what sacreBLEU would print;
/// `version` ends the signatures ("heed-0.1.0"); warnings (invalid UTF-8, text that looks
/// tokenized) go to `warn`, each kind once a file. Throws Error for texts that don't fit each
/// other, and UsageError for options that don't.
std::string evaluate(const EvaluateOptions& options, const std::string& version,
                     const std::function<void(const std::string&)>& warn);

}  // namespace heed
