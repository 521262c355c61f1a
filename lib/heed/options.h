#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "heed/choices.h"
#include "heed/model_options.h"

namespace heed {

// ---- Training -------------------------------------------------------------------------------

/// How numbers are computed.
struct ComputeOptions {
  int threads = 0;
  std::string backend = "eigen";

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"threads", "Worker threads; 0: all cores"}.within(0, 1024, "threads"), self.threads);
    v(Field{"backend", "Kernels: eigen (fast) or reference (plain loops)"}, self.backend);
  }
};

struct DataOptions {
  std::vector<std::string> train_sets = {};
  std::vector<std::string> valid_sets = {};
  bool tsv = false;
  std::vector<std::string> vocab = {};
  int vocab_size = 8000;
  VocabularyType vocab_type = VocabularyType::kUnigram;
  bool separate_vocabs = false;
  bool byte_fallback = true;
  std::vector<std::string> user_symbols = {};
  std::string spm_options = {};
  float subword_sampling = 0;
  int max_length = 256;
  int mini_batch_words = 2000;
  int maxi_batch = 100;
  std::string guided_alignment = {};

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"train-sets",
            "Parallel text: SOURCE TARGET, or one TSV file; - is standard input; gz "
            "and zstd are recognised",
            't'}
          .file(),
      self.train_sets);
    v(Field{"valid-sets", "Parallel text to validate on: SOURCE TARGET, or one TSV file"}.file(),
      self.valid_sets);
    v(Field{"tsv", "Training and validation sets are TSV files: source, tab, target"}, self.tsv);
    v(Field{"vocab", "Existing SentencePiece models: one joint, or source and target"}.file(),
      self.vocab);
    visit_vocabulary_fields(self, v);
    v(Field{"subword-sampling",
            "Subword regularisation: sharpness alpha of sampling among all "
            "segmentations (Kudo 2018), such as 0.2; 0: off"}
          .within(0, 100),
      self.subword_sampling);
    v(Field{"max-length", "Training pairs with more tokens on a side are left out"}.within(
          1, 1'000'000, "tokens"),
      self.max_length);
    v(Field{"mini-batch-words", "Target tokens of a batch"}.within(1, 1'000'000, "tokens"),
      self.mini_batch_words);
    v(Field{"maxi-batch", "Batches that are sorted by length together"}.within(1, 1'000'000,
                                                                               "batches"),
      self.maxi_batch);
    v(Field{"guided-alignment",
            "Word alignments of the training pairs, a line each in Pharaoh's format, that "
            "attention "
            "is trained towards (Chen et al. 2016; Garg et al. 2019)"}
          .file(),
      self.guided_alignment);
  }

  /// What a vocabulary that is trained depends on, beside the text.
  template <class Self, class Visitor>
  static void visit_vocabulary_fields(Self& self, Visitor& v) {
    v(Field{"vocab-size", "Pieces of the vocabulary that is trained when --vocab is not given"}
          .within(1, 1'000'000, "pieces"),
      self.vocab_size);
    v(Field{"vocab-type", "Kind of SentencePiece model that is trained"}, self.vocab_type);
    v(Field{"separate-vocabs", "Train one vocabulary a side, not a joint one"},
      self.separate_vocabs);
    v(Field{"byte-fallback", "Characters outside the vocabulary become bytes, not <unk>"},
      self.byte_fallback);
    v(Field{"user-symbols", "Symbols that are always one piece"}, self.user_symbols);
    v(Field{"spm-options", "Further options for SentencePiece's trainer"}, self.spm_options);
  }
};

struct TrainingOptions {
  std::string after = "100e";
  std::string time_budget = {};
  int optimizer_delay = 1;
  float learn_rate = 0.0F;
  int lr_warmup = 0;
  Schedule lr_schedule = Schedule::kInverseSqrt;
  float adam_beta1 = 0.9F;
  float adam_beta2 = 0.98F;
  float adam_epsilon = 1e-9F;
  float weight_decay = 0.0F;
  float label_smoothing = 0.1F;
  float guided_alignment_weight = 0.1F;
  float clip_norm = 1.0F;
  float exponential_smoothing = 0.0F;
  std::string valid_freq = "1e";
  std::vector<std::string> valid_metrics = {"bleu", "perplexity", "cross-entropy"};
  int valid_beam_size = 4;
  int early_stopping = 10;
  std::string save_freq = "5m";
  int keep_checkpoints = 0;
  std::string disp_freq = "100u";
  std::uint64_t seed = 1;
  int threads = 0;  ///< These two as ComputeOptions has them.
  std::string backend = "eigen";

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"after",
            "Stop after so much: 100e epochs, 10Gt target tokens, 100Ku updates (also without a "
            "letter); several with commas, the first reached counts",
            'a'}
          .budget(),
      self.after);
    v(Field{"time-budget", "Stop after so much time of training: 90s, 30m, 2h"}.budget(),
      self.time_budget);
    v(Field{"optimizer-delay", "Batches whose gradients are added up for one update"}.within(
          1, 1000, "batches"),
      self.optimizer_delay);
    v(Field{"learn-rate", "Peak learning rate of Adam; 0: chosen for model and corpus", 'l'}.within(
          0, 1e30),
      self.learn_rate);
    v(Field{"lr-warmup", "Updates in which the learning rate rises from 0; 0: chosen"}.within(
          0, 1'000'000'000, "updates"),
      self.lr_warmup);
    v(Field{"lr-schedule", "How the learning rate falls after the warm-up"}, self.lr_schedule);
    v(Field{"adam-beta1", "Decay of Adam's first moment"}.within(0, 0.999999), self.adam_beta1);
    v(Field{"adam-beta2", "Decay of Adam's second moment"}.within(0, 0.999999), self.adam_beta2);
    v(Field{"adam-epsilon", "Adam's epsilon"}.within(1e-20, 1), self.adam_epsilon);
    v(Field{"weight-decay", "Decoupled weight decay (AdamW)"}.within(0, 100), self.weight_decay);
    v(Field{"label-smoothing",
            "Share of probability spread over the vocabulary (Szegedy et al. "
            "2016)"}
          .within(0, 0.99),
      self.label_smoothing);
    v(Field{"guided-alignment-weight", "Weight of the alignment's cross-entropy in the loss"}
          .within(1e-6, 1000),
      self.guided_alignment_weight);
    v(Field{"clip-norm", "Longest gradient (L2 norm, per target token summed); 0: no clipping"}
          .within(0, 1e9),
      self.clip_norm);
    v(Field{"exponential-smoothing",
            "Rate of the running average of the weights that is validated "
            "and saved; 0: none"}
          .within(0, 1),
      self.exponential_smoothing);
    v(Field{"valid-freq",
            "Validate every so often, and at the end: 1000 updates, 1e epochs, 1Mt target tokens"},
      self.valid_freq);
    v(Field{"valid-metrics",
            "Measures of validation: bleu, perplexity, cross-entropy, attention; the first, not "
            "attention, decides which model is best. attention: entropy (nats, and normalized by "
            "log S), sharpness, coverage, monotonicity and end-mass, by piece, with references "
            "forced, of what --alignment-layer and --alignment-heads name"},
      self.valid_metrics);
    v(Field{"valid-beam-size", "Beam of the translations in validation"}.within(1, 1024,
                                                                                "hypotheses"),
      self.valid_beam_size);
    v(Field{"early-stopping", "Stop when so many validations in a row bring no new best; 0: never"}
          .within(0, 1'000'000, "validations"),
      self.early_stopping);
    v(Field{"save-freq",
            "Save the training state every so often: 1000 updates, 1e, or time: 5m; a signal (INT, "
            "TERM, HUP) saves it too, without a validation"}
          .run(),
      self.save_freq);
    v(Field{"keep-checkpoints", "Keep the models of the last N validations (for heed average)"}
          .within(0, 10000, "models")
          .run(),
      self.keep_checkpoints);
    v(Field{"disp-freq", "Report every so often: 100 updates, 1e epochs, 10s"}.run(),
      self.disp_freq);
    v(Field{"seed", "Seed of all random choices"}, self.seed);
    ComputeOptions::visit_fields(self, v);
  }
};

/// Everything that `heed train` needs.
struct TrainOptions {
  std::string model = {};
  ModelOptions architecture;
  DataOptions data;
  TrainingOptions training;

  /// Defaults that suit a corpus of so many sentence pairs.
  static TrainOptions for_corpus(ModelType type, std::size_t sentence_pairs);

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"model", "Model file to write; its state lies beside it in MODEL.state", 'm'}.file(),
      self.model);
    ModelOptions::visit_fields(self.architecture, v);
    DataOptions::visit_fields(self.data, v);
    TrainingOptions::visit_fields(self.training, v);
  }
};

/// Why a training ended: --after or --time-budget is reached, no validation brought a new best for
/// --early-stopping, or it was asked to stop.
enum class TrainingEnd { kBudget, kStalled, kInterrupted };

// ---- Messages -------------------------------------------------------------------------------

struct LogOptions {
  bool quiet = false;
  LogLevel log_level = LogLevel::kInfo;
  std::string log{};
  std::string log_json{};

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"quiet", "Write nothing to standard error but the error that ends the program"},
      self.quiet);
    v(Field{"log-level", "Least weighty messages that are written"}, self.log_level);
    v(Field{"log", "Write messages to this file too, after what it holds"}.file(), self.log);
    v(Field{"log-json", "Write reports to this file, one JSON object a line"}.file(),
      self.log_json);
  }
};

// ---- Translation ----------------------------------------------------------------------------

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
  int max_length = 0;
  float max_length_factor = 3.0F;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"beam-size", "Hypotheses kept a sentence; 1 is greedy search", 'b'}.within(
          1, 1024, "hypotheses"),
      self.beam_size);
    ScoreOptions::visit_fields(self, v);
    v(Field{"max-length-output", "Longest translation in tokens; 0: by --max-length-factor alone"}
          .within(0, 1'000'000, "tokens"),
      self.max_length);
    v(Field{"max-length-factor", "Longest translation as a multiple of its own source's tokens"}
          .within(0, 1000),
      self.max_length_factor);
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
  int max_length = 256;
  InvalidUtf8 invalid_utf8 = InvalidUtf8::kReplace;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"max-length",
            "Longest line in tokens; longer ones are cropped, or follow --long-lines of heed "
            "translate"}
          .within(1, 1'000'000, "tokens"),
      self.max_length);
    v(Field{"invalid-utf8",
            "Invalid bytes: replace by U+FFFD, copy the line untranslated, or fail"},
      self.invalid_utf8);
  }
};

/// How lines are put together and computed; no line's result depends on it.
struct BatchOptions : ComputeOptions {
  int mini_batch_words = 1000;
  int maxi_batch = 20;
  bool line_buffered = false;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
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

struct TranslateOptions : AlignmentOptions, LineOptions, BatchOptions {
  SearchOptions search;
  int n_best = 0;  ///< -1: as many as the beam is wide.
  bool scores = false;
  bool word_scores = false;
  bool json = false;
  LongLines long_lines = LongLines::kSplit;
  bool force_decode = false;
  int no_repeat_ngram = 0;
  bool sampling = false;
  int sampling_topk = 0;
  std::uint64_t seed = 1;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    SearchOptions::visit_fields(self.search, v);
    v(Field{"n-best",
            "Write the N best translations a line in Moses format; without N all of the beam; 0: "
            "only the best",
            0, "-1"}
          .within(-1, 1024, "translations"),
      self.n_best);
    v(Field{"scores", "Write each translation's normalised score"}, self.scores);
    visit_record_fields(self, v);
    AlignmentOptions::visit_fields(self, v);
    LineOptions::visit_fields(self, v);
    v(Field{"long-lines",
            "Over-long lines: split and join again, crop, copy untranslated, or fail"},
      self.long_lines);
    v(Field{"force-decode", "A line is followed by a tab and how its translation shall begin"},
      self.force_decode);
    v(Field{"no-repeat-ngram", "No sequence of N tokens comes twice in a translation; 0: no rule"}
          .within(0, 1'000'000, "tokens"),
      self.no_repeat_ngram);
    v(Field{"sampling", "Draw translations (--n-best of them, or one) instead of searching"},
      self.sampling);
    v(Field{"sampling-topk", "Draw from the K likeliest tokens; 0: from all"}.within(0, 1'000'000,
                                                                                     "tokens"),
      self.sampling_topk);
    v(Field{"seed", "Seed of --sampling"}, self.seed);
    BatchOptions::visit_fields(self, v);
  }

  /// What `heed score` takes of them: how given translations are read, scored and written.
  template <class Self, class Visitor>
  static void visit_score_fields(Self& self, Visitor&& v) {
    ScoreOptions::visit_fields(self.search, v);
    visit_record_fields(self, v);
    AlignmentOptions::visit_fields(self, v);
    LineOptions::visit_fields(self, v);
    BatchOptions::visit_fields(self, v);
  }

 private:
  template <class Self, class Visitor>
  static void visit_record_fields(Self& self, Visitor& v) {
    v(Field{"word-scores", "Write log p of each token, </s> last"}, self.word_scores);
    v(Field{"json",
            "Write JSON lines. Of a line that begins with {, an object, the \"text\" is "
            "translated; its \"prefix\" begins the translation; its other fields are passed "
            "through"},
      self.json);
  }
};

}  // namespace heed
