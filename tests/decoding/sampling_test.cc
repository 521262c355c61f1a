#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "decoding/beam_search.h"
#include "decoding/markov_stepper.h"
#include "decoding/policies.h"

namespace heed {
namespace {

SearchRules drawing(const Sampling& sampling, int draws = 1) {
  SearchRules rules;
  rules.options.beam_size = rules.n_best = draws;
  rules.sampling = sampling;
  return rules;
}

std::vector<Choice> random_choices(std::uint64_t seed, int count = 9) {
  const std::vector<float> row = MarkovStepper::random_table(count, seed)[3];
  std::vector<Choice> choices;
  for (int token = 0; token < count; ++token) choices.push_back({token, row[token]});
  return choices;
}

double mass(const std::vector<Choice>& choices, double temperature) {
  return std::accumulate(choices.begin(), choices.end(), 0.0, [&](double sum, const Choice& c) {
    return sum + std::exp(static_cast<double>(c.log_probability) / temperature);
  });
}

TEST(Nucleus, IsTheSmallestSetOfTheLikeliestWithTheShare) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    for (const float temperature : {0.5F, 1.0F, 3.0F}) {
      for (const float share : {0.0F, 0.1F, 0.5F, 0.9F, 0.999F}) {
        const std::vector<Choice> all = random_choices(seed);
        std::vector<Choice> kept = all;
        keep_nucleus(kept, share, temperature);
        const double total = mass(all, temperature), wanted = share * total;
        ASSERT_FALSE(kept.empty());
        EXPECT_GT(mass(kept, temperature), wanted - 1e-9 * total);
        std::vector<Choice> fewer(kept.begin(), kept.end() - 1);
        EXPECT_LT(mass(fewer, temperature), wanted + 1e-9 * total);
        for (const Choice& other : all) {
          const bool is_kept = std::ranges::count(kept, other.token, &Choice::token) > 0;
          EXPECT_TRUE(is_kept || other.log_probability <= kept.back().log_probability);
        }
      }
    }
  }
}

TEST(Nucleus, OfAllIsAllAsItStands) {
  std::vector<Choice> choices = random_choices(3);
  keep_nucleus(choices, 1, 0.5F);
  const std::vector<Choice> all = random_choices(3);
  EXPECT_TRUE(std::ranges::equal(choices, all, {}, &Choice::token, &Choice::token));
}

TEST(Draw, FollowsTheTemperature) {
  const std::vector<Choice> choices{{3, std::log(0.1F)}, {4, std::log(0.3F)}};
  for (const double temperature : {0.5, 1.0, 2.0}) {
    const double a = std::pow(0.1, 1 / temperature), b = std::pow(0.3, 1 / temperature);
    Random random(1);
    int threes = 0;
    for (int i = 0; i < 10000; ++i) {
      threes += draw(choices, static_cast<float>(temperature), random).token == 3;
    }
    const double p = a / (a + b);
    EXPECT_NEAR(threes, 10000 * p, 4 * std::sqrt(10000 * p * (1 - p)));
  }
}

TEST(Draw, IsGreedyInTheCold) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const std::vector<Choice> choices = random_choices(seed);
    Random random(seed);
    const auto best = std::ranges::max_element(choices, {}, &Choice::log_probability);
    EXPECT_EQ(draw(choices, 0.001F, random).token, best->token);
  }
}

TEST(Sampling, DrawsOnlyFromTheNucleus) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const MarkovStepper::Table table = MarkovStepper::random_table(9, seed, 1);
    MarkovStepper stepper({table}, {9});
    const auto found = beam_search(stepper, drawing({0, seed, 0.6F, 1.3F}, 20))[0];
    for (const Hypothesis& h : found) {
      int last = 1;
      for (const int token : h.tokens) {
        std::vector<Choice> nucleus;
        for (int next = 0; next < 9; ++next) {
          if (next != 1) nucleus.push_back({next, table[last][next]});
        }
        keep_nucleus(nucleus, 0.6F, 1.3F);
        EXPECT_EQ(std::ranges::count(nucleus, token, &Choice::token), 1);
        last = token;
      }
      EXPECT_FLOAT_EQ(h.word_scores[0], table[1][h.tokens.empty() ? 2 : h.tokens[0]])
          << "the model's own log p";
    }
  }
}

/// Top-k comes before the nucleus: of the two best tokens, with 0.4 and 0.3 of the mass, the first
/// has more than half of theirs.
TEST(Sampling, CutsToTheBestBeforeTheNucleus) {
  MarkovStepper::Table table(5,
                             {std::log(0.3F), -90, std::log(0.1F), std::log(0.4F), std::log(0.2F)});
  MarkovStepper stepper({table}, {4});
  const auto first = beam_search(stepper, drawing({2, 1, 0.5F, 1}, 30))[0];
  for (const Hypothesis& h : first) {
    EXPECT_EQ(std::ranges::count(h.tokens, 3), std::ssize(h.tokens));
  }
  MarkovStepper other({table}, {4});
  std::map<int, int> seen;
  const auto second = beam_search(other, drawing({0, 1, 0.5F, 1}, 30))[0];
  for (const Hypothesis& h : second) {
    for (const int token : h.tokens) ++seen[token];
  }
  EXPECT_EQ(seen.size(), 2U) << "0.4 and 0.3 of all together are more than half";
}

TEST(Sampling, NeighboursDoNotMatterWithAnyOfItsRules) {
  const MarkovStepper::Table table = MarkovStepper::random_table(8, 2, 0.5);
  SearchRules rules = drawing({5, 7, 0.8F, 0.7F}, 3);
  rules.options.repetition_penalty = 1.3F;
  const std::vector<std::uint64_t> numbers{17, 5, 99}, one{5};
  MarkovStepper many({table, table, table}, {9, 9, 9}), single({table}, {9});
  const auto all = beam_search(many, rules, {{}, numbers});
  const auto alone = beam_search(single, rules, {{}, one})[0];
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(alone.at(i).tokens, all[1].at(i).tokens);
    EXPECT_EQ(alone.at(i).word_scores, all[1].at(i).word_scores);
  }
}

}  // namespace
}  // namespace heed
