#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "decoding/beam_search.h"
#include "decoding/markov_stepper.h"

namespace heed {
namespace {

constexpr float kImpossible = -std::numeric_limits<float>::infinity();

SearchRules like_marian(int beam, int n_best, float normalize = 0) {
  SearchRules rules;
  rules.options.like = SearchStyle::kMarian;
  rules.options.beam_size = beam;
  rules.options.normalize = normalize;
  rules.n_best = n_best;
  return rules;
}

/// One sentence of four tokens.
std::vector<Hypothesis> search_like_marian(const MarkovStepper::Table& table,
                                           const SearchRules& rules) {
  MarkovStepper stepper({table}, {4});
  return beam_search(stepper, rules)[0];
}

/// Marian's search, written out: the best of all ways on, as many as are live; those that end
/// leave.
std::vector<Hypothesis> marian_by_hand(const MarkovStepper::Table& table, const SearchRules& rules,
                                       int limit) {
  std::vector<Hypothesis> live(1), done;
  int width = rules.options.beam_size;
  for (int step = 1; step <= limit && !live.empty(); ++step) {
    std::vector<Hypothesis> ways;
    for (const Hypothesis& path : live) {
      const int last = path.tokens.empty() ? 1 : path.tokens.back();
      for (int token = 0; token < static_cast<int>(table.size()); ++token) {
        if (table[last][token] == kImpossible) continue;
        Hypothesis way = path;
        way.tokens.push_back(token);
        way.log_probability += static_cast<double>(table[last][token]);
        ways.push_back(way);
      }
    }
    std::ranges::stable_sort(
        ways, [](const auto& a, const auto& b) { return a.log_probability > b.log_probability; });
    ways.resize(std::min<std::size_t>(ways.size(), width));
    live.clear();
    for (Hypothesis& way : ways) {
      const bool ends = way.tokens.back() == 2;
      way.score =
          static_cast<float>(normalized_score(way.log_probability, step, rules.options.normalize));
      way.ended = ends;
      (ends || step == limit ? done : live).push_back(way);
      if (ends) --width;
    }
  }
  std::ranges::stable_sort(done, [](const auto& a, const auto& b) { return a.score > b.score; });
  for (Hypothesis& path : done) {
    if (path.ended) path.tokens.pop_back();
  }
  return done;
}

TEST(MarianSearch, IsItsSearchByHand) {
  int unfinished = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const MarkovStepper::Table table = MarkovStepper::random_table(7, seed, 1.5);
    for (const int beam : {1, 4}) {
      const SearchRules some = like_marian(beam, beam, 0.6F);
      const std::vector<Hypothesis> expected = marian_by_hand(table, some, 12);  // 3 · 4
      const std::vector<Hypothesis> found = search_like_marian(table, some);
      ASSERT_EQ(found.size(), expected.size()) << seed;
      for (std::size_t i = 0; i < found.size(); ++i) {
        EXPECT_EQ(found[i].tokens, expected[i].tokens) << seed;
        EXPECT_EQ(found[i].ended, expected[i].ended) << seed;
        EXPECT_NEAR(found[i].score, expected[i].score, 1e-5) << seed;
        EXPECT_EQ(found[i].word_scores.size(), found[i].tokens.size() + (found[i].ended ? 1 : 0));
        unfinished += found[i].ended ? 0 : 1;
      }
    }
  }
  EXPECT_GT(unfinished, 10);
}

TEST(MarianSearch, LimitCountsTheEndAndNothingIsAdded) {
  SearchOptions options;
  options.like = SearchStyle::kMarian;
  EXPECT_EQ(length_limit(options, {4}), 12);
  options.max_length_factor = 1.3F;
  EXPECT_EQ(length_limit(options, {4}), 6);  // 5.2
  EXPECT_EQ(length_limit(options, {0}), 1);
}

TEST(MarianSearch, WhatIsCutOffHasAnEmptyRowOfAttention) {
  MarkovStepper::Table table(4, std::vector<float>(4, kImpossible));
  for (std::vector<float>& row : table) row[3] = 0;  // never </s>
  SearchRules some = like_marian(2, 1);
  some.attention = true;
  const Hypothesis found = search_like_marian(table, some)[0];
  EXPECT_FALSE(found.ended);
  EXPECT_EQ(found.tokens, std::vector<int>(12, 3));
  ASSERT_EQ(found.attention.size(), 13U);
  EXPECT_EQ(found.attention[11].size(), 4U);
  EXPECT_TRUE(found.attention[12].empty());
}

}  // namespace
}  // namespace heed
