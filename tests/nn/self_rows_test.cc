#include "nn/self_rows.h"

#include <array>
#include <string>

#include "support/on_backends.h"
#include "util/random.h"

namespace heed {
namespace {

class SelfRowsTest : public OnBackends {};
INSTANTIATE_TEST_SUITE_P(Backends, SelfRowsTest, every_backend(), backend_name);

std::vector<int> first_keys(const AttentionSpans& spans) {
  std::vector<int> result;
  for (const AttentionSpan& span : spans.rows.host) result.push_back(span.first_key);
  return result;
}

std::vector<int> keys(const AttentionSpans& spans) {
  std::vector<int> result;
  for (const AttentionSpan& span : spans.rows.host) result.push_back(span.keys);
  return result;
}

TEST_P(SelfRowsTest, SentencesWithinReach) {
  Tape tape(backend());
  constexpr std::array offsets = {0, 4, 6};
  const SelfRows both = sentence_rows(tape, offsets, false, 1);
  EXPECT_EQ(first_keys(both.spans), (std::vector{0, 0, 1, 2, 4, 4}));
  EXPECT_EQ(keys(both.spans), (std::vector{2, 3, 3, 2, 2, 2}));
  const SelfRows causal = sentence_rows(tape, offsets, true, 2);
  EXPECT_EQ(first_keys(causal.spans), (std::vector{0, 0, 0, 1, 4, 4}));
  EXPECT_EQ(keys(causal.spans), (std::vector{1, 2, 3, 3, 1, 2}));
  EXPECT_EQ(std::vector(causal.places.host.begin(), causal.places.host.end()),
            (std::vector{0, 1, 2, 3, 0, 1}));
  EXPECT_EQ(keys(sentence_rows(tape, offsets, true).spans), (std::vector{1, 2, 3, 4, 1, 2}));
  EXPECT_FALSE(causal.one_step());
}

/// A cache of names: each row is called after all tokens up to its own. Whatever is forgotten, a
/// hypothesis must find the names of its own last tokens.
void expect_own_past(Backend& backend, int reach) {
  constexpr int kRows = 3;
  Past past(1, reach);
  std::vector<std::string> cache, names(1);
  Random random(4);
  std::size_t largest = 0;
  for (int step = 0; step < 60; ++step) {
    std::vector<int> parents;
    for (int row = 0; row < (step == 30 ? 1 : kRows); ++row) {
      parents.push_back(static_cast<int>(random.below(names.size())));
    }
    Tape tape(backend);
    const SelfRows rows = past.advance(tape, tape.keep(parents));
    if (!rows.kept.empty()) {
      std::vector<std::string> kept;
      for (const int row : rows.kept.host) kept.push_back(cache.at(row));
      cache = kept;
    }
    std::vector<std::string> next;
    for (std::size_t row = 0; row < parents.size(); ++row) {
      next.push_back(names[parents[row]] + static_cast<char>('a' + random.below(26)));
      cache.push_back(next.back());
    }
    names = next;
    for (std::size_t row = 0; row < names.size(); ++row) {
      const AttentionSpan& span = rows.spans.rows.host[row];
      ASSERT_EQ(rows.places.host[row], step);
      ASSERT_EQ(span.keys, std::min(reach, step) + 1);
      for (int key = 0; key < span.keys; ++key) {
        ASSERT_EQ(cache.at(rows.spans.key_rows.host[span.first_key + key]),
                  names[row].substr(0, step + 2 - span.keys + key));
      }
    }
    largest = std::max(largest, cache.size());
  }
  if (reach < 60) {
    EXPECT_LE(largest, static_cast<std::size_t>(kRows * (4 * reach + 1)));
  }
}

TEST_P(SelfRowsTest, HypothesesFindTheirPastInABoundedCache) {
  for (const int reach : {1, 4, kUnlimited}) expect_own_past(backend(), reach);
}

TEST_P(SelfRowsTest, NoPastIsKeptWhereNoneIsSeen) {
  Past past(2, 0);
  for (int step = 0; step < 3; ++step) {
    Tape tape(backend());
    const SelfRows rows = past.advance(tape, tape.keep(std::vector{1, 0}));
    EXPECT_EQ(keys(rows.spans), (std::vector{1, 1}));
    EXPECT_EQ(rows.places.host[0], step);
    EXPECT_TRUE(rows.one_step());
    EXPECT_EQ(std::vector(rows.offsets.host.begin(), rows.offsets.host.end()),
              (std::vector{0, 1, 2}));
  }
}

}  // namespace
}  // namespace heed
