#include <fmt/core.h>
#include <gtest/gtest.h>
#include <unicode/normalizer2.h>

#include <algorithm>
#include <map>

#include "data/vocabulary_trainer.h"
#include "text/normalization.h"
#include "util/random.h"
#include "util/strings.h"

// What is the same text in other bytes, through the whole tokenizer.

namespace heed {
namespace {

DataOptions with_normalizer(Normalizer normalizer, int size) {
  DataOptions options;
  options.vocab_size = size;
  options.normalizer = normalizer;
  return options;
}

/// A word of random letters of one script: blocks of Unicode with letters and marks.
struct Script {
  const char* name;
  char32_t first, last;
};
constexpr Script kScripts[] = {
    {"Latin", 0xC0, 0x17F},        {"Vietnamese", 0x1EA0, 0x1EF9}, {"Greek", 0x386, 0x3CE},
    {"Polytonic", 0x1F00, 0x1F15}, {"Cyrillic", 0x400, 0x45F},     {"Armenian", 0x531, 0x556},
    {"Hebrew", 0x5D0, 0x5EA},      {"Arabic", 0x621, 0x64A},       {"Devanagari", 0x904, 0x939},
    {"Bengali", 0x995, 0x9A8},     {"Tamil", 0xB95, 0xB95},        {"Thai", 0xE01, 0xE30},
    {"Lao", 0xE94, 0xE97},         {"Tibetan", 0xF40, 0xF47},      {"Georgian", 0x10D0, 0x10F0},
    {"Ethiopic", 0x1200, 0x1246},  {"Khmer", 0x1780, 0x17B3},      {"Hiragana", 0x3041, 0x3096},
    {"Katakana", 0x30A1, 0x30FA},  {"Hangul", 0xAC00, 0xD7A3},     {"Han", 0x4E00, 0x9FA5}};

constexpr int kSpellings = 5;

/// Other bytes for the same text: decomposed, marks in another order, other white space, around it,
/// and what is invisible between words.
std::string respelled(const std::string& text, int spelling, Random& random) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* const nfd = icu::Normalizer2::getNFDInstance(error);
  icu::UnicodeString decomposed = nfd->normalize(icu::UnicodeString::fromUTF8(text), error);
  if (spelling == 2) decomposed.findAndReplace(u"\u0323\u0301", u"\u0301\u0323");
  std::string result;
  decomposed.toUTF8String(result);
  const auto with_blanks = [&](std::initializer_list<const char*> blanks) {
    std::string line;
    for (const char c : result)
      line += c == ' ' ? blanks.begin()[random.below(blanks.size())] : std::string(1, c);
    return line;
  };
  if (spelling == 3) return with_blanks({"\u00a0", "\u3000", "\t", "  ", "\u2028", "\u2009 "});
  if (spelling == 4) return "\ufeff \u00a0" + result + "\t\u200b ";
  if (spelling == 5) return with_blanks({"\u200b ", " \u200e", "\u00ad \u2060"});
  return result;
}

/// Each piece belongs to a word that the line has, and pieces follow each other through them.
void expect_words_of(const Tokenizer& tokenizer, const std::string& line) {
  const std::vector<int> words = tokenizer.encode_words(line).words;
  EXPECT_EQ(words.size(), tokenizer.encode(line).size());
  EXPECT_TRUE(std::ranges::is_sorted(words));
  for (const int word : words) {
    EXPECT_GE(word, 0);
    EXPECT_LT(word, static_cast<int>(split_words(line).size()));
  }
}

/// A line of words with marks behind their letters; `spelling` 0 is composed, others mean the same.
std::string spelled(const Script& script, std::uint64_t seed, int spelling) {
  Random random(seed);
  std::u32string line;
  for (int word = 0; word < 4; ++word) {
    if (word > 0) line += U' ';
    for (int i = 0; i < 3; ++i) {
      line += static_cast<char32_t>(script.first + random.below(script.last - script.first + 1));
      if (random.below(3) == 0) line += U"\u0323\u0301";  // a dot below comes before an acute
    }
  }
  std::string text;
  for (const char32_t c : line) append_utf8(text, c);
  return spelling == 0 ? compose(text) : respelled(text, spelling, random);
}

TEST(Spellings, AreReadAlike) {
  DataOptions options;
  options.vocab_size = 6000;
  const auto text = [](std::size_t i) {
    return spelled(kScripts[i % std::size(kScripts)], i / std::size(kScripts), 0);
  };
  const Tokenizer tokenizer = train_tokenizer(40 * std::size(kScripts), text, options);
  for (const Script& script : kScripts) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {  // some of which the vocabulary has not seen
      const std::string plain = spelled(script, seed, 0);
      const std::vector<int> ids = tokenizer.encode(plain);
      for (int spelling = 1; spelling <= kSpellings; ++spelling) {
        const std::string other = spelled(script, seed, spelling);
        EXPECT_EQ(tokenizer.encode(other), ids) << script.name << spelling << ' ' << other;
        expect_words_of(tokenizer, other);
      }
    }
  }
}

/// A model trained on decomposed text is not given other text.
TEST(Spellings, OfADecomposedVocabularyStay) {
  const auto text = [](std::size_t i) { return i % 2 == 0 ? "u\u0308ber" : "fa\u0308hrt"; };
  const Tokenizer tokenizer =
      train_tokenizer(100, text, with_normalizer(Normalizer::kIdentity, 280));
  EXPECT_EQ(tokenizer.decode(tokenizer.encode("u\u0308ber")), "u\u0308ber");
}

TEST(Spellings, AreNormalizedAsWasToldTo) {
  const std::map<Normalizer, std::string> expected{{Normalizer::kIdentity, "ﬁve Ｘ\u00a0x²"},
                                                   {Normalizer::kNfc, "ﬁve Ｘ\u00a0x²"},
                                                   {Normalizer::kNmtNfkc, "five X x2"},
                                                   {Normalizer::kHeed, "five X x²"}};
  for (const auto& [normalizer, made] : expected) {
    const auto text = [](std::size_t i) {
      return "five x " + std::to_string(i * i) + " and six y x²";
    };
    const Tokenizer tokenizer = train_tokenizer(200, text, with_normalizer(normalizer, 330));
    EXPECT_EQ(tokenizer.decode(tokenizer.encode("ﬁve Ｘ\u00a0x²")), made);
    const Tokenizer stored(tokenizer.serialized());  // its rules are in it
    EXPECT_EQ(stored.encode("ﬁve Ｘ"), tokenizer.encode("ﬁve Ｘ"));
  }
}

}  // namespace
}  // namespace heed
