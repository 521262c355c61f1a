#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

#include "heed/translator.h"
#include "support/expect_error.h"
#include "support/temporary_directory.h"
#include "translation/continuations.h"
#include "translation/lively_model.h"
#include "util/json.h"
#include "util/strings.h"

namespace heed {
namespace {

/// Whether the text has the words, and no letter before or behind them.
bool has_words_apart(const std::string& text, const std::string& words) {
  for (std::size_t at = text.find(words); at != text.npos; at = text.find(words, at + 1)) {
    const std::size_t end = at + words.size();
    const auto is_letter = [&](std::size_t i) {
      return std::isalpha(static_cast<unsigned char>(text[i])) != 0;
    };
    if ((at == 0 || !is_letter(at - 1)) && (end == text.size() || !is_letter(end))) return true;
  }
  return false;
}

class ConstraintLinesTest : public testing::TestWithParam<ModelType> {
 protected:
  ConstraintLinesTest() { save_lively_model(directory_.path("m"), GetParam()); }

  static TranslateOptions options(int beam) {
    TranslateOptions options;
    options.search.beam_size = beam;
    options.n_best = beam;
    options.constraints = true;
    options.threads = 2;
    return options;
  }
  std::vector<TranslatedLine> translate(const std::vector<SourceLine>& lines,
                                        const TranslateOptions& options) const {
    std::size_t next = 0;
    std::vector<TranslatedLine> result;
    const auto read = [&](SourceLine& line) {
      if (next == lines.size()) return NextLine::kEnd;
      line = lines[next++];
      return NextLine::kRead;
    };
    const auto write = [&](std::span<TranslatedLine> part) {
      std::ranges::move(part, std::back_inserter(result));
    };
    summary_ = Translator(directory_.path("m"), options).translate({read, write});
    return result;
  }
  /// Lines with up to three words each, and beginnings.
  static std::vector<SourceLine> some_lines() {
    std::vector<SourceLine> lines;
    for (int i = 0; i < 24; ++i) {
      SourceLine& line = lines.emplace_back();
      line.text = german_number(i * i * 37 % 1000000);
      for (int k = 0; k < i % 4; ++k) {
        const std::string words = english_number((i * 7919 + k * 104729) % 1000000);
        const auto each = split_words(words);
        line.constraints.emplace_back(each[(i + k) % each.size()]);
      }
      if (i % 5 == 0) line.target = "six hundred";
    }
    return lines;
  }

  TemporaryDirectory directory_;
  mutable StreamSummary summary_;
};

INSTANTIATE_TEST_SUITE_P(Models, ConstraintLinesTest,
                         testing::Values(ModelType::kRnn, ModelType::kTransformer));

TEST_P(ConstraintLinesTest, EveryTranslationHasItsWords) {
  const std::vector<SourceLine> lines = some_lines();
  for (const int beam : {1, 3, 8}) {
    TranslateOptions wanted = options(beam);
    wanted.int8 = beam == 3;
    TranslateOptions one_by_one = wanted;
    one_by_one.line_buffered = true;
    one_by_one.threads = 1;
    const auto found = translate(lines, wanted), alone = translate(lines, one_by_one);
    ASSERT_EQ(found.size(), lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
      EXPECT_EQ(format_record(found[i], wanted), format_record(alone[i], wanted));
      EXPECT_TRUE(found[i].unmet_constraints.empty());
      for (const Translation& translation : found[i].translations) {
        EXPECT_TRUE(translation.text.starts_with(lines[i].target));
        for (const std::string& words : lines[i].constraints) {
          EXPECT_TRUE(has_words_apart(translation.text, words))
              << words << ": " << translation.text;
        }
      }
    }
    EXPECT_EQ(summary_.unmet.count, 0U);
  }
}

TEST_P(ConstraintLinesTest, SaysWhatCannotBe) {
  TranslateOptions wanted = options(3);
  wanted.json = true;
  wanted.n_best = 0;
  wanted.search.max_length = 6;
  std::vector<SourceLine> lines(4);
  for (SourceLine& line : lines) line.text = "zwei";
  lines[0].constraints = {"Жук", "two"};
  lines[1].constraints = {"two", english_number(777777)};
  lines[2] = {.text = " ", .constraints = {"two"}};
  const auto found = translate(lines, wanted);
  EXPECT_EQ(found[0].unmet_constraints, std::vector<std::string>{"Жук"});
  EXPECT_TRUE(has_words_apart(found[0].text(), "two"));
  EXPECT_EQ(found[1].unmet_constraints, std::vector<std::string>{english_number(777777)});
  EXPECT_TRUE(has_words_apart(found[1].text(), "two"));
  EXPECT_EQ(found[2].unmet_constraints, std::vector<std::string>{"two"});
  EXPECT_TRUE(found[3].unmet_constraints.empty());
  EXPECT_EQ(summary_.unmet.first, (std::vector<std::size_t>{1, 2, 3}));
  const auto json = nlohmann::json::parse(format_record(found[0], wanted));
  EXPECT_EQ(json["unmet_constraints"], nlohmann::json({"Жук"}));
  EXPECT_FALSE(
      nlohmann::json::parse(format_record(found[3], wanted)).contains("unmet_constraints"));
}

TEST_P(ConstraintLinesTest, LinesInCapitalsHaveThemInCapitals) {
  TranslateOptions wanted = options(2);
  wanted.n_best = 0;
  const auto found =
      translate({{.text = "ZWEIUNDVIERZIG TAUSEND", .constraints = {"SEVENTY", "two"}}}, wanted);
  EXPECT_TRUE(has_words_apart(found[0].text(), "SEVENTY")) << found[0].text();
  EXPECT_TRUE(has_words_apart(found[0].text(), "TWO")) << found[0].text();
}

TEST_P(ConstraintLinesTest, NoneAreDrawn) {
  TranslateOptions drawn;
  drawn.sampling = true;
  expect_error([&] { translate({{.text = "zwei", .constraints = {"two"}}}, drawn); },
               "expected no constraints in line 1, found 1 of them with --sampling");
}

TEST(ConstraintColumns, StandBehindTheLineAndItsBeginning) {
  TranslateOptions options;
  options.constraints = true;
  using Texts = std::vector<std::string>;
  const SourceLine plain = parse_record("ein\ta b\t\tc", 1, options);
  EXPECT_EQ(plain.text, "ein");
  EXPECT_EQ(plain.target, "");
  EXPECT_EQ(plain.constraints, (Texts{"a b", "c"}));
  options.force_decode = true;
  const SourceLine forced = parse_record("ein\ta b\t\tc\t", 1, options);
  EXPECT_EQ(forced.target, "a b");
  EXPECT_EQ(forced.constraints, Texts{"c"});
  EXPECT_EQ(parse_record("ein", 1, options).constraints, Texts{});
  options.constraints = false;
  EXPECT_EQ(parse_record("ein\ta\tb", 1, options).target, "a\tb");
}

TEST(ConstraintColumns, StandInJson) {
  TranslateOptions options;
  options.json = true;
  options.invalid_json = InvalidJson::kFail;
  const SourceLine line = parse_record(
      R"({"text": "ein", "prefix": "a", "constraints": ["b c", "d"], "id": 3})", 1, options);
  EXPECT_EQ(line.target, "a");
  EXPECT_EQ(line.constraints, (std::vector<std::string>{"b c", "d"}));
  EXPECT_EQ(line.tag, R"({"id":3})");
  expect_error([&] { parse_record(R"({"text": "", "constraints": "b"})", 4, options); },
               "expected a list of texts as \"constraints\" in line 4, found string");
  expect_error([&] { parse_record(R"({"text": "", "constraints": [1]})", 4, options); },
               "found others in it");
}

TEST(Continuations, BeginWithinWords) {
  const Tokenizer tokenizer = joint_tokenizers().target;
  const std::vector<bool> continues = find_continuations(tokenizer);
  ASSERT_EQ(std::ssize(continues), tokenizer.size());
  int count = 0;
  for (int id = 0; id < tokenizer.size(); ++id) {
    const std::string piece = tokenizer.piece(id);
    const bool is_apart =
        piece.starts_with("▁") || piece == "-" || piece == "</s>" || piece == "<unk>";
    EXPECT_EQ(continues[id], !is_apart) << piece;
    count += is_apart ? 1 : 0;
  }
  EXPECT_GT(count, 10);
}

}  // namespace
}  // namespace heed
