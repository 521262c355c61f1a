#include "data/pair_filter.h"

#include <gtest/gtest.h>

#include "support/expect_error.h"
#include "text/scripts.h"

namespace heed {
namespace {

TEST(CountWords, HasAWordForEachCharacterWithoutBlanks) {
  EXPECT_EQ(count_words("  two words\t"), 2U);
  EXPECT_EQ(count_words("zw\u00f6lf Stra\u00dfen\u00a0weit"), 3U);
  EXPECT_EQ(count_words("\u4f60\u597d \u4e16\u754c"), 4U);
  EXPECT_EQ(count_words(" "), 0U);
}

TEST(Scripts, TellTheShareOfLetters) {
  const Scripts latin("Latin"), cyrillic("cyrl"), japanese("Han+Hiragana+Katakana");
  EXPECT_EQ(latin.share("Stra\u00dfe 12!"), 1);
  EXPECT_EQ(latin.share("12 %"), 1) << "no letters";
  EXPECT_EQ(cyrillic.share("abc \u0434"), 0.25);
  EXPECT_EQ(japanese.share("\u30b3\u30fc\u30d2\u30fc\u3092\u98f2\u3080"), 1) << "with U+30FC";
  EXPECT_EQ(latin.share("\u00b5m"), 1) << "a sign of all scripts";
  expect_error<UsageError>([] { Scripts("Latim"); }, "found 'Latim'");
  expect_error<UsageError>([] { Scripts("Latin+"); }, "found ''");
}

/// Whether the filter that `set` switches on keeps the pair.
bool keeps(const std::function<void(DataOptions&)>& set, const SentencePair& pair) {
  DataOptions options;
  set(options);
  PairFilter filter(options);
  EXPECT_TRUE(filter.is_active());
  const bool kept = filter.keeps(pair);
  EXPECT_EQ(filter.dropped(), kept ? 0U : 1U);
  return kept;
}

TEST(PairFilter, ComparesLengths) {
  const auto ratio = [](DataOptions& options) { options.filter_ratio = 2.5F; };
  EXPECT_TRUE(keeps(ratio, {"1 2", "1 2 3 4 5"}));
  EXPECT_FALSE(keeps(ratio, {"1 2", "1 2 3 4 5 6"}));
  EXPECT_FALSE(keeps(ratio, {"1 2 3", "1"}));
  EXPECT_TRUE(keeps(ratio, {"1 2 3", " "})) << "which is for the batcher to tell";
}

TEST(PairFilter, ComparesSides) {
  const auto identical = [](DataOptions& options) { options.filter_identical = true; };
  EXPECT_FALSE(keeps(identical, {"Berlin  2020", "Berlin 2020 "}));
  EXPECT_TRUE(keeps(identical, {"Berlin", "berlin"}));
}

TEST(PairFilter, LooksAtScripts) {
  const auto scripts = [](DataOptions& options) {
    options.filter_script = {"Latin", "Cyrillic"};
    options.filter_script_share = 0.75F;
  };
  EXPECT_TRUE(keeps(scripts, {"a dog", "\u0434\u043e\u043c a"}));
  EXPECT_FALSE(keeps(scripts, {"a dog", "\u0434\u043e ab"}));
  EXPECT_FALSE(keeps(scripts, {"\u0434\u043e\u043c", "\u0434\u043e\u043c"}));
  const auto same = [](DataOptions& options) { options.filter_script = {"Latin"}; };
  EXPECT_FALSE(keeps(same, {"a dog", "\u0434\u043e\u043c"}));
}

TEST(PairFilter, KnowsWhatCameBefore) {
  DataOptions options;
  options.filter_duplicates = true;
  PairFilter filter(options);
  const auto pair = [](int i) {
    return SentencePair{std::string(static_cast<std::size_t>(1 + i % 50), 'x'), std::to_string(i)};
  };
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 5000; ++i) EXPECT_EQ(filter.keeps(pair(i)), round == 0) << i;
  }
  EXPECT_TRUE(filter.keeps({"ab", "c"}));
  EXPECT_TRUE(filter.keeps({"a", "bc"}));
  EXPECT_TRUE(filter.keeps({"c", "ab"}));
  EXPECT_FALSE(filter.keeps({"a", "bc"}));
}

TEST(PairFilter, CountsAPairForTheFirstReason) {
  DataOptions options;
  EXPECT_FALSE(PairFilter(options).is_active());
  options.filter_ratio = 3;
  options.filter_identical = options.filter_duplicates = true;
  options.filter_script = {"Latin"};
  PairFilter filter(options);
  for (const SentencePair& pair : std::vector<SentencePair>{
           {"a", "a"}, {"a", "a"}, {"a b c d", "a"}, {"a", "\u0434"}, {"a", "b"}, {"a", "b"}}) {
    filter.keeps(pair);
  }
  EXPECT_EQ(filter.counts(),
            "2 with identical sides, 1 with over 3 times as many words on one side, 1 with under "
            "50 % of letters in Latin, 1 that came before");
}

TEST(PairFilter, RefusesWhatNoPairMeets) {
  DataOptions options;
  options.filter_ratio = 0.5F;
  expect_error<UsageError>([&] { PairFilter{options}; }, "--filter-ratio (such as 3)");
  options = {};
  options.filter_script = {"Latin", "Greek", "Thai"};
  expect_error<UsageError>([&] { PairFilter{options}; }, "found 3");
}

}  // namespace
}  // namespace heed
