#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/shortlist.h"
#include "data/tokenizer.h"
#include "decoding/candidates.h"

namespace heed {

/// Finds the target tokens that a sentence's translation may have.
class CandidateFinder {
 public:
  /// Of each source token's targets the first `most` count; 0: all. Shortlists of several models
  /// are joined. Throws UsageError where there is none, or one whose targets are in no order is to
  /// be cut. The shortlists must outlive it.
  CandidateFinder(std::vector<const Shortlist*> shortlists, int most, const Tokenizer& source,
                  const Tokenizer& target);

  /// In order: </s>; what is frequent; of each token of `source` its targets and the piece itself,
  /// so that names, placeholders and bytes can be copied, with one byte all bytes; and `required`,
  /// each of which the translation must have. The sample is of the whole vocabulary.
  SentenceCandidates operator()(std::span<const int> source,
                                std::span<const std::vector<int>> required) const;

 private:
  std::vector<const Shortlist*> shortlists_;
  int most_, size_;
  std::vector<int> always_;  ///< </s> and what is frequent.
  std::vector<int> same_;    ///< Of each source token: the target token of the same piece, or -1.
  std::vector<int> bytes_;   ///< Target tokens.
};

}  // namespace heed
