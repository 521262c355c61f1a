#include "translation/long_lines.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "util/strings.h"

namespace heed {
namespace {

/// Pieces given with blanks between them; "▁" begins a word.
std::vector<int> split(const std::string& text, int most) {
  std::vector<std::string> pieces;
  std::vector<int> words;
  for (const std::string_view piece : split_words(text)) {
    const int last = words.empty() ? -1 : words.back();
    words.push_back(piece.starts_with("▁") || words.empty() ? last + 1 : last);
    pieces.emplace_back(piece);
  }
  return split_pieces(pieces, words, most);
}

using Ends = std::vector<int>;

TEST(SplitPieces, CutsWhereItHurtsLeast) {
  EXPECT_EQ(split("▁a ▁b ▁c", 3), Ends{3});
  EXPECT_EQ(split("▁a ▁b . ▁c , ▁d ▁e f", 6), (Ends{5, 8}));   // not too early: at the comma
  EXPECT_EQ(split("▁a ▁b ▁c . ▁d , ▁e ▁f", 7), (Ends{4, 8}));  // the end of a sentence
  EXPECT_EQ(split("▁a ▁b . ) ▁d ▁e ▁f", 6), (Ends{4, 7}));     // with its bracket
  EXPECT_EQ(split("▁a ▁b ▁c ▁d e f g", 5), (Ends{3, 7}));      // between words
  EXPECT_EQ(split("▁3 . 1 4 1 5 ▁a", 4), (Ends{4, 7}));        // no sentence ends in a number
  EXPECT_EQ(split("▁字 字 。 字 字 字", 4), (Ends{3, 6}));     // but does without a blank here
  EXPECT_EQ(split("▁a a a <0xE2> <0x82> <0xAC> a", 5), (Ends{3, 7}));  // characters stay whole
}

TEST(SplitPieces, KeepsToTheLengthWhateverCome) {
  EXPECT_EQ(split("a a a a a", 2), (Ends{2, 4, 5}));
  EXPECT_EQ(split("<0x01> <0x02> <0x03>", 1), (Ends{1, 2, 3}));
  std::string closers;
  for (int i = 0; i < 20000; ++i) closers += ") ";
  EXPECT_EQ(split(closers, 256).size(), 79U);
}

/// A translation of `size` tokens of a source of `sources` tokens.
Hypothesis part(int size, int sources, double log_probability) {
  Hypothesis h;
  h.tokens.resize(size);
  std::iota(h.tokens.begin(), h.tokens.end(), 3);
  h.word_scores.assign(size + 1, static_cast<float>(log_probability) / (size + 1));
  h.log_probability = log_probability;
  for (int t = 0; t <= size; ++t) {
    std::vector<float>& row = h.attention.emplace_back(sources + 1, 0.5F / sources);
    row.back() = 0.5F;
  }
  return h;
}

TEST(JoinParts, AddsUp) {
  const Hypothesis a = part(2, 1, -3), b = part(1, 2, -1);
  const std::vector<const Hypothesis*> parts{&a, &b};
  const Hypothesis line = join_parts(parts, 0.5F);
  EXPECT_EQ(line.tokens, (std::vector<int>{3, 4, 3}));
  EXPECT_EQ(line.word_scores, (std::vector<float>{-1, -1, -0.5, -0.5}));
  EXPECT_DOUBLE_EQ(line.log_probability, -3);         // the inner </s> has log p -1
  EXPECT_FLOAT_EQ(line.score, -3 / std::sqrt(4.0F));  // 2 + 1 tokens and </s>
  const AttentionMatrix attention = join_attention(parts, std::vector<int>{1, 2});
  const AttentionMatrix expected{
      {0.5F, 0, 0, 0.5F}, {0.5F, 0, 0, 0.5F}, {0, 0.25F, 0.25F, 0.5F}, {0, 0.25F, 0.25F, 0.5F}};
  EXPECT_EQ(attention, expected);
}

TEST(JoinParts, OnePartStaysAsItIs) {
  const Hypothesis a = part(3, 2, -2);
  const std::vector<const Hypothesis*> parts{&a};
  EXPECT_EQ(join_parts(parts, 1).word_scores, a.word_scores);
  EXPECT_EQ(join_attention(parts, std::vector<int>{2}), a.attention);
}

}  // namespace
}  // namespace heed
