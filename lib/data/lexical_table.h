#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "data/corpus.h"

namespace heed {

/// Which words translate which: t(target word | source word) of IBM Model 1 (Brown et al. 1993,
/// section 4.2), found by EM on a sample of the corpus. Words are those between white space, in
/// lower case and without punctuation around them; such as occur once are not known.
class LexicalTable {
 public:
  /// The result depends on the corpus alone.
  explicit LexicalTable(const Corpus& corpus, std::size_t most_pairs = 50'000);

  /// Pairs of words that are each other's likeliest translation in these lines, by source word.
  std::vector<std::pair<int, int>> links(std::string_view source, std::string_view target) const;

 private:
  using Words = std::unordered_map<std::string, std::uint32_t>;

  static constexpr std::uint32_t kUnknown = 0;  ///< On the source side also the empty word.

  struct Entry {
    float probability = 1;
    float count = 0;
  };
  struct Pair {
    std::vector<std::uint32_t> source, target;  ///< Numbers of words.
  };

  static std::uint64_t key(std::uint32_t source, std::uint32_t target) {
    return std::uint64_t{source} << 32U | target;
  }
  static std::vector<std::uint32_t> numbers(const Words& words, std::string_view line);
  float probability(std::uint32_t source, std::uint32_t target) const;
  void maximize(const std::vector<Pair>& pairs);

  Words source_words_, target_words_;
  std::unordered_map<std::uint64_t, Entry> table_;
};

}  // namespace heed
