#include "metrics/ngrams.h"

#include <gtest/gtest.h>

#include <map>

#include "util/random.h"

namespace heed {
namespace {

using Tokens = std::vector<std::uint32_t>;

std::map<Tokens, int> count(const Tokens& tokens, std::size_t n) {
  std::map<Tokens, int> counts;
  for (std::size_t i = 0; i + n <= tokens.size(); ++i) {
    ++counts[Tokens(tokens.begin() + static_cast<std::ptrdiff_t>(i),
                    tokens.begin() + static_cast<std::ptrdiff_t>(i + n))];
  }
  return counts;
}

int clipped_matches(const Tokens& hypothesis, const std::vector<Tokens>& references,
                    std::size_t n) {
  int matches = 0;
  for (const auto& [ngram, times] : count(hypothesis, n)) {
    int most = 0;
    for (const Tokens& reference : references) most = std::max(most, count(reference, n)[ngram]);
    matches += std::min(times, most);
  }
  return matches;
}

TEST(Ngrams, MatchesEqualPlainCounting) {
  Random random(3);
  const auto draw = [&] {
    Tokens tokens(random.below(20));
    for (auto& token : tokens) token = static_cast<std::uint32_t>(random.below(4));
    return tokens;
  };
  for (int round = 0; round < 200; ++round) {
    const Tokens hypothesis = draw();
    const std::vector<Tokens> references = {draw(), draw(), draw()};
    ReferenceNgrams ngrams(4, 60);
    for (const Tokens& reference : references) ngrams.add(reference);
    std::vector<double> matches(4, -1);
    ngrams.count_matches(hypothesis, matches);
    for (std::size_t n = 1; n <= 4; ++n) {
      EXPECT_EQ(matches[n - 1], clipped_matches(hypothesis, references, n));
    }
  }
}

TEST(Ngrams, WordsGetNumbersAndUnknownOnesNone) {
  WordIds ids(3);
  const std::vector<std::string_view> reference = {"a", "b", "a"}, hypothesis = {"b", "c"};
  EXPECT_EQ(ids.add(reference), (Tokens{0, 1, 0}));
  EXPECT_EQ(ids.find(hypothesis), (Tokens{1, WordIds::kUnknown}));
}

TEST(Ngrams, TotalsOfShortSentencesAreZero) {
  EXPECT_EQ(ngram_total(3, 4), 0);
  EXPECT_EQ(ngram_total(4, 4), 1);
  EXPECT_EQ(ngram_total(0, 1), 0);
}

}  // namespace
}  // namespace heed
