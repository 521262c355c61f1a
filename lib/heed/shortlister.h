#pragma once

#include <string>
#include <vector>

#include "heed/translator.h"

namespace heed {

/// What `heed shortlist` takes.
struct ShortlisterOptions {
  int frequent = 600;
  int best = 50;
  float least_probability = 0;
  std::string alignment{};
  TranslateOptions reading{};  ///< How text is read, and attention found.

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"frequent", "Target tokens that any sentence may have: the M most frequent"}.within(
          0, 1'000'000, "tokens"),
      self.frequent);
    v(Field{"best", "Target tokens kept for each source token: the N likeliest"}.within(
          1, 1'000'000, "tokens"),
      self.best);
    v(Field{"least-probability",
            "Target tokens that translate a source token more rarely are left "
            "out"}
          .within(0, 1),
      self.least_probability);
    v(Field{"alignment",
            "Word alignments of the text, a line a pair in Pharaoh's format as heed align writes "
            "them; the model's own attention if not given"}
          .file(),
      self.alignment);
    v(Field{"alignment-layer",
            "Decoder layer, from 1, whose attention is the alignment; 0: as the model says"}
          .within(0, 1024),
      self.reading.alignment_layer);
    v(Field{"alignment-heads",
            "Heads whose attention is the alignment: mean, or the number of one, from 1; as the "
            "model says if not given"},
      self.reading.alignment_heads);
    LineOptions::visit_fields(self.reading, v);
    PrecisionOptions::visit_fields(self.reading, v);
    BatchOptions::visit_fields(self.reading, v);
  }
};

struct ShortlistSummary {
  StreamSummary lines;
  std::string report;  ///< For people: how large the shortlist is.
};

/// Writes the model again, with a shortlist: of each source token the target tokens that translate
/// it in the pairs of SourceLine::text and SourceLine::target. LineStream::write gets each pair
/// when it is counted. Throws Error for a file that can't be read or written, and UsageError for
/// options that don't fit.
ShortlistSummary build_shortlist(const std::string& model, const ShortlisterOptions& options,
                                 const LineStream& pairs, const std::string& output);

}  // namespace heed
