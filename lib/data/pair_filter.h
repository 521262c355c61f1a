#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "data/parallel_text.h"
#include "heed/options.h"

namespace heed {

/// The words of a text as lengths are compared by: between white space, and each character by
/// itself where a script has no blanks, as in Chinese.
std::size_t count_words(std::string_view text);

/// Leaves out the pairs that the options named --filter-... say. It counts a pair that several
/// filters leave out for the first of them, in the order in which they are described. Pairs with a
/// blank side pass: the Batcher leaves them out in any training.
///
/// Duplicates are told by 64 bits of their text: of n pairs n^2 / 2^65 are left out by mistake,
/// that is one in 15,000 trainings on 50 million pairs loses one pair. Memory: 12 to 24 bytes a
/// pair that is kept, until this object goes away.
class PairFilter {
 public:
  /// Throws UsageError for a script that Unicode doesn't know, or a ratio that no pair can meet.
  explicit PairFilter(const DataOptions& options);

  /// Whether there is anything to leave out.
  bool is_active() const { return !rules_.empty(); }

  /// Whether the pair stays; counts it if not.
  bool keeps(const SentencePair& pair);

  std::size_t dropped() const;

  /// "3 with identical sides, 120 with more than 3 times as many words on a side, …".
  std::string counts() const;

 private:
  struct Rule {
    std::string what;  ///< The pairs that it leaves out.
    std::function<bool(const SentencePair&)> drops;
    std::size_t dropped = 0;
  };

  std::vector<Rule> rules_;
};

}  // namespace heed
