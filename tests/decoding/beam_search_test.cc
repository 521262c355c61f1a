#include "decoding/beam_search.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "decoding/markov_stepper.h"
#include "support/expect_error.h"

namespace heed {
namespace {

using Table = MarkovStepper::Table;

constexpr float kNever = -std::numeric_limits<float>::infinity();

SearchRules rules(int beam, int n_best = 1, float normalize = 0) {
  SearchRules rules;
  rules.options.beam_size = beam;
  rules.options.normalize = normalize;
  rules.n_best = n_best;
  return rules;
}

/// Short limits, so that all translations can be listed.
SearchRules short_rules(int beam, int n_best, float normalize, int max_length = 3) {
  SearchRules result = rules(beam, n_best, normalize);
  result.options.max_length = max_length;
  return result;
}

std::vector<Hypothesis> search(const Table& table, const SearchRules& rules,
                               const std::vector<int>& prefix = {}) {
  MarkovStepper stepper({table}, {4});
  const std::vector<std::vector<int>> prefixes{prefix};
  return beam_search(stepper, rules, {prefixes, {}})[0];
}

/// All translations of at most `limit` tokens, best first.
void list_all(const Table& table, int limit, float a, Hypothesis& path, int last,
              std::vector<Hypothesis>& all) {
  Hypothesis ended = path;
  ended.log_probability += static_cast<double>(table[last][2]);
  const int length = static_cast<int>(path.tokens.size()) + 1;
  ended.score = static_cast<float>(normalized_score(ended.log_probability, length, a));
  all.push_back(ended);
  if (length > limit) return;
  for (int token = 0; token < static_cast<int>(table.size()); ++token) {
    if (token == 1 || token == 2) continue;
    Hypothesis longer = path;
    longer.tokens.push_back(token);
    longer.log_probability += static_cast<double>(table[last][token]);
    list_all(table, limit, a, longer, token, all);
  }
}

std::vector<Hypothesis> exhaustive(const Table& table, int limit, float a) {
  std::vector<Hypothesis> all;
  Hypothesis root;
  list_all(table, limit, a, root, 1, all);
  std::ranges::stable_sort(all, [](const auto& x, const auto& y) { return x.score > y.score; });
  return all;
}

void expect_same(const Hypothesis& a, const Hypothesis& b) {
  EXPECT_EQ(a.tokens, b.tokens);
  EXPECT_EQ(a.log_probability, b.log_probability);
  EXPECT_EQ(a.score, b.score);
  EXPECT_EQ(a.word_scores, b.word_scores);
  EXPECT_EQ(a.attention, b.attention);
}

TEST(BeamSearch, WideBeamFindsTheBestOfAllTranslations) {
  for (const float normalize : {0.0F, 0.6F, 1.0F}) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const Table table = MarkovStepper::random_table(5, seed);
      const auto all = exhaustive(table, 3, normalize);
      ASSERT_EQ(all.size(), 1U + 3 + 9 + 27);
      const auto found = search(table, short_rules(40, 40, normalize));
      ASSERT_EQ(found.size(), all.size());
      for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(found[i].tokens, all[i].tokens) << "seed " << seed << ", place " << i;
        EXPECT_NEAR(found[i].score, all[i].score, 1e-6);
      }
    }
  }
}

TEST(BeamSearch, StopsOnlyWhenNothingBetterCanCome) {
  // Without length normalisation the early end is exact: as good as a search that never ends early.
  int early = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const Table table = MarkovStepper::random_table(8, seed, 1.5);
    MarkovStepper quick({table}, {9}), slow({table}, {9});
    const auto found = beam_search(quick, rules(6))[0];
    const auto all = beam_search(slow, rules(6, 6))[0];
    expect_same(found[0], all[0]);
    early += quick.rows_per_step.size() < slow.rows_per_step.size();
  }
  EXPECT_GT(early, 25);
}

TEST(BeamSearch, BeamOfOneIsGreedy) {
  for (const float normalize : {0.0F, 1.0F}) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      const Table table = MarkovStepper::random_table(7, seed);
      std::vector<int> greedy;
      for (int last = 1; greedy.size() < 14;) {
        last = static_cast<int>(std::ranges::max_element(table[last]) - table[last].begin());
        if (last == 2) break;
        greedy.push_back(last);
      }
      SearchRules bare = rules(1, 1, normalize);
      bare.options.no_loop_guard = true;
      EXPECT_EQ(search(table, bare)[0].tokens, greedy);
    }
  }
}

TEST(BeamSearch, NeighboursDoNotMatter) {
  std::vector<Table> tables;
  std::vector<int> lengths;
  for (int b = 0; b < 12; ++b) {
    tables.push_back(MarkovStepper::random_table(9, b));
    lengths.push_back(2 + b * 5 % 7);
  }
  SearchRules some = rules(4, 3, 0.6F);
  some.attention = true;
  MarkovStepper together(tables, lengths);
  const auto all = beam_search(together, some);
  std::vector<Table> backwards(tables.rbegin(), tables.rend());
  MarkovStepper reversed(backwards, {lengths.rbegin(), lengths.rend()});
  const auto turned = beam_search(reversed, some);
  for (int b = 0; b < 12; ++b) {
    MarkovStepper alone({tables[b]}, {lengths[b]});
    const auto one = beam_search(alone, some)[0];
    ASSERT_EQ(one.size(), all[b].size());
    for (std::size_t i = 0; i < one.size(); ++i) {
      expect_same(all[b][i], one[i]);
      expect_same(turned[11 - b][i], one[i]);
    }
  }
}

TEST(BeamSearch, FinishedSentencesLeaveTheBatch) {
  // The first sentence always ends at once, the second never does.
  const Table ends(4, {kNever, kNever, 0, kNever}), goes_on(4, {kNever, kNever, kNever, 0});
  MarkovStepper stepper({ends, goes_on}, {3, 3});
  const auto found = beam_search(stepper, rules(2));
  EXPECT_EQ(found[0][0].tokens, std::vector<int>());
  EXPECT_EQ(found[1][0].tokens, std::vector<int>(13, 3));
  std::vector<int> rows(14, 1);
  rows[0] = 2;
  EXPECT_EQ(stepper.rows_per_step, rows);
}

TEST(BeamSearch, ListIsSortedAndDistinct) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto found = search(MarkovStepper::random_table(6, seed), rules(8, 8, 0.8F));
    ASSERT_EQ(found.size(), 8U);
    std::set<std::vector<int>> distinct;
    for (std::size_t i = 0; i < found.size(); ++i) {
      distinct.insert(found[i].tokens);
      EXPECT_GE(found[i == 0 ? 0 : i - 1].score, found[i].score);
    }
    EXPECT_EQ(distinct.size(), found.size());
  }
}

TEST(BeamSearch, ScoresAreThoseOfTheTokens) {
  const Table table = MarkovStepper::random_table(6, 3);
  for (const Hypothesis& h : search(table, rules(5, 5, 0.6F))) {
    double sum = 0;
    int last = 1;
    std::vector<int> with_end = h.tokens;
    with_end.push_back(2);
    ASSERT_EQ(h.word_scores.size(), with_end.size());
    for (std::size_t i = 0; i < with_end.size(); last = with_end[i++]) {
      EXPECT_EQ(h.word_scores[i], table[last][with_end[i]]);
      sum += static_cast<double>(h.word_scores[i]);
    }
    EXPECT_DOUBLE_EQ(h.log_probability, sum);
    EXPECT_FLOAT_EQ(h.score, static_cast<float>(sum / std::pow(with_end.size(), 0.6F)));
  }
}

TEST(BeamSearch, EqualTranslationsComeInOrderOfTokens) {
  const Table uniform(5, std::vector<float>(5, std::log(0.2F)));
  const auto found = search(uniform, short_rules(3, 3, 0, 1));
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].tokens, std::vector<int>());
  EXPECT_EQ(found[1].tokens, std::vector<int>{0});
  EXPECT_EQ(found[2].tokens, std::vector<int>{1});
}

TEST(BeamSearch, LengthNormalisationPrefersLongerOnes) {
  Table table(5, std::vector<float>(5, kNever));
  table[1][2] = std::log(0.4F);  // at once, or 3 4 3 4 … with two ends
  table[1][3] = std::log(0.6F);
  table[3][4] = 0;
  table[4][2] = table[4][3] = std::log(0.5F);
  EXPECT_EQ(search(table, rules(4, 1, 0))[0].tokens, std::vector<int>());
  EXPECT_EQ(search(table, rules(4, 1, 1))[0].tokens.size(), 14U);
}

TEST(BeamSearch, LongerOnesHaveTheirChanceUntilTheBeamIsFull) {
  // One ends at once; the other looks worse for long, but ends with a better score.
  Table table(13, std::vector<float>(13, kNever));
  table[1][2] = std::log(0.74F);
  table[1][3] = std::log(0.26F);
  for (int token = 3; token < 12; ++token) table[token][token + 1] = 0;
  table[12][2] = 0;
  EXPECT_EQ(search(table, rules(4, 1, 1))[0].tokens.size(), 10U);
}

TEST(BeamSearch, TranslationsEndOnlyAmongTheBest) {
  // To end at once is the third best way of a beam of two, though the likeliest translation.
  Table table(5,
              std::vector<float>{kNever, kNever, std::log(0.05F), std::log(0.5F), std::log(0.45F)});
  table[1] = {kNever, kNever, std::log(0.1F), std::log(0.46F), std::log(0.44F)};
  for (const Hypothesis& h : search(table, rules(2, 2))) EXPECT_FALSE(h.tokens.empty());
  EXPECT_TRUE(search(table, rules(3))[0].tokens.empty());
}

TEST(BeamSearch, LimitIsTheSentencesOwn) {
  SearchOptions options;
  options.max_length_factor = 3;
  EXPECT_EQ(length_limit(options, {1}), 11);
  EXPECT_EQ(length_limit(options, {5}), 15);
  EXPECT_EQ(length_limit(options, {40}), 120);
  EXPECT_EQ(length_limit(options, {40, 200}), 120);  // prose: bytes don't count
  EXPECT_EQ(length_limit(options, {200}), 360);
  EXPECT_EQ(length_limit(options, {200, 1000}), 360);
  EXPECT_EQ(length_limit(options, {180, 180}), 120);  // a token a byte
  options.max_length = 50;
  EXPECT_EQ(length_limit(options, {40}), 50);
  options = {};
  options.max_length_factor = 1;
  EXPECT_EQ(length_limit(options, {200}), 210);
  options.max_length_factor = 1e30F;
  EXPECT_EQ(length_limit(options, {40}), 1'000'000'000);
}

TEST(BeamSearch, TranslationsAtTheLimitEndWithTheirProbabilityOfEnding) {
  Table table(4, {-50, -50, -3, -0.1F});
  const auto found = search(table, short_rules(2, 1, 0.6F, 5));
  EXPECT_EQ(found[0].tokens, std::vector<int>(5, 3));
  EXPECT_FLOAT_EQ(found[0].word_scores.back(), -3);
}

TEST(BeamSearch, PrefixIsKept) {
  const Table table = MarkovStepper::random_table(6, 8);
  const auto found = search(table, rules(4, 4, 0.6F), {4, 4, 5});
  ASSERT_EQ(found.size(), 4U);
  for (const Hypothesis& h : found) {
    ASSERT_GE(h.tokens.size(), 3U);
    EXPECT_EQ(std::vector(h.tokens.begin(), h.tokens.begin() + 3), (std::vector<int>{4, 4, 5}));
    EXPECT_FLOAT_EQ(h.word_scores[0], table[1][4]);
  }
  // A prefix over the limit raises it.
  const auto longer = search(table, short_rules(2, 1, 0, 2), {5, 5, 5});
  EXPECT_EQ(longer[0].tokens, (std::vector<int>{5, 5, 5}));
  // A prefix of what is found anyway changes nothing.
  const auto free = search(table, rules(4));
  const auto forced = search(table, rules(4), {free[0].tokens[0]});
  EXPECT_EQ(free[0].tokens, forced[0].tokens);
}

TEST(BeamSearch, ForbiddenTokensNeverComeAndLeaveTheirPlaceToOthers) {
  SearchRules some = rules(2, 2);
  some.forbidden = {0, 4, 5, 6};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Table likely = MarkovStepper::random_table(12, seed), never = likely;
    for (const int token : some.forbidden) {
      for (std::vector<float>& row : likely) row[token] = -0.01F;
      for (std::vector<float>& row : never) row[token] = kNever;
    }
    const auto expected = search(never, rules(2, 2)), found = search(likely, some);
    ASSERT_EQ(expected.size(), found.size());
    for (std::size_t i = 0; i < found.size(); ++i) expect_same(expected[i], found[i]);
  }
}

TEST(BeamSearch, NoNgramComesTwice) {
  Table table(6, {-2, -50, -9, -1, -3, -4});  // 3 3 3 3 … is likeliest
  SearchRules some = rules(3, 3);
  for (const int n : {1, 2, 3}) {
    some.no_repeat_ngram = n;
    for (const Hypothesis& h : search(table, some)) {
      std::set<std::vector<int>> seen;
      for (std::size_t i = 0; i + n <= h.tokens.size(); ++i) {
        EXPECT_TRUE(seen.insert({h.tokens.begin() + i, h.tokens.begin() + i + n}).second);
      }
    }
  }
}

TEST(BeamSearch, EndsEvenIfAllElseIsForbidden) {
  SearchRules some = rules(2);
  some.forbidden = {0, 1, 3};
  const auto found = search(Table(4, {-1, -1, -9, -1}), some);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].tokens, std::vector<int>());
}

TEST(BeamSearch, AttentionBelongsToTheTokenItChose) {
  SearchRules some = rules(3, 3);
  some.attention = true;
  for (const Hypothesis& h : search(MarkovStepper::random_table(6, 1), some)) {
    ASSERT_EQ(h.attention.size(), h.tokens.size() + 1);
    for (std::size_t t = 0; t < h.attention.size(); ++t) EXPECT_EQ(h.attention[t][t % 4], 1);
  }
}

/// How often each beginning of two tokens (with </s>) is drawn.
std::map<std::vector<int>, int> drawn_beginnings(const Table& table, int top_k, int draws) {
  SearchRules some = rules(1);
  some.sampling = Sampling{top_k, 1};
  MarkovStepper stepper(std::vector<Table>(draws, table), std::vector<int>(draws, 4));
  std::map<std::vector<int>, int> counts;
  for (const auto& found : beam_search(stepper, some)) {
    std::vector<int> tokens = found[0].tokens;
    tokens.push_back(2);
    tokens.resize(2, 2);
    ++counts[tokens];
  }
  return counts;
}

TEST(Sampling, DrawsTokensAsOftenAsTheyAreLikely) {
  const Table table = MarkovStepper::random_table(5, 4, 0.7);
  constexpr int kDraws = 4000;
  auto counts = drawn_beginnings(table, 0, kDraws);
  for (const int first : {0, 3, 4}) {
    for (const int second : {0, 2, 3, 4}) {
      const double p = std::exp(static_cast<double>(table[1][first] + table[first][second]));
      const std::vector<int> both{first, second};
      EXPECT_NEAR(counts[both], kDraws * p, 4 * std::sqrt(kDraws * p * (1 - p))) << first << second;
    }
  }
}

TEST(Sampling, CanBeLimitedToTheLikeliestTokens) {
  const Table table = MarkovStepper::random_table(9, 4, 0.7);
  const auto counts = drawn_beginnings(table, 1, 200);
  ASSERT_EQ(counts.size(), 1U);
  std::vector<int> greedy = search(table, rules(1))[0].tokens;
  greedy.push_back(2);
  greedy.resize(2, 2);
  EXPECT_EQ(counts.begin()->first, greedy);
  EXPECT_LE(drawn_beginnings(table, 2, 200).size(), 4U);
}

TEST(Sampling, DependsOnSeedAndNumberAlone) {
  const Table table = MarkovStepper::random_table(8, 2, 0.5);
  SearchRules some = rules(4, 4);
  some.sampling = Sampling{};
  const std::vector<std::uint64_t> numbers{17, 5, 99}, one{5};
  MarkovStepper many({table, table, table}, {9, 9, 9}), single({table}, {9});
  const auto all = beam_search(many, some, {{}, numbers});
  const auto alone = beam_search(single, some, {{}, one})[0];
  ASSERT_EQ(alone.size(), 4U);
  for (int i = 0; i < 4; ++i) expect_same(alone[i], all[1][i]);
  EXPECT_NE(all[0][0].tokens, all[1][0].tokens);
  some.sampling->seed = 2;
  MarkovStepper other({table}, {9});
  EXPECT_NE(beam_search(other, some, {{}, one})[0][0].tokens, alone[0].tokens);
}

TEST(BeamSearch, RefusesWhatCannotBe) {
  const Table table = MarkovStepper::random_table(5, 0);
  expect_error<UsageError>([&] { search(table, rules(0)); }, "beam size of at least 1, found 0");
  expect_error<UsageError>([&] { search(table, rules(2, 3)); }, "1 to 2 (the beam size)");
  expect_error([] { search(Table(5, std::vector<float>(5, NAN)), rules(2)); }, "found NaN");
  const std::vector<std::uint64_t> numbers{1, 2};
  MarkovStepper stepper({table}, {4});
  expect_error([&] { beam_search(stepper, rules(1), {{}, numbers}); }, "1 sentences, found 2");
}

}  // namespace
}  // namespace heed
