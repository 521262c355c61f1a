#pragma once

#include <memory>
#include <string>
#include <vector>

#include "heed/translator.h"

namespace heed {

/// What `heed align` takes.
struct AlignOptions {
  /// How weights become links. Its alignment is hard or soft; its alignment_heads may be "best".
  TranslateOptions alignment = hard_alignments();
  std::string gold{};
  bool gold_one_based = false;
  std::string reverse_model{};
  std::string reverse_alignments{};
  std::string symmetrize{};

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"alignment",
            "What is written: hard (Pharaoh's format, each target word's strongest link), a number "
            "under 1 (all links of at least that weight; 1 is hard), or soft (all weights)",
            0, "hard"},
      self.alignment.alignment);
    v(Field{"alignment-unit", "Align whitespace words or SentencePiece pieces"},
      self.alignment.alignment_unit);
    v(Field{"alignment-layer",
            "Decoder layer, from 1, whose attention is the alignment; 0: as the model says, or any "
            "for the best head"},
      self.alignment.alignment_layer);
    v(Field{"alignment-heads",
            "Heads whose attention is the alignment: mean; the number of one, from 1; or best, the "
            "one with the lowest AER against --gold; as the model says if not given"},
      self.alignment.alignment_heads);
    v(Field{"json",
            "Write JSON lines: units of both sides, alignment, layer and heads; with --alignment "
            "soft the weights"},
      self.alignment.json);
    v(Field{"gold",
            "Alignments by people, a line a pair in Pharaoh's format (1-1 sure, 1p1 or 1?1 "
            "possible): AER, precision and recall against them are told at the end"},
      self.gold);
    v(Field{"gold-one-based", "Words in --gold are counted from 1"}, self.gold_one_based);
    v(Field{"reverse-model",
            "Model of the other direction, whose links are joined by --symmetrize"},
      self.reverse_model);
    v(Field{"reverse-alignments",
            "Alignments by such a model instead, as heed align writes them with the two sides "
            "exchanged: a link is target-source"},
      self.reverse_alignments);
    v(Field{"symmetrize",
            "How links of both directions are joined (Koehn et al. 2003): intersection, union, "
            "grow-diag, grow-diag-final or grow-diag-final-and; the last if not given"},
      self.symmetrize);
    visit_running_fields(self.alignment, v);
  }

 private:
  static TranslateOptions hard_alignments() {
    TranslateOptions options;
    options.alignment.form = AlignmentForm::kHard;
    return options;
  }

  template <class Self, class Visitor>
  static void visit_running_fields(Self& self, Visitor& v) {
    v(Field{"max-length", "Sentences with more tokens on a side are cropped"}, self.max_length);
    v(Field{"invalid-utf8", "Invalid bytes: replace by U+FFFD, or fail"}, self.invalid_utf8);
    v(Field{"mini-batch-words", "Source tokens of a batch"}, self.mini_batch_words);
    v(Field{"maxi-batch", "Batches that are sorted by length together"}, self.maxi_batch);
    v(Field{"threads", "Worker threads; 0: all cores"}, self.threads);
    v(Field{"backend", "Kernels: eigen (fast) or reference (plain loops)"}, self.backend);
  }
};

struct AlignSummary {
  StreamSummary lines;
  /// For people: layer and heads, agreement with --gold, measures of the attention.
  std::vector<std::string> report;
};

/// Aligns sentence pairs by a model's attention while the given target is forced.
class Aligner {
 public:
  /// Throws Error for a file that can't be read, and UsageError for options that don't fit.
  Aligner(const std::string& model, const AlignOptions& options);
  Aligner(Aligner&& other) noexcept;
  Aligner& operator=(Aligner&& other) noexcept;
  ~Aligner();

  /// Aligns SourceLine::text with SourceLine::target until read() says kEnd. For the best head all
  /// is read before the first line is written. Throws Error if the number of lines of --gold or of
  /// --reverse-alignments is another.
  AlignSummary align(const LineStream& stream);

  /// The record of an aligned pair, with its '\n': Pharaoh's pairs, weights, or a JSON object.
  std::string format(const TranslatedLine& line) const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace heed
