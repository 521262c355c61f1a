#include "data/augmenter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "data/batcher.h"
#include "data/placeholders.h"
#include "data/vocabulary_trainer.h"
#include "support/expect_error.h"
#include "support/temporary_directory.h"
#include "text/unicode.h"
#include "util/fields.h"
#include "util/strings.h"

namespace heed {
namespace {

constexpr std::size_t kPairCount = 400;
constexpr const char* kGerman[] = {"Hund", "Katze", "Käse", "Haus", "Bäume", "schläft"};
constexpr const char* kEnglish[] = {"dog", "cat", "cheese", "house", "trees", "sleeps"};

/// Three words a side, the target's in reverse.
SentencePair pair_of(std::size_t i) {
  const std::size_t a = i % 6, b = i / 6 % 6, c = i / 36 % 6;
  return {fmt::format("{} {}, {}.", kGerman[a], kGerman[b], kGerman[c]),
          fmt::format("{} {}, {}.", kEnglish[c], kEnglish[b], kEnglish[a])};
}

class AugmenterTest : public testing::Test {
 protected:
  AugmenterTest() {
    std::string source, target;
    for (std::size_t i = 0; i < kPairCount; ++i) {
      source += pair_of(i).source + "\n";
      target += pair_of(i).target + "\n";
    }
    corpus_.emplace(std::vector{directory_.write("s", source), directory_.write("t", target)},
                    false);
  }

  static const Tokenizer& tokenizer() {
    static const Tokenizer result = [] {
      DataOptions options;
      options.vocab_size = 380;
      options.user_symbols = placeholders();
      return train_tokenizer(
          2 * kPairCount,
          [](std::size_t i) { return i % 2 ? pair_of(i / 2).source : pair_of(i / 2).target; },
          options);
    }();
    return result;
  }

  /// All pairs of an epoch.
  std::vector<SentencePair> pairs(const std::string& shares, std::uint64_t epoch = 0,
                                  std::uint64_t seed = 1) const {
    const Augmenter augmenter(*corpus_, tokenizer(), parse_augmentation(shares), seed);
    std::vector<SentencePair> result;
    for (std::size_t i = 0; i < kPairCount; ++i) result.push_back(augmenter.pair(i, epoch));
    return result;
  }

  TemporaryDirectory directory_;
  std::optional<Corpus> corpus_;
};

bool are_equal(const SentencePair& a, const SentencePair& b) {
  return a.source == b.source && a.target == b.target;
}

TEST_F(AugmenterTest, FollowsSeedLineAndEpoch) {
  const auto first = pairs("default");
  EXPECT_TRUE(std::ranges::equal(first, pairs("default"), are_equal));
  EXPECT_FALSE(std::ranges::equal(first, pairs("default", 1), are_equal));
  EXPECT_FALSE(std::ranges::equal(first, pairs("default", 0, 2), are_equal));
}

/// Each kind by itself, on all lines and on a share of them.
TEST_F(AugmenterTest, ChangesAShareOfThePairs) {
  for (const std::string_view kind : kAugmentationNames) {
    if (kind == "cut") continue;  // these pairs can't be
    std::size_t changed = 0;
    const auto some = pairs(fmt::format("{}:0.25", kind));
    for (std::size_t i = 0; i < kPairCount; ++i) changed += are_equal(some[i], pair_of(i)) ? 0 : 1;
    EXPECT_GT(changed, kPairCount / 20) << kind;
    EXPECT_LT(changed, kPairCount * 2 / 5) << kind;
  }
}

TEST_F(AugmenterTest, DoesWhatTheKindsAreCalled) {
  const SentencePair plain = pair_of(100);
  EXPECT_EQ(pairs("upper:1")[100].source, uppercase(plain.source));
  EXPECT_EQ(pairs("upper:1")[100].target, uppercase(plain.target));
  EXPECT_EQ(pairs("title:1")[100].source, titlecase(plain.source));
  EXPECT_EQ(pairs("lower:1")[100].source, lowercase(plain.source));
  EXPECT_EQ(pairs("lower:1")[100].target, plain.target);
  const SentencePair joined = pairs("join:1")[100];
  EXPECT_TRUE(joined.source.starts_with(plain.source + ' '));
  EXPECT_EQ(split_words(joined.source).size(), 6U);
  EXPECT_EQ(split_words(joined.target).size(), 6U);
}

/// The words are each other's translations, in reverse order: so must placeholders be.
TEST_F(AugmenterTest, PutsPlaceholdersWhereTheyBelong) {
  int placed = 0, replaced = 0;
  for (const SentencePair& pair : pairs("copy:1")) {
    const auto source = split_words(pair.source), target = split_words(pair.target);
    EXPECT_EQ(source.size(), target.size());
    for (int number = 1; number <= kPlaceholders; ++number) {
      const std::string symbol = placeholder(number);
      const bool has = pair.source.find(symbol) != std::string::npos;
      EXPECT_EQ(has, pair.target.find(symbol) != std::string::npos) << pair.source;
      placed += has ? 1 : 0;
    }
    replaced += source.size() == 3 ? 1 : 0;
  }
  EXPECT_GE(placed, static_cast<int>(kPairCount));
  EXPECT_GT(replaced, 20);
}

TEST_F(AugmenterTest, CutsBothSidesAtOnePlace) {
  std::string source, target;  // in the same order, so that there is a place
  for (std::size_t i = 0; i < kPairCount; ++i) {
    for (std::size_t word = 0; word < 4; ++word) {
      const std::size_t number = (i * 7 + word * 5 + i / (word + 2)) % 6;
      source += std::string(word > 0 ? " " : "") + kGerman[number];
      target += std::string(word > 0 ? " " : "") + kEnglish[number];
    }
    source += '\n';
    target += '\n';
  }
  const Corpus corpus({directory_.write("s2", source), directory_.write("t2", target)}, false);
  const Augmenter augmenter(corpus, tokenizer(), parse_augmentation("cut:1"), 1);
  int cut = 0;
  for (std::size_t i = 0; i < kPairCount; ++i) {
    const SentencePair pair = augmenter.pair(i, 0);
    const auto sources = split_words(pair.source), targets = split_words(pair.target);
    ASSERT_EQ(sources.size(), targets.size()) << pair.source << pair.target;
    for (std::size_t word = 0; word < sources.size(); ++word) {
      const auto at = std::ranges::find(kGerman, sources[word]) - kGerman;
      EXPECT_EQ(kEnglish[at], targets[word]);
    }
    cut += sources.size() < 4 ? 1 : 0;
  }
  EXPECT_GT(cut, 100);
}

TEST_F(AugmenterTest, LeavesBlankSidesAlone) {
  const Corpus corpus({directory_.write("s3", "\nHund\n\n"), directory_.write("t3", "x\ndog\n\n")},
                      false);
  const Augmenter augmenter(corpus, tokenizer(), parse_augmentation("default,join:1,copy:1"), 1);
  EXPECT_EQ(augmenter.pair(0, 0).source, "");
  EXPECT_EQ(augmenter.pair(0, 0).target, "x");
}

TEST_F(AugmenterTest, BatchesAreTheSameAfterASeek) {
  DataOptions options;
  options.mini_batch_words = 60;
  options.maxi_batch = 3;
  options.augment = "default";
  Batcher data(*corpus_, tokenizer(), tokenizer(), options, 5);
  for (int i = 0; i < 9; ++i) data.next();
  const DataPosition place = data.position();
  const std::optional<Batch> expected = data.next();
  Batcher again(*corpus_, tokenizer(), tokenizer(), options, 5);
  again.seek(place);
  const std::optional<Batch> found = again.next();
  EXPECT_EQ(found->source.ids, expected->source.ids);
  EXPECT_EQ(found->target.ids, expected->target.ids);
}

TEST_F(AugmenterTest, WrongShares) {
  EXPECT_EQ(parse_augmentation("none"), AugmentationShares{});
  EXPECT_EQ(parse_augmentation("default,typo:0")[4], 0);
  EXPECT_EQ(parse_augmentation("upper:1")[0], 1);
  expect_error<UsageError>([] { parse_augmentation("uper:0.1"); }, "uper");
  for (const char* wrong :
       {"upper", "upper:", "upper:x", "upper:1.1", "upper:-1", "upper:nan", ""}) {
    EXPECT_THROW(parse_augmentation(wrong), UsageError) << wrong;
  }
  DataOptions options;
  options.vocab_size = 380;
  const Tokenizer plain = train_tokenizer(
      kPairCount, [](std::size_t i) { return pair_of(i).source; }, options);
  expect_error<UsageError>([&] { Augmenter(*corpus_, plain, parse_augmentation("copy:0.1"), 1); },
                           "--augment copy");
}

TEST(Placeholders, StandForTheSameSpanOnBothSides) {
  DataOptions options;
  options.vocab_size = 330;
  options.user_symbols = placeholders();
  const Tokenizer tokenizer = train_tokenizer(
      50, [](std::size_t i) { return fmt::format("see page {} of it at home.", i); }, options);
  EXPECT_TRUE(has_placeholders(tokenizer));
  const SentencePair masked =
      mask_pair({"siehe http://a.b/c und 😀 Ω ｟1｠", "see ｟1｠ and 😀 http://a.b/c"}, tokenizer);
  EXPECT_EQ(masked.source, "siehe ｟1｠ und ｟2｠ Ω ｟3｠");
  EXPECT_EQ(masked.target, "see ｟3｠ and ｟2｠ ｟1｠");
  EXPECT_EQ(tokenizer.decode(tokenizer.encode(masked.target)), masked.target);
  const SentencePair written = mask_pair({"http://a.b ｟1｠", "http://a.b ｟1｠"}, tokenizer);
  EXPECT_EQ(written.source, "｟1｠ ｟2｠");
  EXPECT_EQ(written.target, "｟1｠ ｟2｠");
}

}  // namespace
}  // namespace heed
