#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "heed/choices.h"
#include "heed/compute_options.h"
#include "heed/model_options.h"

namespace heed {

struct DataOptions {
  std::vector<std::string> train_sets = {};
  std::vector<std::string> valid_sets = {};
  bool tsv = false;
  std::vector<float> mix = {};
  float filter_ratio = 0;
  bool filter_identical = false;
  bool filter_duplicates = false;
  std::vector<std::string> filter_script = {};
  float filter_script_share = 0.5F;
  std::vector<std::string> vocab = {};
  int vocab_size = 8000;
  VocabularyType vocab_type = VocabularyType::kUnigram;
  bool separate_vocabs = false;
  Normalizer normalizer = Normalizer::kHeed;
  bool byte_fallback = true;
  std::vector<std::string> user_symbols = {};
  std::string spm_options = {};
  float subword_sampling = 0;
  std::string augment = "auto";
  int max_length = 256;
  int mini_batch = 0;
  int mini_batch_words = 2000;
  int maxi_batch = 100;
  std::string guided_alignment = {};

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    visit_text_fields(self, v);
    v(Field{"mix",
            "How often pairs of each of several texts are seen in an epoch, such as 3 1, or 1 "
            "0.25: "
            "each of the second's in one epoch of four; one of the weights is 1 or more. Without "
            "it all are seen once"}
          .within(0.001, 1000, "times"),
      self.mix);
    v(Field{"valid-sets", "Parallel text to validate on: SOURCE TARGET, or one TSV file"}.file(),
      self.valid_sets);
    v(Field{"vocab",
            "Existing SentencePiece models: one joint, or source and target; or a model, whose "
            "vocabularies are taken, so that both work as one (heed translate -m A B)"}
          .file(),
      self.vocab);
    visit_vocabulary_fields(self, v);
    v(Field{"subword-sampling",
            "Subword regularisation: sharpness alpha of sampling among all "
            "segmentations (Kudo 2018), such as 0.2; 0: off"}
          .within(0, 100),
      self.subword_sampling);
    v(Field{"augment",
            "Text as people write it, made of the training pairs anew in each epoch: none, default "
            "(meant by auto, but with --guided-alignment), or shares of the pairs such as "
            "upper:0.05,typo:0.1 of upper, title, lower (case), punctuation, typo, diacritics, "
            "decompose, spaces, copy (placeholders for what is copied), join (two pairs in a "
            "line), cut (a pair's beginning)"},
      self.augment);
    v(Field{"max-length", "Training pairs with more tokens on a side are left out"}.within(
          1, 1'000'000, "tokens"),
      self.max_length);
    v(Field{"mini-batch", "Sentence pairs of a batch at most; 0: as --mini-batch-words says"}
          .within(0, 1'000'000, "pairs"),
      self.mini_batch);
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

  /// What the training pairs depend on.
  template <class Self, class Visitor>
  static void visit_text_fields(Self& self, Visitor& v) {
    v(Field{"train-sets",
            "Parallel text: SOURCE TARGET, or one TSV file, and more of them; - is standard input; "
            "gz, zstd, xz and bzip2 are recognised, UTF-16 and UTF-32 by their byte order mark",
            't'}
          .file(),
      self.train_sets);
    v(Field{"tsv", "Training and validation sets are TSV files: source, tab, target"}, self.tsv);
    v(Field{"filter-ratio",
            "Leave out pairs with a side of over so many times the other's words, such as 3 (each "
            "character is a word in Chinese, Japanese and the like); 0: none"}
          .within(0, 1000),
      self.filter_ratio);
    v(Field{"filter-identical", "Leave out pairs whose sides have the same words"},
      self.filter_identical);
    v(Field{"filter-duplicates", "Leave out pairs that came before, to the letter"},
      self.filter_duplicates);
    v(Field{"filter-script",
            "Leave out pairs in another script than this, or than these of source and target: "
            "Latin, Cyrillic, Han+Hiragana+Katakana and the like"},
      self.filter_script);
    v(Field{"filter-script-share", "Least share of a side's letters that --filter-script names"}
          .within(0, 1),
      self.filter_script_share);
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
    v(Field{"normalizer",
            "Spellings that the vocabulary takes for one: identity, none; nfc, equivalent ones; "
            "heed, also letters of other width or style, ligatures, white space and what is "
            "invisible; nmt_nfkc, SentencePiece's own"},
      self.normalizer);
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
  float r_drop = 0.0F;
  int minimum_risk = 0;
  RiskMetric risk_metric = RiskMetric::kBleu;
  float risk_sharpness = 1.0F;
  std::vector<std::string> freeze = {};
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
  int shards = 0;
  int workspace = 0;
  bool recompute = false;
  GemmPrecision precision = GemmPrecision::kF32;
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
    visit_optimizer_fields(self, v);
    visit_validation_fields(self, v);
    v(Field{"seed", "Seed of all random choices"}, self.seed);
    v(Field{"shards",
            "Parts that each batch is cut into, which as many threads at most work on; their "
            "gradients are summed in a fixed order, so that the number of shards decides the last "
            "bits of the weights, and that of threads does not; 0: one for 500 words of "
            "--mini-batch-words (more where --workspace is too small), or those of the state"}
          .within(0, 1024, "shards"),
      self.shards);
    visit_memory_fields(self, v);
    ComputeOptions::visit_fields(self, v);
  }

 private:
  template <class Self, class Visitor>
  static void visit_memory_fields(Self& self, Visitor& v) {
    v(Field{"workspace",
            "Memory in MiB that activations and gradients of a training may take, beside weights "
            "and moments; fewer shards are worked on at a time where it is short, which changes no "
            "bit; 0: what they need",
            'w'}
          .within(0, 1 << 30, "MiB")
          .run(),
      self.workspace);
    v(Field{"recompute",
            "Keep only what goes from layer to layer of a Transformer, and compute the rest again "
            "for the gradients (Chen et al. 2016): less memory, more time, the same bits"}
          .run(),
      self.recompute);
    v(Field{"precision",
            "What the factors of matrix products are rounded to: f32, or bf16, which processors "
            "with avx512_bf16 multiply twice as fast; weights, sums and validation stay f32"},
      self.precision);
  }

  template <class Self, class Visitor>
  static void visit_optimizer_fields(Self& self, Visitor& v) {
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
    v(Field{"r-drop",
            "R-Drop (Wu et al. 2021): each batch passes twice, with dropout of its own, and the "
            "divergence of what both predict counts so much, such as 5; 0: off"}
          .within(0, 1000),
      self.r_drop);
    v(Field{"minimum-risk",
            "Minimum-risk training (Shen et al. 2016) of --pretrained-model, for the last mile: of "
            "its N best translations of each pair the better ones get likelier, such as 8, at a "
            "fiftieth of the usual --learn-rate; 0: off"}
          .within(0, 100, "translations"),
      self.minimum_risk);
    v(Field{"risk-metric", "Which of them --minimum-risk calls better, by sentence"},
      self.risk_metric);
    v(Field{"risk-sharpness", "--minimum-risk weighs translations by p to the power of this"}
          .within(0, 100),
      self.risk_sharpness);
    v(Field{"freeze",
            "Parameters that stay as they begin, as --pretrained-model has them, say: names, or "
            "what "
            "stands before a dot, such as encoder, encoder.0, embedding (heed info --json MODEL "
            "names all)"},
      self.freeze);
    v(Field{"clip-norm", "Longest gradient (L2 norm, per target token summed); 0: no clipping"}
          .within(0, 1e9),
      self.clip_norm);
    v(Field{"exponential-smoothing",
            "Rate of the running average of the weights that is validated "
            "and saved; 0: none"}
          .within(0, 1),
      self.exponential_smoothing);
  }

  template <class Self, class Visitor>
  static void visit_validation_fields(Self& self, Visitor& v) {
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
  }
};

/// Everything that `heed train` needs.
struct TrainOptions {
  std::string model = {};
  std::string pretrained_model = {};
  ModelOptions architecture;
  DataOptions data;
  TrainingOptions training;

  /// Defaults that suit a corpus of so many sentence pairs.
  static TrainOptions for_corpus(ModelType type, std::size_t sentence_pairs);
  /// The same for training this model further: its shape, its file as pretrained_model. Throws
  /// Error if the file is no model.
  static TrainOptions for_pretrained(const std::string& model, std::size_t sentence_pairs);

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"model", "Model file to write; its state lies beside it in MODEL.state", 'm'}.file(),
      self.model);
    v(Field{"pretrained-model",
            "Begin with the weights, vocabularies and shape of this model, which another training "
            "made, such as to suit it to other text; updates and learning rate begin anew"}
          .file(),
      self.pretrained_model);
    ModelOptions::visit_fields(self.architecture, v);
    DataOptions::visit_fields(self.data, v);
    TrainingOptions::visit_fields(self.training, v);
  }
};

/// Why a training ended: --after or --time-budget is reached, no validation brought a new best for
/// --early-stopping, or it was asked to stop.
enum class TrainingEnd { kBudget, kStalled, kInterrupted };

struct LogOptions {
  bool quiet = false;
  LogLevel log_level = LogLevel::kInfo;
  std::string log{};
  std::string log_json{};
  std::function<void(const std::string&)> report{};  ///< Takes what log_json would; may be empty.

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

}  // namespace heed
