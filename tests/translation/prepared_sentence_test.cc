#include "translation/prepared_sentence.h"

#include <gtest/gtest.h>

#include "sentence_vocabulary.h"
#include "util/strings.h"

namespace heed {
namespace {

PreparedSentence prepared_of(const std::string& text, bool with_placeholders = false,
                             const SentenceRules& rules = {}) {
  return prepare_sentence(text, sentence_vocabulary(with_placeholders), rules);
}

std::string text_of(const PreparedSentence& sentence, bool with_placeholders = false) {
  return sentence_vocabulary(with_placeholders).decode(sentence.ids);
}

TEST(PreparedSentence, IsTheTextWhereAllIsKnown) {
  for (const bool with : {false, true}) {
    const PreparedSentence sentence = prepared_of("A man sleeps.", with);
    EXPECT_EQ(sentence.ids, sentence_vocabulary(with).encode("A man sleeps."));
    EXPECT_EQ(sentence.words, sentence_vocabulary(with).encode_words("A man sleeps.").words);
    EXPECT_TRUE(sentence.copied.empty());
    EXPECT_FALSE(sentence.is_in_capitals);
  }
}

/// The rest is read as if the span had not been there.
TEST(PreparedSentence, SpansAreCutOut) {
  const std::pair<const char*, const char*> cases[] = {
      {"A man 😀 sleeps.", "A man sleeps."},
      {"😀 A man sleeps.", "A man sleeps."},
      {"A man sleeps. 😀", "A man sleeps."},
      {"A man sleeps 😀.", "A man sleeps."},
      {"A man sleeps😀.", "A man sleeps."},
      {"A man😀sleeps.", "A man sleeps."},
      {"A man http://a.b/c sleeps.", "A man sleeps."},
      {"A Москва man 你好 sleeps.", "A man sleeps."}};
  for (const auto& [text, rest] : cases) {
    const PreparedSentence sentence = prepared_of(text);
    EXPECT_EQ(text_of(sentence), rest) << text;
    EXPECT_FALSE(sentence.copied.empty());
    const auto words = split_words(text);
    for (std::size_t i = 0; i < sentence.ids.size(); ++i) {
      const std::string piece = sentence_vocabulary(false).piece(sentence.ids[i]);
      if (piece == ".") continue;  // may have come to the word before it
      const std::size_t blank = piece.starts_with("▁") ? 3 : 0;
      EXPECT_NE(words[sentence.words[i]].find(piece.substr(blank)), std::string_view::npos)
          << text << ' ' << piece << " is not in word " << sentence.words[i];
    }
  }
}

TEST(PreparedSentence, KnowsWhereSpansStood) {
  const auto copied = prepared_of("😀 A man http://a.b, sleeps😀 here 😀").copied;
  ASSERT_EQ(copied.size(), 4U);
  EXPECT_EQ(copied[0].after_word, -1);
  EXPECT_EQ(copied[1].text, "http://a.b");
  EXPECT_EQ(copied[1].word, 3);
  EXPECT_EQ(copied[1].after_word, 2);
  EXPECT_TRUE(copied[1].is_before_mark);
  EXPECT_EQ(copied[2].after_word, 4);
  EXPECT_FALSE(copied[2].is_apart);
  EXPECT_EQ(copied[3].after_word, 5);
}

TEST(PreparedSentence, PlaceholdersStandForSpans) {
  const PreparedSentence sentence = prepared_of("A man 你 sleeps ｟7｠.", true);
  EXPECT_EQ(text_of(sentence, true), "A man ｟1｠ sleeps ｟2｠.");
  ASSERT_EQ(sentence.copied.size(), 2U);
  EXPECT_EQ(sentence.copied[1].text, "｟7｠");
  std::string many = "A man";
  for (int i = 0; i < kPlaceholders + 2; ++i) many += " 你";
  const PreparedSentence full = prepared_of(many, true);
  EXPECT_EQ(full.copied.size(), static_cast<std::size_t>(kPlaceholders + 2));
  EXPECT_EQ(full.copied.back().symbol, 0);
}

TEST(PreparedSentence, SignsAreCutOut) {
  const PreparedSentence sentence = prepared_of("A man 😀 sleeps 你 ❤️.", true);
  EXPECT_EQ(text_of(sentence, true), "A man sleeps ｟1｠.");
  ASSERT_EQ(sentence.copied.size(), 3U);
  EXPECT_EQ(sentence.copied[0].symbol, 0);
  EXPECT_EQ(sentence.copied[1].symbol, 1);
}

PreparedSentence protecting(const std::string& text, const std::vector<std::string>& parts,
                            bool with_placeholders) {
  std::vector<TextSpan> spans;
  for (const std::string& part : parts) {
    const std::size_t begin = text.find(part, spans.empty() ? 0 : spans.back().end);
    spans.push_back({begin, begin + part.size()});
  }
  return prepare_sentence(text, sentence_vocabulary(with_placeholders), {}, spans);
}

TEST(PreparedSentence, ProtectedSpansAreNotRead) {
  const std::string text = "A New York man %s, sleeps {a b}.";
  const std::vector<std::string> spans{"New York", "%s", "{a b}"};
  const PreparedSentence with = protecting(text, spans, true);
  EXPECT_EQ(text_of(with, true), "A ｟1｠ man ｟2｠, sleeps ｟3｠.");
  EXPECT_EQ(with.words.back(), 6);
  const PreparedSentence without = protecting(text, spans, false);
  EXPECT_EQ(text_of(without), "A man, sleeps.");
  EXPECT_EQ(without.words.back(), 5) << "the mark came to the word before it";
  ASSERT_EQ(without.copied.size(), 3U);
  EXPECT_EQ(without.copied[0].text, "New York");
  EXPECT_EQ(without.copied[0].word, 1);
  EXPECT_EQ(without.copied[1].after_word, 3);
  EXPECT_EQ(without.copied[2].text, "{a b}");
}

/// Neither composed, nor in capitals, nor twice where they are unknown anyway.
TEST(PreparedSentence, ProtectedSpansStayAsTheyAre) {
  EXPECT_EQ(protecting("A man e\u0301 sleeps.", {"e\u0301"}, true).copied[0].text, "e\u0301");
  const PreparedSentence capitals = protecting("A MAN %d SLEEPS!", {"%d"}, true);
  EXPECT_TRUE(capitals.is_in_capitals);
  EXPECT_EQ(text_of(capitals, true), "a man ｟1｠ sleeps!");
  const PreparedSentence address = protecting("A man http://a.b/{c}/d sleeps.", {"{c}"}, true);
  ASSERT_EQ(address.copied.size(), 1U);
  EXPECT_EQ(address.copied[0].text, "http://a.b/{c}/d");
  EXPECT_EQ(text_of(protecting("A {} man", {"{}"}, true), true), "A ｟1｠ man") << "no sign";
}

TEST(PreparedSentence, CapitalsAreReadSmall) {
  const PreparedSentence sentence = prepared_of("A MAN SLEEPS! Łódź HTTP://A.B");
  EXPECT_FALSE(sentence.is_in_capitals) << "there are small letters";
  const PreparedSentence capitals = prepared_of("A MAN SLEEPS!");
  EXPECT_TRUE(capitals.is_in_capitals);
  EXPECT_EQ(text_of(capitals), "a man sleeps!");
  EXPECT_EQ(text_of(prepared_of("A MAN SLEEPS!", false, {.folds_capitals = false})),
            "A MAN SLEEPS!");
  for (const char* name : {"NATO", "A USA", "A B C", "12 34 56"}) {
    EXPECT_FALSE(prepared_of(name).is_in_capitals) << name;
  }
}

TEST(PreparedSentence, WithoutWordsIsCopiedWhole) {
  for (const bool with : {false, true}) {
    const PreparedSentence sentence = prepared_of("😀 http://a.b !", with);
    EXPECT_TRUE(sentence.ids.empty());
    ASSERT_EQ(sentence.copied.size(), 1U);
    EXPECT_EQ(sentence.copied[0].text, "😀 http://a.b !");
  }
  EXPECT_FALSE(prepared_of("!").ids.empty());
  EXPECT_FALSE(prepared_of("A 😀", false, {.copies_unknown = false}).ids.size() < 4);
}

TEST(PreparedSentence, PairsShareTheirPlaceholders) {
  const Tokenizer& with = sentence_vocabulary(true);
  const auto [source, target] =
      prepare_sentence_pair("A man 😀 sleeps 你.", "A dog runs 😀.", with, with, {});
  EXPECT_EQ(with.decode(source.ids), "A man ｟1｠ sleeps 你.");
  EXPECT_EQ(with.decode(target.ids), "A dog runs ｟1｠.");
  EXPECT_EQ(source.words.back(), 4);
}

}  // namespace
}  // namespace heed
