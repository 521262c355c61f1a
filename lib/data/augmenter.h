#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "data/corpus.h"
#include "data/lexical_table.h"
#include "data/tokenizer.h"
#include "util/random.h"

namespace heed {

/// What is done to training pairs so that a model learns text as people write it. `kSpaces` and
/// `kDecompose` change nothing for vocabularies that take such spellings for one.
enum class Augmentation {
  kUpper,        ///< Both sides in capitals.
  kTitle,        ///< Each source word with a capital.
  kLower,        ///< The source without capitals.
  kPunctuation,  ///< The source's marks doubled or missing.
  kTypo,         ///< Typing errors in the source, in one letter of twenty.
  kDiacritics,   ///< The source without accents.
  kDecompose,    ///< The source in canonical decomposition.
  kSpaces,       ///< Doubled blanks in the source.
  kCopy,  ///< Placeholders on both sides, for words that translate each other or beside them.
  kJoin,  ///< Another pair behind this one.
  kCut,   ///< The pair's beginning alone.
};
inline constexpr std::array<std::string_view, 11> kAugmentationNames = {
    "upper",     "title",  "lower", "punctuation", "typo", "diacritics",
    "decompose", "spaces", "copy",  "join",        "cut"};

/// The share of pairs, 0 to 1, that each Augmentation is done to.
using AugmentationShares = std::array<double, kAugmentationNames.size()>;
constexpr std::size_t index_of(Augmentation kind) { return static_cast<std::size_t>(kind); }

/// Reads "none" (as "auto" is here, which a training decides), "default" or a list such as
/// "upper:0.05,typo:0.1", in which default may stand too and what follows changes it. Throws
/// UsageError naming --augment.
AugmentationShares parse_augmentation(std::string_view text);

/// The source as kTitle and kLower may change it. Half of what loses its capitals has no ß either,
/// like text in capitals as translation reads it.
std::string in_other_case(std::string_view source, const AugmentationShares& shares,
                          Random& random);

/// "upper 2 %, title 12 %, …", or "none".
std::string describe_augmentation(std::string_view text);

/// Training pairs, changed anew in each epoch. All follows from corpus, shares and seed.
class Augmenter {
 public:
  /// The corpus must live as long. `tokenizer` is the source's. Throws UsageError for kCopy without
  /// placeholders in the vocabulary.
  Augmenter(const Corpus& corpus, const Tokenizer& tokenizer, const AugmentationShares& shares,
            std::uint64_t seed);

  /// `draw` is one of Mixture::draws: a pair that is seen again in an epoch is changed anew.
  SentencePair pair(std::size_t draw, std::uint64_t epoch) const;

 private:
  bool draws(Augmentation kind, Random& random) const;
  void put_placeholders(SentencePair& pair, Random& random) const;
  void cut(SentencePair& pair, Random& random) const;
  void make_noise(SentencePair& pair, Random& random) const;

  const Corpus& corpus_;
  AugmentationShares shares_;
  std::uint64_t seed_;
  std::optional<LexicalTable> lexicon_;
};

}  // namespace heed
