#pragma once

#include <cstdint>

#include "data/alignment_file.h"
#include "data/batch.h"
#include "data/corpus.h"
#include "heed/options.h"
#include "model/model_file.h"

namespace heed {

/// Word alignments of the training pairs, as links between the pieces of batches. The texts stay on
/// disk.
class GuidedAlignment {
 public:
  /// Throws Error if there is not a line for each pair of the files, also for those that filters
  /// leave out, and UsageError with subword sampling, where
  /// a sentence has other pieces each time.
  GuidedAlignment(const Corpus& corpus, const DataOptions& options);

  /// Sets batch.links: each piece of a target word is linked to all pieces of its source words,
  /// </s> to nothing. Throws Error that names file and line for links to words that aren't there.
  void add_to(Batch& batch, const Corpus& corpus, const Tokenizers& tokenizers) const;

  std::uint32_t checksum() const { return file_.checksum(); }

 private:
  AlignmentFile file_;
};

}  // namespace heed
