#include "metrics/ter_edits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "support/expect_error.h"
#include "util/random.h"

namespace heed {
namespace {

using Words = std::vector<std::uint32_t>;

// Letters stand for words.
int edits(std::string_view hypothesis, std::string_view reference) {
  const Words h(hypothesis.begin(), hypothesis.end()), r(reference.begin(), reference.end());
  return count_ter_edits(h, r);
}

TEST(TerEdits, EditsOfEachKind) {
  EXPECT_EQ(edits("abcd", "abcd"), 0);
  EXPECT_EQ(edits("abd", "abcd"), 1);
  EXPECT_EQ(edits("abxcd", "abcd"), 1);
  EXPECT_EQ(edits("abxd", "abcd"), 1);
  EXPECT_EQ(edits("defghabc", "abcdefgh"), 1);  // one shift
  EXPECT_EQ(edits("bcda", "abcd"), 1);
  EXPECT_EQ(edits("xyz", "abc"), 3);
}

TEST(TerEdits, EmptySides) {
  EXPECT_EQ(edits("", "abc"), 3);
  EXPECT_EQ(edits("abc", ""), 3);
  EXPECT_EQ(edits("", ""), 0);
}

TEST(TerEdits, ShiftsAreLimitedToTenWords) {
  EXPECT_EQ(edits("abcdefghijklmnopqr", "mnopqrabcdefghijkl"), 1);  // six words to the front
  // Twelve words to the front: ten and then two.
  EXPECT_EQ(edits("abcdefghijklmnopqrstuvwx", "mnopqrstuvwxabcdefghijkl"), 2);
}

TEST(TerEdits, ShiftsAreLimitedToFiftyPlaces) {
  const auto first_word_to_the_end = [](std::uint32_t others) {
    Words hypothesis = {1000}, reference;
    for (std::uint32_t word = 0; word < others; ++word) {
      hypothesis.push_back(word);
      reference.push_back(word);
    }
    reference.push_back(1000);
    return count_ter_edits(hypothesis, reference);
  };
  EXPECT_EQ(first_word_to_the_end(50), 1);
  EXPECT_EQ(first_word_to_the_end(51), 2);  // a deletion and an insertion
}

TEST(TerEdits, NeverMoreThanPlainEditDistance) {
  Random random(11);
  for (int round = 0; round < 100; ++round) {
    Words h(random.below(25)), r(1 + random.below(25));
    for (auto& word : h) word = static_cast<std::uint32_t>(random.below(6));
    for (auto& word : r) word = static_cast<std::uint32_t>(random.below(6));
    std::vector<int> row(r.size() + 1);
    for (std::size_t j = 0; j <= r.size(); ++j) row[j] = static_cast<int>(j);
    for (std::uint32_t word : h) {
      int diagonal = row[0]++;
      for (std::size_t j = 1; j <= r.size(); ++j) {
        const int best =
            std::min({row[j] + 1, row[j - 1] + 1, diagonal + (word == r[j - 1] ? 0 : 1)});
        diagonal = row[j];
        row[j] = best;
      }
    }
    EXPECT_LE(count_ter_edits(h, r), row.back());
  }
}

/// A generator that any language can repeat.
class Congruential {
 public:
  std::uint32_t below(std::uint32_t n) {
    state_ = (state_ * 1103515245 + 12345) & 0x7FFFFFFF;
    return static_cast<std::uint32_t>(state_ >> 16) % n;
  }
  Words words(std::size_t length, std::uint32_t vocabulary) {
    Words words(length);
    for (auto& word : words) word = below(vocabulary);
    return words;
  }

 private:
  std::uint64_t state_ = 1;
};

int total_edits(int pairs, std::uint32_t longest, std::uint32_t vocabulary) {
  Congruential random;
  int total = 0;
  for (int i = 0; i < pairs; ++i) {
    const Words hypothesis = random.words(random.below(longest), vocabulary);
    const Words reference = random.words(1 + random.below(longest), vocabulary);
    total += count_ter_edits(hypothesis, reference);
  }
  return total;
}

// The totals are those of an independent implementation of Tercom's search in Python; the last
// one runs into the limits on the band and on the number of shifts.
TEST(TerEdits, ShiftsAreChosenAsTercomDoes) {
  EXPECT_EQ(total_edits(200, 20, 8), 2065);
  EXPECT_EQ(total_edits(40, 50, 12), 1032);
  EXPECT_EQ(total_edits(6, 150, 30), 496);
}

TEST(TerEdits, VeryDifferentLengthsStayWithinTheBand) {
  const Words one = {7}, many(400, 7);
  EXPECT_EQ(count_ter_edits(one, many), 399);
  EXPECT_EQ(count_ter_edits(many, one), 399);
}

TEST(TerEdits, SaysThatALineIsTooLong) {
  const Words long_line(4'000'000, 7);
  expect_error([&] { count_ter_edits(long_line, long_line); },
               "found one of 4000000 words against 4000000: TER needs 72.8 TiB");
}

}  // namespace
}  // namespace heed
