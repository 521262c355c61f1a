#include "heed/translation.h"

#include <gtest/gtest.h>

#include "support/expect_error.h"
#include "util/json.h"

namespace heed {
namespace {

TranslatedLine two_translations() {
  TranslatedLine line;
  line.number = 3;
  line.source = "ein Haus";
  line.source_units = {"ein", "Haus", "</s>"};
  Translation best;
  best.text = "a \"house\"";
  best.log_probability = -1.5;
  best.score = -0.75F;
  best.pieces = {"▁a", "▁\"house\""};
  best.word_scores = {-0.5F, -0.25F, -0.75F};
  best.units = {"a", "\"house\"", "</s>"};
  best.attention = {{0.75F, 0.25F, 0}, {0, 1, 0}, {0, 0, 1}};
  best.alignment = {{0, 0}, {1, 1}};
  line.translations = {best, best};
  line.translations[1].text = "a home";
  line.translations[1].score = -1;
  return line;
}

std::string record(const TranslatedLine& line, auto change) {
  TranslateOptions options;
  change(options);
  return format_record(line, options);
}

TEST(FormatRecord, Plain) {
  const TranslatedLine line = two_translations();
  EXPECT_EQ(record(line, [](auto&) {}), "a \"house\"\n");
  EXPECT_EQ(record(line, [](auto& o) { o.scores = true; }), "a \"house\" ||| -0.7500\n");
  EXPECT_EQ(record(line,
                   [](auto& o) {
                     o.alignment.form = AlignmentForm::kHard;
                     o.word_scores = true;
                   }),
            "a \"house\" ||| 0-0 1-1 ||| WordScores= -0.5000 -0.2500 -0.7500\n");
  EXPECT_TRUE(record(line, [](auto& o) {
                o.alignment.form = AlignmentForm::kSoft;
              }).starts_with("a \"house\" ||| 0.7500,0.2500,0.0000 0.0000,1.0000"));
}

TEST(FormatRecord, MosesListCountsFromZero) {
  EXPECT_EQ(record(two_translations(), [](auto& o) { o.n_best = 2; }),
            "2 ||| a \"house\" ||| F0= -1.5000 ||| -0.7500\n"
            "2 ||| a home ||| F0= -1.5000 ||| -1.0000\n");
}

TEST(FormatRecord, LinesThatAreNotTranslatedHaveNoExtras) {
  TranslatedLine blank;
  blank.number = 1;
  blank.translations.emplace_back();
  const auto everything = [](auto& o) {
    o.scores = o.word_scores = true;
    o.alignment.form = AlignmentForm::kSoft;
  };
  EXPECT_EQ(record(blank, everything), "\n");
  blank.translations.front().text = "copied";
  EXPECT_EQ(record(blank, everything), "copied\n");
  EXPECT_EQ(record(blank, [](auto& o) { o.n_best = 2; }),
            "0 ||| copied ||| F0= 0.0000 ||| 0.0000\n");
  EXPECT_EQ(format_score(blank, {}), "0.0000\n");  // columns stay where they are
  TranslateOptions options;
  everything(options);
  EXPECT_EQ(format_score(blank, options), "0.0000 |||  ||| WordScores= \n");
}

TEST(FormatRecord, Json) {
  TranslatedLine line = two_translations();
  line.tag = R"({"id":7,"score":"theirs"})";
  const auto json = [&](auto change) {
    const std::string text = record(line, [&](auto& o) {
      o.json = true;
      change(o);
    });
    EXPECT_EQ(text.find('\n'), text.size() - 1);
    return nlohmann::json::parse(text);
  };
  const nlohmann::json plain = json([](auto&) {});
  EXPECT_EQ(plain["id"], 7);
  EXPECT_EQ(plain["text"], "a \"house\"");
  EXPECT_EQ(plain["score"], -0.75);
  EXPECT_EQ(plain["tokens"].size(), 2U);
  EXPECT_EQ(plain["word_scores"], (std::vector<double>{-0.5, -0.25, -0.75}));
  EXPECT_FALSE(plain.contains("alignment") || plain.contains("n_best"));
  const nlohmann::json full = json([](auto& o) {
    o.n_best = 2;
    o.alignment.form = AlignmentForm::kSoft;
  });
  EXPECT_EQ(full["alignment"], (std::vector<std::vector<int>>{{0, 0}, {1, 1}}));
  EXPECT_EQ(full["attention"][0][1], 0.25);
  EXPECT_EQ(full["n_best"][1]["text"], "a home");
}

TEST(FormatScore, TheScoreStandsForTheText) {
  EXPECT_EQ(format_score(two_translations(), {}), "-0.7500\n");
  TranslateOptions options;
  options.word_scores = true;
  EXPECT_EQ(format_score(two_translations(), options),
            "-0.7500 ||| WordScores= -0.5000 -0.2500 -0.7500\n");
  EXPECT_EQ(format_moses(41, two_translations(), {}),
            "41 ||| a \"house\" ||| F0= -1.5000 ||| -0.7500\n");
}

TEST(ParseRecord, PlainJsonAndBeginnings) {
  TranslateOptions options;
  EXPECT_EQ(parse_record("{a\tb", 1, options).text, "{a\tb");
  options.force_decode = true;
  EXPECT_EQ(parse_record("a\tb\tc", 1, options).text, "a");
  EXPECT_EQ(parse_record("a\tb\tc", 1, options).target, "b\tc");
  EXPECT_EQ(parse_record("a", 1, options).target, "");
  options.json = true;
  const SourceLine line = parse_record(R"({"text": "ä", "prefix": "b", "id": [1]})", 1, options);
  EXPECT_EQ(line.text, "ä");
  EXPECT_EQ(line.target, "b");
  EXPECT_EQ(line.tag, R"({"id":[1]})");
  EXPECT_EQ(parse_record("plain", 1, options).text, "plain");
}

TEST(ParseRecord, LinesThatAreNoObjectFollowTheOption) {
  TranslateOptions options;
  options.json = true;
  const std::vector<std::string> damaged{"{Name} geht.", R"({"id": 1})", R"({"text": 1})",
                                         R"({"text": "a")", " {\"text\": \"a\"} b"};
  const std::vector<std::string> plain{"plain", R"(["text"])", "7", "\"text\""};
  for (const bool is_damaged : {true, false}) {
    for (const std::string& text : is_damaged ? damaged : plain) {
      options.invalid_json = InvalidJson::kText;
      EXPECT_EQ(parse_record(text, 1, options).text, text);
      EXPECT_EQ(parse_record(text, 1, options).is_invalid_json, is_damaged) << text;
      options.invalid_json = InvalidJson::kCopy;
      EXPECT_EQ(parse_record(text, 1, options).text, text);
      EXPECT_TRUE(parse_record(text, 1, options).is_invalid_json) << text;
      options.invalid_json = InvalidJson::kFail;
      expect_error([&] { parse_record(text, 12, options); }, "line 12");
      expect_error([&] { parse_record(text, 12, options); }, "--invalid-json text");
    }
  }
  EXPECT_FALSE(parse_record(" \t", 1, options).is_invalid_json);
  EXPECT_EQ(parse_record(" {\"text\": \"a\"} ", 1, options).text, "a");
}

}  // namespace
}  // namespace heed
