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
    AlignmentOptions::visit_fields(self.alignment, v);
    v(Field{"json",
            "Write JSON lines: units of both sides, alignment, layer and heads; with --alignment "
            "soft the weights"},
      self.alignment.json);
    v(Field{"gold",
            "Alignments by people, a line a pair in Pharaoh's format (1-1 sure, 1p1 or 1?1 "
            "possible): AER, precision and recall against them are told at the end"}
          .file(),
      self.gold);
    v(Field{"gold-one-based", "Words in --gold are counted from 1"}, self.gold_one_based);
    v(Field{"reverse-model", "Model of the other direction, whose links are joined by --symmetrize"}
          .file(),
      self.reverse_model);
    v(Field{"reverse-alignments",
            "Alignments by such a model instead, as heed align writes them with the two sides "
            "exchanged: a link is target-source"}
          .file(),
      self.reverse_alignments);
    v(Field{"symmetrize",
            "How links of both directions are joined (Koehn et al. 2003): intersection, union, "
            "grow-diag, grow-diag-final or grow-diag-final-and; the last if not given"},
      self.symmetrize);
    LineOptions::visit_fields(self.alignment, v);
    PrecisionOptions::visit_fields(self.alignment, v);
    BatchOptions::visit_fields(self.alignment, v);
  }

 private:
  static TranslateOptions hard_alignments() {
    TranslateOptions options;
    options.alignment.form = AlignmentForm::kHard;
    return options;
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
