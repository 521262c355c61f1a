#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "decoding/beam_search.h"
#include "decoding/markov_stepper.h"
#include "decoding/policies.h"
#include "support/expect_error.h"

namespace heed {
namespace {

SearchRules ruled(int beam, int n_best = 1) {
  SearchRules rules;
  rules.options.beam_size = beam;
  rules.n_best = n_best;
  return rules;
}

std::vector<Hypothesis> find(const MarkovStepper::Table& table, const SearchRules& rules,
                             int source_length = 6) {
  MarkovStepper stepper({table}, {source_length});
  return beam_search(stepper, rules)[0];
}

TEST(MinimumLength, NothingEndsBefore) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const auto table = MarkovStepper::random_table(7, seed);
    for (const int beam : {1, 2, 5}) {
      SearchRules rules = ruled(beam, beam);
      rules.options.min_length = 4;
      for (const Hypothesis& h : find(table, rules)) EXPECT_GE(h.tokens.size(), 4U);
      rules.options.min_length_factor = 1.4F;  // 8.4 tokens
      for (const Hypothesis& h : find(table, rules)) EXPECT_GE(h.tokens.size(), 9U);
      rules.options.max_length = 3;  // which wins
      for (const Hypothesis& h : find(table, rules)) EXPECT_EQ(h.tokens.size(), 3U);
    }
  }
}

TEST(MinimumLength, ChangesNothingThatIsLongEnough) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const auto table = MarkovStepper::random_table(7, seed);
    const Hypothesis free = find(table, ruled(1))[0];
    SearchRules rules = ruled(1);
    rules.options.min_length = static_cast<int>(free.tokens.size());
    EXPECT_EQ(find(table, rules)[0].tokens, free.tokens);
  }
}

TEST(Coverage, IsTheFormula) {
  const std::vector<float> a{0.5F, 0.2F, 0.3F}, b{0.9F, 0.05F, 0.05F};
  const std::vector<const std::vector<float>*> both{&a, &b}, one{&b};
  EXPECT_NEAR(coverage(both), std::log(0.25), 1e-6);  // 1.4 counts as 1; the last is </s>
  EXPECT_NEAR(coverage(one), std::log(0.9) + std::log(0.05), 1e-6);
  const std::vector<float> nothing{0, 1};
  EXPECT_NEAR(coverage(std::vector{&nothing}), std::log(1e-6), 1e-6);
  const std::vector<float> without;
  EXPECT_EQ(coverage(std::vector{&without}), 0);
}

// The small model attends to one source token after the other, so that coverage is length here.
TEST(Coverage, PrefersWhatLooksAtAllOfTheSource) {
  int longer = 0;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const auto table = MarkovStepper::random_table(7, seed, 1);
    SearchRules plain = ruled(6, 6), covering = plain;
    covering.options.coverage_penalty = 1;
    const auto before = find(table, plain), after = find(table, covering);
    longer += after[0].tokens.size() > before[0].tokens.size();
    for (const Hypothesis& h : after) {
      const auto steps = static_cast<int>(h.word_scores.size());
      const double uncovered = std::max(5 - steps, 0);  // of six tokens, the last of them </s>
      const double own = normalized_score(h.log_probability, steps, 1);
      EXPECT_NEAR(h.score, own + uncovered * std::log(1e-6), 1e-4);
      EXPECT_TRUE(h.attention.empty()) << "nobody asked for it";
    }
  }
  EXPECT_GT(longer, 5);
}

TEST(RepetitionPenalty, CountsInSearchAndScoreButIsNoProbability) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto table = MarkovStepper::random_table(6, seed, 1.5);
    SearchRules rules = ruled(4, 4);
    rules.options.repetition_penalty = 1.5F;
    for (const Hypothesis& h : find(table, rules)) {
      double sum = 0, penalized = 0;
      std::set<int> seen;
      for (std::size_t i = 0; i < h.word_scores.size(); ++i) {
        const bool again = i < h.tokens.size() && !seen.insert(h.tokens[i]).second;
        sum += static_cast<double>(h.word_scores[i]);
        penalized += static_cast<double>(h.word_scores[i]) * (again ? 1.5 : 1);
      }
      EXPECT_NEAR(h.log_probability, sum, 1e-4);
      EXPECT_NEAR(h.score, penalized / static_cast<double>(h.word_scores.size()), 1e-4);
    }
  }
}

TEST(RepetitionPenalty, ManyTimesLetsNothingComeTwiceWhileThereIsMore) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto table = MarkovStepper::random_table(40, seed, 1);
    SearchRules rules = ruled(1);
    rules.options.repetition_penalty = 1000;
    const Hypothesis found = find(table, rules, 4)[0];
    const std::set<int> distinct(found.tokens.begin(), found.tokens.end());
    EXPECT_EQ(distinct.size(), found.tokens.size());
  }
}

SearchRules grouped(int beam, int groups, float diversity) {
  SearchRules rules = ruled(beam, beam);
  rules.options.beam_groups = groups;
  rules.options.diversity = diversity;
  return rules;
}

/// The hypotheses of G greedy groups, written out.
std::set<std::vector<int>> greedy_groups(const MarkovStepper::Table& table, int groups, float by,
                                         std::size_t limit) {
  std::vector<std::vector<int>> paths(groups);
  std::vector<bool> ended(groups, false);
  for (std::size_t step = 0; step < limit; ++step) {
    std::vector<int> taken;
    for (int g = 0; g < groups; ++g) {
      if (ended[g]) continue;
      const std::vector<float>& row = table[paths[g].empty() ? 1 : paths[g].back()];
      const auto value = [&](int token) {
        return row[token] - by * static_cast<float>(std::ranges::count(taken, token));
      };
      int best = 0;
      for (int token = 0; token < static_cast<int>(row.size()); ++token) {
        if (token != 1 && value(token) > value(best)) best = token;
      }
      if (best == 2) {
        ended[g] = true;
      } else {
        paths[g].push_back(best);
        taken.push_back(best);
      }
    }
  }
  return {paths.begin(), paths.end()};
}

TEST(DiverseBeamSearch, GroupsOfOneAreTheFormula) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const auto table = MarkovStepper::random_table(9, seed, 1);
    for (const float diversity : {0.0F, 0.3F, 2.0F, 100.0F}) {
      SearchRules rules = grouped(4, 4, diversity);
      rules.options.no_loop_guard = true;
      std::set<std::vector<int>> found;
      for (const Hypothesis& h : find(table, rules)) found.insert(h.tokens);
      EXPECT_EQ(found, greedy_groups(table, 4, diversity, 18)) << seed << " " << diversity;
    }
  }
}

TEST(DiverseBeamSearch, ManyGroupsFindOtherTranslations) {
  std::size_t plain = 0, diverse = 0;
  const auto beginnings = [](const std::vector<Hypothesis>& list) {
    std::set<int> first;
    for (const Hypothesis& h : list) first.insert(h.tokens.empty() ? 2 : h.tokens[0]);
    return first.size();
  };
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const auto table = MarkovStepper::random_table(30, seed, 1);
    plain += beginnings(find(table, ruled(6, 6)));
    const auto found = find(table, grouped(6, 3, 2));
    diverse += beginnings(found);
    std::set<std::vector<int>> distinct;
    for (std::size_t i = 0; i < found.size(); ++i) {
      distinct.insert(found[i].tokens);
      EXPECT_GE(found[i == 0 ? 0 : i - 1].score, found[i].score);
    }
    EXPECT_EQ(distinct.size(), found.size());
  }
  EXPECT_GT(diverse, plain);
}

TEST(DiverseBeamSearch, WithoutDiversityGroupsAreAlike) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto table = MarkovStepper::random_table(9, seed);
    const auto alike = find(table, grouped(6, 3, 0)), one = find(table, ruled(2, 2));
    ASSERT_EQ(alike.size(), one.size());
    for (std::size_t i = 0; i < one.size(); ++i) EXPECT_EQ(alike[i].tokens, one[i].tokens);
  }
}

TEST(SearchRules, NeighboursDoNotMatterWithAllOfThem) {
  std::vector<MarkovStepper::Table> tables;
  std::vector<int> lengths;
  for (int b = 0; b < 8; ++b) {
    tables.push_back(MarkovStepper::random_table(9, b));
    lengths.push_back(2 + b * 5 % 7);
  }
  SearchRules rules = grouped(6, 3, 0.7F);
  rules.options.min_length_factor = 0.8F;
  rules.options.coverage_penalty = 0.2F;
  rules.options.repetition_penalty = 1.2F;
  rules.no_repeat_ngram = 3;
  MarkovStepper together(tables, lengths);
  const auto all = beam_search(together, rules);
  for (int b = 0; b < 8; ++b) {
    MarkovStepper alone({tables[b]}, {lengths[b]});
    const auto one = beam_search(alone, rules)[0];
    ASSERT_EQ(one.size(), all[b].size());
    for (std::size_t i = 0; i < one.size(); ++i) {
      EXPECT_EQ(one[i].tokens, all[b][i].tokens);
      EXPECT_EQ(one[i].score, all[b][i].score);
    }
  }
}

TEST(SearchRules, RefuseWhatCannotBe) {
  const auto table = MarkovStepper::random_table(5, 0);
  expect_error<UsageError>([&] { find(table, grouped(6, 4, 1)); }, "found 4 groups");
  SearchRules drawn = grouped(4, 2, 1);
  drawn.sampling = Sampling{};
  expect_error<UsageError>([&] { find(table, drawn); }, "found sampling");
}

}  // namespace
}  // namespace heed
