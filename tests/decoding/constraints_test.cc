#include "decoding/constraints.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "decoding/beam_search.h"
#include "decoding/markov_stepper.h"
#include "decoding/policies.h"
#include "support/expect_error.h"

namespace heed {
namespace {

using Phrases = std::vector<std::vector<int>>;

/// Whether the tokens have the phrase and no token that goes on with its last word.
bool has_phrase(const std::vector<int>& tokens, const std::vector<int>& phrase,
                const std::vector<bool>& continues = {}) {
  for (auto from = tokens.begin();; ++from) {
    from = std::search(from, tokens.end(), phrase.begin(), phrase.end());
    if (from == tokens.end()) return false;
    const auto behind = from + std::ssize(phrase);
    if (behind == tokens.end() || continues.empty() || !continues[*behind]) return true;
  }
}

ConstraintState after_all(const Constraints& constraints, const std::vector<int>& tokens) {
  ConstraintState state = constraints.start();
  for (const int token : tokens) state = constraints.after(state, token);
  return state;
}

TEST(Constraints, CountWhatIsMissing) {
  const Constraints two({{5, 6, 7}, {8}}, {});
  EXPECT_EQ(two.start().missing, 4);
  EXPECT_EQ(after_all(two, {5, 6}).missing, 2);
  EXPECT_EQ(after_all(two, {5, 6, 5}).missing, 3);
  EXPECT_EQ(after_all(two, {8, 5, 6, 7}).missing, 0);
  EXPECT_EQ(after_all(two, {8, 5, 6, 7, 9, 9}).missing, 0);
  EXPECT_EQ(two.next(two.start()), (std::vector<int>{5, 8}));
  EXPECT_EQ(two.next(after_all(two, {8, 5})), std::vector<int>{6});
}

TEST(Constraints, PhrasesMayOverlap) {
  const Constraints chain({{5, 6}, {6, 7}, {6}}, {});
  EXPECT_EQ(after_all(chain, {5, 6, 7}).missing, 0);
  const Constraints again({{5, 5, 6}}, {});
  EXPECT_EQ(after_all(again, {5, 5, 5, 6}).missing, 0);
  const Constraints inner({{5, 6, 7, 8}, {6, 9}}, {});
  EXPECT_EQ(after_all(inner, {5, 6, 9}).missing, 4);
  const Constraints parts({{5}, {4, 5, 6}, {5}, {5, 6}}, {});
  EXPECT_EQ(parts.start().missing, 3) << "what has one of them has all";
  EXPECT_EQ(after_all(parts, {4, 5, 6}).missing, 0);
}

TEST(Constraints, WordsThatGoOnAreOthers) {
  const std::vector<bool> continues{false, false, false, false, false, false, true, true};
  const Constraints one({{5}}, continues);
  EXPECT_EQ(after_all(one, {5}).missing, 0) << "it may end here";
  EXPECT_EQ(after_all(one, {5, 6}).missing, 1);
  EXPECT_EQ(after_all(one, {5, 6, 5, 4}).missing, 0);
  const Constraints both({{5}, {5, 6}}, continues);
  EXPECT_EQ(after_all(both, {5}).missing, 2) << "one of them, not both";
  EXPECT_EQ(after_all(both, {5, 6}).missing, 1);
  EXPECT_EQ(after_all(both, {5, 6, 5}).missing, 0);
  const Constraints inside({{6}}, continues);  // begins in a word, so that words don't count
  EXPECT_EQ(after_all(inside, {5, 6, 7}).missing, 0);
}

TEST(Constraints, SomeNextTokenAlwaysHelps) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    std::vector<bool> continues(8);
    for (int token = 5; token < 8; ++token) continues[token] = seed % 3 != 0;
    Phrases phrases;
    for (int i = static_cast<int>(random.below(4)); i >= 0; --i) {
      std::vector<int>& phrase = phrases.emplace_back(1 + random.below(4));
      for (int& token : phrase) token = 3 + static_cast<int>(random.below(5));
      phrase[0] = 3 + static_cast<int>(random.below(2));
    }
    const Constraints constraints(phrases, continues);
    std::vector<int> text;
    for (int i = static_cast<int>(random.below(8)); i > 0; --i) {
      text.push_back(3 + static_cast<int>(random.below(5)));
    }
    ConstraintState state = after_all(constraints, text);
    while (state.missing > 0) {
      const std::vector<int> next = constraints.next(state);
      ASSERT_FALSE(next.empty());
      const int before = state.missing;
      for (const int token : next) EXPECT_LT(constraints.after(state, token).missing, before);
      text.push_back(next[random.below(next.size())]);
      state = constraints.after(state, text.back());
    }
    for (const std::vector<int>& phrase : phrases) {
      EXPECT_TRUE(has_phrase(text, phrase, continues)) << seed;
    }
  }
}

TEST(Constraints, BanksShareTheBeam) {
  const auto allocate = [](int width, const std::vector<int>& candidates) {
    return allocate_beam(width, candidates);
  };
  EXPECT_EQ(allocate(6, {9, 9, 9}), (std::vector<int>{2, 2, 2}));
  EXPECT_EQ(allocate(8, {9, 9, 9}), (std::vector<int>{4, 2, 2}));
  EXPECT_EQ(allocate(6, {0, 1, 9}), (std::vector<int>{0, 1, 5}));
  EXPECT_EQ(allocate(2, {0, 1, 9, 9}), (std::vector<int>{0, 1, 1, 0}));
  EXPECT_EQ(allocate(6, {1, 0, 2}), (std::vector<int>{1, 0, 2}));
}

/// What differs between runs of the property below.
struct Setting {
  int beam, groups;
  SearchStyle like;
};

SearchRules rules_of(const Setting& run, int vocabulary) {
  SearchRules rules;
  rules.options.beam_size = rules.n_best = run.beam;
  rules.options.beam_groups = run.groups;
  rules.options.like = run.like;
  rules.forbidden = {0};
  rules.no_repeat_ngram = 2;
  rules.continues = std::vector<bool>(vocabulary, false);
  rules.continues[10] = rules.continues[11] = true;
  return rules;
}

/// Phrases of one to three tokens, overlapping now and then; sometimes none.
Phrases random_phrases(Random& random) {
  Phrases phrases;
  for (int i = static_cast<int>(random.below(4)); i > 0; --i) {
    std::vector<int>& phrase = phrases.emplace_back(1 + random.below(3));
    for (int& token : phrase) token = 3 + static_cast<int>(random.below(9));
    phrase[0] = 3 + static_cast<int>(random.below(4));
  }
  return phrases;
}

TEST(ConstrainedSearch, EveryTranslationHasAllPhrases) {
  constexpr int kSentences = 12;
  for (const Setting& run :
       {Setting{1, 1, SearchStyle::kHeed}, Setting{2, 1, SearchStyle::kHeed},
        Setting{3, 1, SearchStyle::kMarian}, Setting{5, 1, SearchStyle::kHeed},
        Setting{6, 3, SearchStyle::kHeed}, Setting{8, 1, SearchStyle::kHeed}}) {
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
      const int vocabulary = seed % 2 == 0 ? 12 : 60;
      Random random(seed);
      std::vector<MarkovStepper::Table> tables;
      std::vector<int> lengths;
      std::vector<Phrases> phrases;
      Phrases prefixes;
      for (int b = 0; b < kSentences; ++b) {
        tables.push_back(MarkovStepper::random_table(vocabulary, 100 * seed + b));
        lengths.push_back(6 + b % 5);
        phrases.push_back(random_phrases(random));
        prefixes.emplace_back(b % 3, 4);
      }
      const SearchRules rules = rules_of(run, vocabulary);
      MarkovStepper stepper(tables, lengths);
      const auto found = beam_search(stepper, rules, {prefixes, {}, {}, phrases});
      for (int b = 0; b < kSentences; ++b) {
        MarkovStepper single({tables[b]}, {lengths[b]});
        const std::vector<Phrases> own{phrases[b]};
        const Phrases prefix{prefixes[b]};
        const auto alone = beam_search(single, rules, {prefix, {}, {}, own})[0];
        ASSERT_FALSE(found[b].empty());
        ASSERT_EQ(alone.size(), found[b].size());
        for (std::size_t i = 0; i < alone.size(); ++i) {
          const std::vector<int>& tokens = found[b][i].tokens;
          EXPECT_EQ(alone[i].tokens, tokens) << "neighbours don't matter";
          EXPECT_TRUE(found[b][i].unmet.empty());
          EXPECT_TRUE(std::equal(prefix[0].begin(), prefix[0].end(), tokens.begin()));
          for (const std::vector<int>& phrase : phrases[b]) {
            EXPECT_TRUE(has_phrase(tokens, phrase, rules.continues)) << seed << " " << run.beam;
          }
        }
      }
    }
  }
}

std::vector<Hypothesis> search_with(const MarkovStepper::Table& table, const SearchRules& rules,
                                    const Phrases& phrases, const std::vector<int>& prefix = {}) {
  MarkovStepper stepper({table}, {4});
  const std::vector<Phrases> constraints{phrases};
  const Phrases prefixes{prefix};
  return beam_search(stepper, rules, {prefixes, {}, {}, constraints})[0];
}

TEST(ConstrainedSearch, WithoutPhrasesIsTheSearch) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const auto table = MarkovStepper::random_table(9, seed);
    SearchRules rules;
    rules.options.beam_size = 4;
    MarkovStepper stepper({table}, {4});
    const Hypothesis plain = beam_search(stepper, rules)[0][0];
    for (const Phrases& none : {Phrases(), Phrases(1)}) {
      const Hypothesis found = search_with(table, rules, none)[0];
      EXPECT_EQ(found.tokens, plain.tokens);
      EXPECT_EQ(found.score, plain.score);
    }
  }
}

/// With all of the tree in the beam, the best translation that has the phrases is found.
TEST(ConstrainedSearch, AWideBeamFindsTheBestThatHasThem) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto table = MarkovStepper::random_table(5, seed);
    SearchRules rules;
    rules.options.beam_size = rules.n_best = 400;
    rules.options.max_length = 4;
    MarkovStepper stepper({table}, {4});
    const auto all = beam_search(stepper, rules)[0];
    const Phrases phrases{{3, 4}, {4}};
    const auto best = std::ranges::find_if(
        all, [&](const Hypothesis& h) { return has_phrase(h.tokens, phrases[0]); });
    rules.n_best = 1;
    const Hypothesis found = search_with(table, rules, phrases)[0];
    EXPECT_EQ(found.tokens, best->tokens) << seed;
    EXPECT_EQ(found.score, best->score);
  }
}

TEST(ConstrainedSearch, SaysWhatCannotBe) {
  const auto table = MarkovStepper::random_table(9, 1);
  SearchRules rules;
  rules.options.beam_size = 3;
  rules.options.max_length = 4;
  rules.forbidden = {0};
  const Phrases phrases{{4, 0}, {3, 4, 5}, {6, 7}, {8}};
  const Hypothesis found = search_with(table, rules, phrases)[0];
  EXPECT_EQ(found.unmet, (std::vector<int>{0, 2})) << "forbidden, and too long beside the others";
  EXPECT_TRUE(has_phrase(found.tokens, phrases[1]) && has_phrase(found.tokens, phrases[3]));
  // A prefix takes its room, and may have some itself.
  const Hypothesis forced = search_with(table, rules, {{7, 5}, {3, 3}, {6}}, {7, 5, 7})[0];
  EXPECT_EQ(forced.unmet, std::vector<int>{1});
  EXPECT_EQ(forced.tokens, (std::vector<int>{7, 5, 7, 6}));
}

TEST(ConstrainedSearch, RefusesToDraw) {
  SearchRules rules;
  rules.sampling = Sampling{};
  expect_error<UsageError>([&] { search_with(MarkovStepper::random_table(9, 1), rules, {{4}}); },
                           "found sampling");
}

}  // namespace
}  // namespace heed
