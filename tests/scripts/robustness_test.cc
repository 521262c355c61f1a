#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "app/shell.h"
#include "text/normalization.h"
#include "translation/lively_model.h"
#include "util/random.h"
#include "util/strings.h"

namespace heed {
namespace {

const std::string kNoise = "perl '" HEED_SCRIPTS "/make-noise' ";

/// Lines of two to nine German words, and an empty one.
std::string made_up_text(int lines) {
  const std::vector<std::string> words{"Grüße", "aus", "Köln", "über", "drei",  "Straßen",
                                       "geht",  "sie", "ein",  "Hund", "läuft", "schnell"};
  Random random(7);
  std::string text;
  for (int i = 0; i < lines; ++i) {
    for (std::uint64_t more = 1 + random.below(8); more > 0; --more) {
      text += words[random.below(words.size())] + " ";
    }
    text += words[random.below(words.size())] + ".\n";
  }
  return text + "\n";
}

class RobustnessTest : public testing::Test {
 protected:
  std::string noisy(const std::string& set, int seed = 1) const {
    const Shell::Result result =
        shell_.run(kNoise + set + " " + std::to_string(seed) + " spans < text");
    EXPECT_EQ(result.code, 0) << result.err;
    return result.out;
  }

  Shell shell_;
  const std::string text_ = made_up_text(99);
  const std::string path_ = shell_.directory().write("text", text_);
};

/// The text with each of the characters replaced.
std::string replaced(std::string text, const std::vector<std::string>& characters,
                     const std::string& by) {
  for (const std::string& character : characters) {
    for (std::size_t at = 0; (at = text.find(character, at)) != std::string::npos;) {
      text.replace(at, character.size(), by);
    }
  }
  return text;
}

TEST_F(RobustnessTest, ASeedGivesTheSameBytes) {
  const std::string sets = shell_.run(kNoise + "--sets").out;
  for (const std::string_view set : split_words(sets)) {
    const std::string name(set), once = noisy(name);
    EXPECT_EQ(noisy(name), once);
    const bool is_random =
        std::string(" spaces invisible trailing typos emoji url foreign ").find(" " + name + " ") !=
        std::string::npos;
    EXPECT_EQ(noisy(name, 2) != once, is_random) << name;
    EXPECT_EQ(std::ranges::count(once, '\n'), name == "joined" ? 50 : 100) << name;
    EXPECT_EQ(once == text_, name == "clean") << name;
    EXPECT_TRUE(is_valid_utf8(once));
  }
}

TEST_F(RobustnessTest, TheTextIsStillThere) {
  EXPECT_EQ(compose(noisy("nfd")), text_);
  EXPECT_EQ(noisy("bom"), "\xef\xbb\xbf" + text_);
  EXPECT_EQ(replaced(noisy("spaces"), {"\u00a0", "\u2009", "\u202f", "\u3000"}, " "), text_);
  EXPECT_EQ(replaced(noisy("invisible"), {"\u200b", "\u00ad", "\u2060", "\ufeff"}, ""), text_);
  EXPECT_EQ(replaced(noisy("joined"), {"\n", " "}, ""), replaced(text_, {"\n", " "}, ""));
  std::string rest;
  const std::string trailing = noisy("trailing");
  for (const std::string_view line : split_fields(trailing, '\n')) {
    rest += std::string(strip_blank(line)) + "\n";
  }
  EXPECT_EQ(rest, text_ + "\n");
}

TEST_F(RobustnessTest, WhatWasPutInIsFoundAndTakenOut) {
  for (const std::string set : {"emoji", "url", "foreign"}) {
    shell_.directory().write("noisy", noisy(set));
    EXPECT_EQ(shell_.run(kNoise + "--rest spans < noisy").out, text_) << set;
    EXPECT_EQ(shell_.run(kNoise + "--held spans < noisy").out, "100.0\n");
    // 99 lines have a span, the last has none.
    EXPECT_EQ(shell_.run("sed 1,33s/.*// noisy | " + kNoise + "--held spans").out, "66.7\n");
  }
}

TEST_F(RobustnessTest, OneLetterOfTwentyIsMistyped) {
  std::string letters;
  for (int i = 0; i < 20000; ++i) letters += "m ";
  shell_.directory().write("text", letters + "\n");
  const std::string typed = noisy("typos");
  int right = 0;
  for (const std::string_view word : split_words(typed)) right += word == "m" ? 1 : 0;
  EXPECT_NEAR(20000 - right, 1000, 120);
}

TEST_F(RobustnessTest, MeasuresEachSet) {
  save_lively_model(shell_.directory().path("m"), ModelType::kRnn);
  const std::string script = "HEED='" HEED_PROGRAM "' bash '" HEED_SCRIPTS "/robustness.sh' ";
  shell_.directory().write("text", "eins zwei\ndrei\nvier fünf sechs\n");
  shell_.run("heed translate -m m -b 1 -i text > reference; gzip -k text");
  const Shell::Result result = shell_.run(script + "m text.gz reference 3 -- -b 1");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  const std::vector<std::string_view> rows = split_fields(trim(result.out), '\n');
  const std::string sets = shell_.run(kNoise + "--sets").out;
  const std::vector<std::string_view> names = split_words(sets);
  ASSERT_EQ(rows.size(), names.size() + 1);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::vector<std::string_view> fields = split_words(rows[i + 1]);
    EXPECT_EQ(fields[0], names[i]);
    const bool has_span = names[i] == "emoji" || names[i] == "url" || names[i] == "foreign";
    EXPECT_EQ(fields.size(), has_span ? 6U : 5U) << rows[i + 1];
    if (names[i] != "clean") continue;
    EXPECT_EQ(fields[1], trim(shell_.run("heed evaluate reference -i reference -b -w 2").out));
    EXPECT_EQ(fields[2], "+0.00");
  }
  EXPECT_NE(shell_.run(script + "m text reference -- --nonsense").err.find("--nonsense"),
            std::string::npos);
}

TEST_F(RobustnessTest, WrongArgumentsAreSaid) {
  const std::string script = "bash '" HEED_SCRIPTS "/robustness.sh' ";
  EXPECT_TRUE(shell_.run(script + "m").err.starts_with("robustness.sh: expected MODEL SOURCE"));
  const Shell::Result none = shell_.run("HEED=missing " + script + "m text text");
  EXPECT_TRUE(none.err.starts_with("robustness.sh: expected the program missing")) << none.err;
  EXPECT_EQ(none.code, 1);
  EXPECT_TRUE(shell_.run(kNoise + "upside-down 1 < text").err.starts_with("make-noise: expected"));
}

}  // namespace
}  // namespace heed
