#include "translation/restored_text.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "sentence_vocabulary.h"
#include "util/random.h"
#include "util/strings.h"

namespace heed {
namespace {

/// A translation that attends from each of its words to the same word of the source, or in
/// reverse.
Hypothesis translation_of(const PreparedSentence& source, const std::string& text, bool with,
                          bool in_reverse = false) {
  const Tokenizer& tokenizer = sentence_vocabulary(with);
  Hypothesis hypothesis;
  hypothesis.tokens = tokenizer.encode(text);
  std::vector<int> words = tokenizer.decode_words(hypothesis.tokens).words;
  std::vector<int> sources = source.words;  // without gaps
  sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
  words.push_back(1000);
  for (const int word : words) {
    std::vector<float> row(source.ids.size() + 1);
    const int last = static_cast<int>(sources.size()) - 1;
    const int at = std::clamp(in_reverse ? last - word : word, 0, last);
    for (std::size_t s = 0; s < source.words.size(); ++s) {
      row[s] = source.words[s] == sources[at] ? 1 : 0;
    }
    hypothesis.attention.push_back(row);
  }
  return hypothesis;
}

RestoredText restored(const std::string& source, const std::string& text, bool with = false,
                      bool in_reverse = false, bool with_attention = true,
                      std::span<const TextSpan> is_protected = {}) {
  const Tokenizer& tokenizer = sentence_vocabulary(with);
  const PreparedSentence sentence = prepare_sentence(source, tokenizer, {}, is_protected);
  Hypothesis translation = translation_of(sentence, text, with, in_reverse);
  if (!with_attention) translation.attention.assign(translation.attention.size(), {});
  const Hypothesis* const part = &translation;
  RestoredText result = restore(sentence, {&part, 1}, tokenizer);
  EXPECT_EQ(result.words.size(), translation.tokens.size());
  const int words = static_cast<int>(split_words(result.text).size());
  for (const int word : result.words) EXPECT_LT(word, words) << result.text;
  for (const auto& [from, to] : result.copied) EXPECT_LT(to, words) << result.text;
  return result;
}

TEST(RestoredText, SpansComeBackWhereTheyStood) {
  const std::pair<const char*, const char*> cases[] = {
      {"A man 😀 sleeps here.", "The dog 😀 runs there."},
      {"😀 A man sleeps here.", "😀 The dog runs there."},
      {"A man sleeps here. 😀", "The dog runs there. 😀"},
      {"A man sleeps here 😀.", "The dog runs there 😀."},
      {"A man sleeps here😀.", "The dog runs there😀."},
      {"A man 😀 http://a.b sleeps here.", "The dog 😀 http://a.b runs there."},
      {"😀 http://a.b A man sleeps here.", "😀 http://a.b The dog runs there."},
      {"😀 A 你 man sleeps 好 here. 😀", "😀 The 你 dog runs 好 there. 😀"}};
  for (const auto& [source, expected] : cases) {
    EXPECT_EQ(restored(source, "The dog runs there.").text, expected);
    EXPECT_EQ(restored(source, "The dog runs there.", false, false, false).text, expected);
  }
  EXPECT_EQ(restored("A man 😀 sleeps here", "there runs dog The", false, true).text,
            "there runs dog 😀 The");
}

TEST(RestoredText, WordsAndLinksAreThoseOfTheText) {
  const RestoredText text = restored("A 😀 man sleeps 你 here.", "The dog runs there.");
  ASSERT_EQ(text.text, "The 😀 dog runs 你 there.");
  EXPECT_EQ(text.copied, (std::vector<std::pair<int, int>>{{1, 1}, {4, 4}}));
  std::vector<int> words = text.words;
  words.erase(std::unique(words.begin(), words.end()), words.end());
  EXPECT_EQ(words, (std::vector<int>{0, 2, 3, 5}));
}

TEST(RestoredText, PlaceholdersBecomeWhatTheyStandFor) {
  EXPECT_EQ(restored("A 好 man 你 sleeps.", "｟2｠ The dog ｟1｠ runs.", true).text,
            "你 The dog 好 runs.");
  EXPECT_EQ(restored("A 好 man sleeps.", "The dog ｟1｠ runs ｟1｠ ｟5｠.", true).text,
            "The dog 好 runs.");
  EXPECT_EQ(restored("A man 好 sleeps.", "The dog runs.", true).text, "The dog 好 runs.");
}

/// Whatever a model writes: placeholders again and again, alone, apart or in words.
TEST(RestoredText, AnyPlaceholdersLeaveEachTokenAWord) {
  const char* const pieces[] = {" ｟1｠", "｟1｠", " ｟2｠", "｟7｠", " dog", "s", "."};
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Random random(seed);
    std::string text;
    for (std::uint64_t count = random.below(7); count > 0; --count) text += pieces[random.below(7)];
    restored("A 好 man http://a.b sleeps 😀 here.", text, true);
  }
}

/// A span of several words moves the words behind it, put back or in a placeholder's stead.
TEST(RestoredText, SpansMayHoldWhiteSpace) {
  const std::string source = "A New York man sleeps.";
  const TextSpan span[] = {{2, 10}};
  for (const bool with : {false, true}) {
    const RestoredText text =
        restored(source, with ? "The ｟1｠ dog runs." : "The dog runs.", with, false, true, span);
    ASSERT_EQ(text.text, "The New York dog runs.");
    EXPECT_EQ(text.copied, (std::vector<std::pair<int, int>>{{1, 1}, {2, 2}}));
    EXPECT_EQ(text.words.front(), 0);
    EXPECT_EQ(text.words.back(), 4);
  }
}

/// What stands for a span may look like another placeholder.
TEST(RestoredText, WrittenPlaceholdersAreText) {
  EXPECT_EQ(restored("A ｟2｠ man 好 sleeps.", "The ｟1｠ dog ｟2｠ runs.", true).text,
            "The ｟2｠ dog 好 runs.");
}

/// In time in proportion to the line: squares of these numbers would take minutes.
TEST(RestoredText, TakesManySpans) {
  constexpr int kSpans = 50'000;
  for (const char* span : {" 😀", " ｟1｠"}) {
    std::string many;
    for (int i = 0; i < kSpans; ++i) many += span;
    for (const bool with : {false, true}) {
      EXPECT_EQ(restored("A man" + many + " sleeps.", "The dog runs.", with).copied.size(),
                static_cast<std::size_t>(kSpans));
    }
  }
}

TEST(RestoredText, CapitalsComeBack) {
  EXPECT_EQ(restored("A MAN SLEEPS 你.", "the dog runs.").text, "THE DOG RUNS 你.");
}

TEST(RestoredText, ASentenceWithoutWordsIsItself) {
  const PreparedSentence sentence =
      prepare_sentence("😀 http://a.b", sentence_vocabulary(false), {});
  EXPECT_EQ(restore(sentence, {}, sentence_vocabulary(false)).text, "😀 http://a.b");
}

}  // namespace
}  // namespace heed
