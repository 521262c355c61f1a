#include "translation/prepared_line.h"

#include <gtest/gtest.h>

#include "data/vocabulary_trainer.h"
#include "support/expect_error.h"
#include "support/number_words.h"

namespace heed {
namespace {

const Tokenizer& tokenizer() {
  static const Tokenizer shared = [] {
    DataOptions options;
    options.vocab_size = 60;
    options.byte_fallback = false;
    options.normalizer = Normalizer::kIdentity;
    return train_tokenizer(
        200, [](std::size_t i) { return english_number(int(i) * 4001); }, options);
  }();
  return shared;
}

PreparedLine prepare(const std::string& text, const LineRules& rules = {},
                     const std::string& target = "") {
  return LinePreparer(tokenizer(), tokenizer(), rules).prepare(7, text, target);
}

const std::string kLong = "two thousand six hundred and forty-three";

TEST(LinePreparer, KeepsWhatFits) {
  const PreparedLine line = prepare(kLong, {}, "two");
  EXPECT_EQ(line.ids, tokenizer().encode(kLong));
  EXPECT_EQ(line.words, tokenizer().encode_words(kLong).words);
  EXPECT_EQ(line.ends, std::vector<int>{static_cast<int>(line.ids.size())});
  EXPECT_EQ(line.target, tokenizer().encode("two"));
  EXPECT_TRUE(line.is_translated());
  EXPECT_FALSE(line.is_split || line.is_cropped || line.is_copied || line.is_repaired);
}

TEST(LinePreparer, BlankLinesAreNotTranslated) {
  for (const char* blank : {"", " ", "\t \r\f\v"}) EXPECT_FALSE(prepare(blank).is_translated());
}

TEST(LinePreparer, LongLines) {
  const auto with = [](LongLines rule) { return LineRules{.max_length = 9, .long_lines = rule}; };
  const std::vector<int> ids = tokenizer().encode(kLong);
  ASSERT_GT(ids.size(), 9U);

  const PreparedLine split = prepare(kLong, with(LongLines::kSplit));
  EXPECT_TRUE(split.is_split);
  EXPECT_EQ(split.ids, ids);
  EXPECT_EQ(split.ends.back(), static_cast<int>(ids.size()));
  int begin = 0;
  for (const int end : split.ends) {
    EXPECT_LE(end - std::exchange(begin, end), 9);
    if (end == split.ends.back()) continue;
    EXPECT_NE(split.words[end - 1], split.words[end]) << "cut inside a word";
  }

  const PreparedLine cropped = prepare(kLong, with(LongLines::kCrop));
  EXPECT_TRUE(cropped.is_cropped);
  EXPECT_EQ(cropped.ids, std::vector<int>(ids.begin(), ids.begin() + 9));
  EXPECT_EQ(cropped.ends, std::vector<int>{9});

  const PreparedLine copied = prepare(kLong, with(LongLines::kCopy));
  EXPECT_TRUE(copied.is_copied);
  EXPECT_FALSE(copied.is_translated());
  EXPECT_EQ(copied.text, kLong);

  expect_error([&] { prepare(kLong, with(LongLines::kFail)); },
               "expected at most 9 tokens in line 7, found " + std::to_string(ids.size()));
}

TEST(LinePreparer, WhatIsInvisibleBetweenSentencesIsLeftOut) {
  const PreparedLine line =
      prepare("Two is six.\xe2\x80\x8b \xc2\xa0It is two.", {.splits_sentences = true});
  ASSERT_EQ(line.sentences.size(), 2U);
  EXPECT_EQ(line.sentences[1].before, " \xc2\xa0");
}

TEST(LinePreparer, ProtectedSpansEndNoSentence) {
  LineRules rules{.splits_sentences = true};
  const std::string text = "It is x1. Two  y of six. It is two.";
  EXPECT_EQ(prepare(text, rules).sentences.size(), 3U);
  rules.protects = ProtectedPatterns(std::vector<std::string>{"x1.*?y", "two"});
  const PreparedLine line = prepare(text, rules);
  ASSERT_EQ(line.sentences.size(), 2U);
  EXPECT_EQ(line.sentences[0].own.copied.at(0).text, "x1. Two  y");
  EXPECT_EQ(line.sentences[1].own.copied.at(0).text, "two");
  EXPECT_EQ(line.sentences[1].first_word, 7);
}

TEST(LinePreparer, LinesThatAreTooHardToSearchAreCopied) {
  LineRules rules;
  rules.protects = ProtectedPatterns(std::vector<std::string>{"(o+)+b"});
  EXPECT_TRUE(prepare("two", rules).is_translated());
  const PreparedLine line = prepare("two " + std::string(60, 'o'), rules);
  EXPECT_TRUE(line.is_copied && line.is_too_hard);
}

TEST(LinePreparer, BlocksOfMarkupArePartsOfALine) {
  const LinePreparer preparer(tokenizer(), tokenizer(), {});
  const PreparedLine line =
      preparer.prepare(7, "<p>two <code>x y</code></p><p>six</p>", "", Markup::kHtml);
  EXPECT_EQ(line.as_given(), "<p>two <code>x y</code></p><p>six</p>");
  ASSERT_EQ(line.sentences.size(), 2U);
  EXPECT_EQ(line.sentences[0].own.copied.size(), 1U);
  EXPECT_EQ(line.sentences[1].first_word, 2);
  EXPECT_EQ(line.ids.back(), tokenizer().encode("six").back());
  EXPECT_TRUE(line.needs_attention());
  EXPECT_FALSE(preparer.prepare(7, "<p><br> </p>", "", Markup::kHtml).is_translated());
}

TEST(LinePreparer, InvalidUtf8) {
  const std::string text = "two \xff six";
  const PreparedLine repaired = prepare(text);
  EXPECT_TRUE(repaired.is_repaired);
  EXPECT_EQ(repaired.text, "two \xef\xbf\xbd six");
  EXPECT_EQ(repaired.ids, tokenizer().encode("two six"));

  const PreparedLine copied = prepare(text, {.invalid_utf8 = InvalidUtf8::kCopy});
  EXPECT_TRUE(copied.is_copied);
  EXPECT_FALSE(copied.is_translated());
  EXPECT_EQ(copied.text, text);

  expect_error([&] { prepare(text, {.invalid_utf8 = InvalidUtf8::kFail}); },
               "expected UTF-8 in line 7");
}

TEST(LinePreparer, Pairs) {
  const auto prepare_pair = [](const std::string& text, const std::string& target,
                               const LineRules& rules = {}) {
    return LinePreparer(tokenizer(), tokenizer(), rules).prepare_pair(9, text, target);
  };
  EXPECT_FALSE(prepare_pair(" ", "\t").is_translated());
  const PreparedLine half = prepare_pair("", "two");
  EXPECT_TRUE(half.is_translated());
  EXPECT_EQ(half.ends, std::vector<int>{0});
  EXPECT_EQ(half.target_text, "two");
  EXPECT_TRUE(prepare_pair("two", "\xff").is_repaired);
  for (const bool swapped : {false, true}) {
    const std::string text = swapped ? "two" : kLong, target = swapped ? kLong : "two";
    const PreparedLine line = prepare_pair(text, target, {.max_length = 4});
    EXPECT_TRUE(line.is_cropped);
    EXPECT_EQ((swapped ? line.target : line.ids).size(), 4U);
    expect_error(
        [&] { prepare_pair(text, target, {.max_length = 4, .long_lines = LongLines::kFail}); },
        "in line 9");
  }
}

}  // namespace
}  // namespace heed
