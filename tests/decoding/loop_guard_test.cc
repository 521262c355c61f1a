#include <gtest/gtest.h>

#include <algorithm>

#include "decoding/beam_search.h"
#include "decoding/markov_stepper.h"

namespace heed {
namespace {

constexpr int kFirst = 3;  // token of a cycle

/// 3, 4, … 2 + period, 3, 4, …: </s> is a thousand times less likely.
MarkovStepper::Table cycle(int period) {
  const auto size = static_cast<std::size_t>(kFirst + period);
  MarkovStepper::Table table(size, std::vector<float>(size, -20));
  for (std::size_t last = 0; last < size; ++last) {
    table[last][2] = -7;
    table[last][last < kFirst || last + 1 == size ? kFirst : last + 1] = -0.001F;
  }
  return table;
}

SearchRules greedy() {
  SearchRules rules;
  rules.options.beam_size = 1;
  rules.options.max_length_factor = 1000;
  return rules;
}

/// A source of `length` tokens, which step after step looks at in turn.
Hypothesis translate(int period, int length, const SearchRules& rules = greedy(),
                     const std::vector<int>& prefix = {}) {
  MarkovStepper stepper({cycle(period)}, {length});
  const std::vector<std::vector<int>> prefixes{prefix};
  return beam_search(stepper, rules, {prefixes})[0][0];
}

TEST(LoopGuard, EndsWhatComesForTheFourthTime) {
  for (const int period : {1, 2, 3, 4, 5, 12, 20}) {
    const Hypothesis found = translate(period, 1);
    EXPECT_TRUE(found.is_loop && found.ended);
    EXPECT_EQ(std::ssize(found.tokens), period + std::max(3 * period, 63)) << period;
    EXPECT_FLOAT_EQ(found.word_scores.back(), -7) << "the probability of </s> at that place";
  }
}

TEST(LoopGuard, LetsGoOnWhatIsNone) {
  SearchRules unguarded = greedy(), marian = greedy();
  unguarded.options.no_loop_guard = true;
  marian.options.like = SearchStyle::kMarian;
  const auto size = translate(1, 1, unguarded).tokens.size();
  EXPECT_GT(size, 500U);
  for (const Hypothesis& found : {translate(1, 1, unguarded), translate(21, 1)}) {
    EXPECT_EQ(found.tokens.size(), size);
    EXPECT_FALSE(found.is_loop);
  }
  EXPECT_EQ(translate(1, 1, marian).tokens.size(), 1000U);
}

TEST(LoopGuard, NewAttentionIsNoLoop) {
  const Hypothesis found = translate(1, 100);
  EXPECT_TRUE(found.is_loop);
  EXPECT_EQ(found.tokens.size(), 102U) << "until a source token that is known is looked at again";
}

TEST(LoopGuard, LeavesAPrefixAlone) {
  const std::vector<int> prefix(50, kFirst);
  EXPECT_EQ(translate(1, 1, greedy(), prefix).tokens.size(), 113U);
}

TEST(LoopGuard, IsTheSameInAnyBatch) {
  std::vector<MarkovStepper::Table> tables;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    tables.push_back(MarkovStepper::random_table(6, seed, 4));
  }
  MarkovStepper together(tables, std::vector<int>(tables.size(), 60));
  SearchRules rules = greedy();
  rules.options.beam_size = 2;
  const auto found = beam_search(together, rules);
  int loops = 0;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    MarkovStepper alone({tables[i]}, {60});
    const Hypothesis expected = beam_search(alone, rules)[0][0];
    EXPECT_EQ(found[i][0].tokens, expected.tokens);
    EXPECT_EQ(found[i][0].is_loop, expected.is_loop);
    loops += expected.is_loop ? 1 : 0;
  }
  EXPECT_GT(loops, 0);
  EXPECT_LT(loops, 40);
}

}  // namespace
}  // namespace heed
