#include "text/sentences.h"

#include <gtest/gtest.h>

#include <string>

namespace heed {
namespace {

/// Sentences with a bar between them.
std::string split(std::string_view line) {
  std::string result;
  for (const std::string_view sentence : split_sentences(line)) {
    if (!result.empty()) result += '|';
    result += sentence;
  }
  return result;
}

TEST(Sentences, EndWithTheirMarks) {
  EXPECT_EQ(split("A man sleeps. A dog runs!  Who sees it? Nobody"),
            "A man sleeps.|A dog runs!|Who sees it?|Nobody");
  EXPECT_EQ(split("  one\t"), "one");
  EXPECT_EQ(split("Wait... what?! Yes."), "Wait... what?!|Yes.");
  EXPECT_EQ(split("你好。世界！他说「走吧。」好。"), "你好。|世界！|他说「走吧。」|好。");
  EXPECT_EQ(split("यह है। वह है।"), "यह है।|वह है।");
  EXPECT_EQ(split(""), "");
  EXPECT_EQ(split("\u00a0 \u200b"), "");
  EXPECT_EQ(split("..."), "...");
}

TEST(Sentences, GoOnBehindAbbreviationsAndNumbers) {
  for (const char* one :
       {"Dr. Müller wohnt z.B. in Bonn.", "Am 3. Mai 2016 kam Prof. Berg.", "Mr. J. R. Smith left.",
        "M. Dupont habite av. Foch.", "El Sr. López y la Sra. Díaz.",
        "Il sig. Rossi e la sig.ra Bianchi.", "De heer dr. Jansen woont bijv. in Gent.",
        "Pan mgr. Nowak i in. są np. w Łodzi.", "Paní JUDr. Nováková bydlí např. v Brně.",
        "Он живёт на ул. Мира, д. 5.", "See Fig. 3 and vol. 2.",
        "It costs 3.50 dollars, i.e. little.", "Version 1.2.3 is here",
        "He said yes. and went on."}) {
    EXPECT_EQ(split(one), one);
  }
  EXPECT_EQ(split("It was 2016. He came."), "It was 2016.|He came.");
  EXPECT_EQ(split("So etc. He came."), "So etc.|He came.");
}

TEST(Sentences, KeepQuotesTogether) {
  EXPECT_EQ(split("Er sagte: „Komm her. Ich warte.“ Dann ging er."),
            "Er sagte: „Komm her. Ich warte.“|Dann ging er.");
  EXPECT_EQ(split("\"Stop. Go.\" He ran."), "\"Stop. Go.\"|He ran.");
  EXPECT_EQ(split("(It is late. We go.) Good night."), "(It is late. We go.)|Good night.");
  EXPECT_EQ(split("„Offen. Bleibt offen."), "„Offen.|Bleibt offen.");
  EXPECT_EQ(split("Good night. 😀 Bye."), "Good night.|😀 Bye.");
}

/// In time in proportion to the line, also where sentences do not end or quotes do not close.
TEST(Sentences, AreManyInALine) {
  for (const char* part : {"A. ", "1. ", "(A. ", "\"A. ", "a. "}) {
    std::string line;
    for (int i = 0; i < 50'000; ++i) line += part;
    EXPECT_GE(split_sentences(line).size(), 1U) << part;
  }
}

/// Whatever the bytes, sentences are parts of the line, in order, and only what is blank is lost.
TEST(Sentences, AreTheLine) {
  for (const std::string line : {"a. \xff\xfe. B. \xe2\x80", "A.\u2028B.\u0085C. \ufeff D.",
                                 "..A..B.. C!!!", "\"A. 'B. (C. ", "1. 2. 3. Go. 4."}) {
    std::size_t done = 0;
    for (const std::string_view sentence : split_sentences(line)) {
      const auto begin = static_cast<std::size_t>(sentence.data() - line.data());
      EXPECT_GE(begin, done);
      EXPECT_FALSE(sentence.empty());
      done = begin + sentence.size();
      EXPECT_LE(done, line.size());
    }
  }
}

}  // namespace
}  // namespace heed
