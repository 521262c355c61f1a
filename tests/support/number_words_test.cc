#include "support/number_words.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace heed {
namespace {

TEST(NumberWords, WrittenByHand) {
  const struct {
    int number;
    const char* german;
    const char* english;
  } kCases[] = {
      {0, "null", "zero"},
      {1, "eins", "one"},
      {7, "sieben", "seven"},
      {12, "zwölf", "twelve"},
      {16, "sechzehn", "sixteen"},
      {21, "einundzwanzig", "twenty-one"},
      {30, "dreißig", "thirty"},
      {77, "siebenundsiebzig", "seventy-seven"},
      {100, "einhundert", "one hundred"},
      {101, "einhunderteins", "one hundred and one"},
      {617, "sechshundertsiebzehn", "six hundred and seventeen"},
      {1000, "eintausend", "one thousand"},
      {1001, "eintausendeins", "one thousand and one"},
      {2100, "zweitausendeinhundert", "two thousand one hundred"},
      {11011, "elftausendelf", "eleven thousand and eleven"},
      {43506, "dreiundvierzigtausendfünfhundertsechs", "forty-three thousand five hundred and six"},
      {101000, "einhunderteintausend", "one hundred and one thousand"},
      {200021, "zweihunderttausendeinundzwanzig", "two hundred thousand and twenty-one"},
      {999999, "neunhundertneunundneunzigtausendneunhundertneunundneunzig",
       "nine hundred and ninety-nine thousand nine hundred and ninety-nine"},
  };
  for (const auto& [number, german, english] : kCases) {
    EXPECT_EQ(german_number(number), german);
    EXPECT_EQ(english_number(number), english);
  }
}

TEST(NumberWords, AreDistinctInBothLanguages) {
  std::set<std::string> german, english;
  const int step = 7;
  for (int number = 0; number < 1000000; number += step) {
    german.insert(german_number(number));
    english.insert(english_number(number));
  }
  const std::size_t count = 1000000 / step + 1;
  EXPECT_EQ(german.size(), count);
  EXPECT_EQ(english.size(), count);
}

TEST(NumberWords, OutOfRange) {
  for (const int number : {-1, 1000000}) {
    EXPECT_THROW(german_number(number), std::out_of_range);
    EXPECT_THROW(english_number(number), std::out_of_range);
  }
}

TEST(NumberWords, SentencesAreAlignedWordByWord) {
  const NumberSentences sentences{999, 2, 5};
  std::set<std::size_t> lengths;
  for (std::uint64_t index = 0; index < 100; ++index) {
    const NumberSentence sentence = sentences.sentence(index);
    EXPECT_EQ(sentences.sentence(index).german, sentence.german);
    std::istringstream german(sentence.german), english(sentence.english),
        links(sentence.alignment);
    std::map<int, std::vector<std::string>> words_of;
    for (std::string word, link; english >> word;) {
      ASSERT_TRUE(links >> link);
      words_of[std::stoi(link)].push_back(word);
    }
    int source = 0;
    for (std::string word; german >> word; ++source) {
      int number = 0;
      while (german_number(number) != word) ++number;
      EXPECT_EQ(fmt::format("{}", fmt::join(words_of[source], " ")), english_number(number));
    }
    lengths.insert(source);
  }
  EXPECT_EQ(lengths, (std::set<std::size_t>{2, 3, 4, 5}));
}

}  // namespace
}  // namespace heed
