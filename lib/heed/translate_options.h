#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "heed/choices.h"
#include "heed/compute_options.h"

namespace heed {

/// How a translation's score is made of its tokens' log p.
struct ScoreOptions {
  float normalize = 1.0F;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"normalize", "Hypotheses are ranked by log p / length^A; 0: by log p", 'n', "1"}.within(
          0, 10),
      self.normalize);
  }
};

/// Beam search over one model.
struct SearchOptions : ScoreOptions {
  int beam_size = 6;
  SearchStyle like = SearchStyle::kHeed;
  int max_length = 0;
  float max_length_factor = 3.0F;
  int min_length = 0;
  float min_length_factor = 0;
  float coverage_penalty = 0;
  float repetition_penalty = 1;
  int beam_groups = 1;
  float diversity = 0.5F;
  bool no_loop_guard = false;

  bool guards_loops() const { return !no_loop_guard && like != SearchStyle::kMarian; }

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"beam-size", "Hypotheses kept a sentence; 1 is greedy search", 'b'}.within(
          1, 1024, "hypotheses"),
      self.beam_size);
    v(Field{"like",
            "marian: search as marian-decoder does: a translation that ends leaves the beam, which "
            "narrows, and all are waited for; one as long as --max-length-factor times its source, "
            "both counted with </s>, ends as it stands; lines are read whole and as they are, as "
            "with "
            "--sentences whole --capitals keep --copy-unknown false"},
      self.like);
    ScoreOptions::visit_fields(self, v);
    v(Field{"max-length-output", "Longest translation in tokens; 0: by --max-length-factor alone"}
          .within(0, 1'000'000, "tokens"),
      self.max_length);
    v(Field{"max-length-factor",
            "Longest translation as a multiple of its own source's tokens; about half of it where "
            "the source has more than 40 or is no prose"}
          .within(0, 1000),
      self.max_length_factor);
    v(Field{"min-length-output", "No translation ends before it has N tokens"}.within(0, 1'000'000,
                                                                                      "tokens"),
      self.min_length);
    v(Field{"min-length-factor",
            "No translation ends before it has so many times its own source's tokens"}
          .within(0, 1000),
      self.min_length_factor);
    v(Field{"coverage-penalty",
            "B: to a translation's score is added B times the sum over source tokens of log(min(1, "
            "all attention that the token got)), so that what leaves words out ranks lower"}
          .within(0, 1000),
      self.coverage_penalty);
    v(Field{"repetition-penalty",
            "In the search log p of a token that the translation has already counts T times; 1: no "
            "penalty"}
          .within(1, 1000),
      self.repetition_penalty);
    v(Field{"beam-groups",
            "Diverse beam search: the beam falls into G groups of one size, and at each step a "
            "group shuns the tokens that those before it took; see --diversity"}
          .within(1, 1024, "groups"),
      self.beam_groups);
    v(Field{"diversity",
            "With --beam-groups, what is taken off a token's log p for each hypothesis of the "
            "groups before that took it at this step"}
          .within(0, 1000),
      self.diversity);
    v(Field{"no-loop-guard",
            "Let translations go on that write the same 1 to 20 tokens for the fourth time or "
            "more, 64 tokens at least, and look at no source token that they had not looked at "
            "before; else they end there"},
      self.no_loop_guard);
  }
};

/// Links between source and target from a model's attention.
struct AlignmentOptions {
  AlignmentOutput alignment;
  AlignmentUnit alignment_unit = AlignmentUnit::kWord;
  int alignment_layer = 0;
  std::string alignment_heads = {};

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"alignment",
            "Write word alignments from attention: hard (Pharaoh's format, each target word's "
            "strongest link; meant without a value), a number under 1 (all links of at least that "
            "weight; 1 is hard), soft (all weights), or none",
            0, "hard"},
      self.alignment);
    v(Field{"alignment-unit", "Align whitespace words or SentencePiece pieces"},
      self.alignment_unit);
    v(Field{"alignment-layer",
            "Decoder layer, from 1, whose attention is the alignment; 0: as the model says"}
          .within(0, 1024),
      self.alignment_layer);
    v(Field{"alignment-heads",
            "Heads whose attention is the alignment: mean; the number of one, from 1; or, of heed "
            "align, best, the one with the lowest AER against --gold in --alignment-layer (0: in "
            "any); as the model says if not given"},
      self.alignment_heads);
  }
};

/// Which lines are taken as they are.
struct LineOptions {
  std::string target_tag = {};
  int max_length = 256;
  InvalidUtf8 invalid_utf8 = InvalidUtf8::kReplace;
  Capitals capitals = Capitals::kFold;
  bool copy_unknown = true;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"target-tag",
            "Language that a model of several target languages shall write, such as de: each "
            "sentence begins with the vocabulary's token >>de<<, or >>deu<< where there is none"},
      self.target_tag);
    v(Field{"max-length",
            "Longest line in tokens; longer ones are cropped, or follow --long-lines of heed "
            "translate"}
          .within(1, 1'000'000, "tokens"),
      self.max_length);
    v(Field{"invalid-utf8",
            "Invalid bytes: replace by U+FFFD, copy the line untranslated, or fail"},
      self.invalid_utf8);
    v(Field{"capitals",
            "Sentences in capitals are read in small letters, and their translations written in "
            "capitals (fold), or are read as they are (keep)"},
      self.capitals);
    v(Field{"copy-unknown",
            "URLs, e-mail addresses, file paths, hashes, and symbols, emoji and words of which the "
            "vocabulary has not all letters, come out as they stand"},
      self.copy_unknown);
  }
};

/// In which numbers a model is computed.
struct PrecisionOptions {
  bool int8 = false;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"int8",
            "Round weights, and what is multiplied with them, to 8 bits: faster, by far on "
            "processors with VNNI, at hardly any loss in quality"},
      self.int8);
  }
};

/// Translations that are drawn instead of searched for.
struct SamplingOptions {
  bool sampling = false;
  int sampling_topk = 0;
  float sampling_topp = 1;
  float sampling_temperature = 1;
  std::uint64_t seed = 1;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"sampling", "Draw translations (--n-best of them, or one) instead of searching"},
      self.sampling);
    v(Field{"sampling-topk", "Draw from the K likeliest tokens; 0: from all"}.within(0, 1'000'000,
                                                                                     "tokens"),
      self.sampling_topk);
    v(Field{"sampling-topp",
            "Draw from the likeliest tokens that together have the probability P (nucleus), of "
            "those that --sampling-topk leaves; 1: from all of them"}
          .within(0, 1),
      self.sampling_topp);
    v(Field{"sampling-temperature",
            "Draw by p^(1/T), before --sampling-topp looks: below 1 likely tokens are likelier "
            "still; scores remain the model's"}
          .within(0.001, 1000),
      self.sampling_temperature);
    v(Field{"seed", "Seed of --sampling"}, self.seed);
  }
};

/// How several models make one.
struct EnsembleOptions {
  std::vector<float> weights = {};

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"weights",
            "A number for each of several models, whose log p of each token is W1 log p1 + W2 log "
            "p2 + … divided by W1 + W2 + …; 1 for each if not given; 0 leaves a model out"}
          .within(0, 1'000'000),
      self.weights);
  }
};

/// How lines are put together and computed; no line's result depends on it.
struct BatchOptions : ComputeOptions {
  int mini_batch = 0;
  int mini_batch_words = 1000;
  int maxi_batch = 20;
  bool line_buffered = false;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"mini-batch", "Sentences of a batch at most; 0: as --mini-batch-words says"}.within(
          0, 1'000'000, "sentences"),
      self.mini_batch);
    v(Field{"mini-batch-words", "Source tokens of a batch"}.within(1, 1'000'000, "tokens"),
      self.mini_batch_words);
    v(Field{"maxi-batch", "Batches that are sorted by length together"}.within(1, 1'000'000,
                                                                               "batches"),
      self.maxi_batch);
    v(Field{"line-buffered", "Answer each line by itself as soon as it is read"},
      self.line_buffered);
    ComputeOptions::visit_fields(self, v);
  }
};

/// What translations are searched for among.
struct ShortlistOptions {
  int shortlist = 0;  ///< -1: all that the model's shortlist has.

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"shortlist",
            "Search only among the N likeliest target tokens of each source token (without N all "
            "that the model's shortlist has, see heed shortlist), those frequent anywhere, and "
            "what "
            "the line asks for: faster with large vocabularies. In log p, and so in all scores, a "
            "sample of 128 tokens stands for those that are left out; 0: search among all",
            0, "-1"}
          .within(-1, 1'000'000, "tokens"),
      self.shortlist);
  }
};

struct TranslateOptions : AlignmentOptions,
                          LineOptions,
                          SamplingOptions,
                          EnsembleOptions,
                          PrecisionOptions,
                          ShortlistOptions,
                          BatchOptions {
  SearchOptions search;
  int n_best = 0;  ///< -1: as many as the beam is wide.
  bool n_best_distinct = false;
  bool scores = false;
  bool word_scores = false;
  bool flag_doubtful = false;
  bool json = false;
  InvalidJson invalid_json = InvalidJson::kText;
  LongLines long_lines = LongLines::kSplit;
  Sentences sentences = Sentences::kAuto;
  std::vector<std::string> protect = {};
  bool html = false;
  bool force_decode = false;
  bool constraints = false;
  int no_repeat_ngram = 0;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    SearchOptions::visit_fields(self.search, v);
    v(Field{"n-best",
            "Write the N best translations a line in Moses format; without N all of the beam; 0: "
            "only the best",
            0, "-1"}
          .within(-1, 1024, "translations"),
      self.n_best);
    v(Field{"n-best-distinct",
            "Of translations with the same text, in other pieces, write the best only: at most N, "
            "or fewer where the beam has no more"},
      self.n_best_distinct);
    v(Field{"scores", "Write each translation's normalised score"}, self.scores);
    visit_record_fields(self, v);
    v(Field{"flag-doubtful",
            "Write why a translation looks unlike one, if it does: it was ended as a loop, has an "
            "odd length, gives its attention to the source's end (which costs some time to know), "
            "or is improbable"},
      self.flag_doubtful);
    v(Field{"invalid-json",
            "With --json, lines that are no object with a \"text\": translate them as plain text, "
            "copy them untranslated, or fail"},
      self.invalid_json);
    AlignmentOptions::visit_fields(self, v);
    LineOptions::visit_fields(self, v);
    v(Field{"long-lines",
            "Over-long lines: split and join again, crop, copy untranslated, or fail"},
      self.long_lines);
    v(Field{"sentences",
            "Translate the sentences of a line one by one and join them with the white space that "
            "was between them (split), or the line as it is (whole); auto splits for models whose "
            "training text had few lines with several"},
      self.sentences);
    v(Field{"protect",
            "Regular expressions (ICU's) of what comes out as it stands, each once and where it "
            "belongs: placeholders such as \\{\\w+\\} or %[sd], codes, terms; a match may hold "
            "white space and is at most 512 bytes long; lines on which an expression takes too "
            "long are copied"},
      self.protect);
    v(Field{"html",
            "Lines hold markup of HTML or XML: tags are carried over to the words that translate "
            "those which they stood at, entities are decoded and encoded again, and what stands in "
            "script, style, code, pre, and in elements with translate=\"no\", comes out as it is"},
      self.html);
    v(Field{"force-decode", "A line is followed by a tab and how its translation shall begin"},
      self.force_decode);
    v(Field{"constraints",
            "A line (with --force-decode the beginning behind it) is followed by a tab and what "
            "its translation must have: words or phrases, a tab between them"},
      self.constraints);
    v(Field{"no-repeat-ngram", "No sequence of N tokens comes twice in a translation; 0: no rule"}
          .within(0, 1'000'000, "tokens"),
      self.no_repeat_ngram);
    SamplingOptions::visit_fields(self, v);
    EnsembleOptions::visit_fields(self, v);
    PrecisionOptions::visit_fields(self, v);
    ShortlistOptions::visit_fields(self, v);
    BatchOptions::visit_fields(self, v);
  }

  /// What `heed score` takes of them: how given translations are read, scored and written.
  template <class Self, class Visitor>
  static void visit_score_fields(Self& self, Visitor&& v) {
    ScoreOptions::visit_fields(self.search, v);
    visit_record_fields(self, v);
    AlignmentOptions::visit_fields(self, v);
    LineOptions::visit_fields(self, v);
    EnsembleOptions::visit_fields(self, v);
    PrecisionOptions::visit_fields(self, v);
    BatchOptions::visit_fields(self, v);
  }

 private:
  template <class Self, class Visitor>
  static void visit_record_fields(Self& self, Visitor& v) {
    v(Field{"word-scores", "Write log p of each token, </s> last"}, self.word_scores);
    v(Field{"json",
            "Write JSON lines. Of a line that is an object the \"text\" is translated; its "
            "\"prefix\" begins the translation, its \"target_tag\" is its --target-tag; it has "
            "the words or phrases of its list \"constraints\"; its other fields are passed "
            "through"},
      self.json);
  }
};

}  // namespace heed
