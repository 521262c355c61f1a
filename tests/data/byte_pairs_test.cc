#include "data/byte_pairs.h"

#include <gtest/gtest.h>

#include "data/piece_order.h"
#include "data/tokenizer.h"
#include "support/expect_error.h"
#include "util/files.h"
#include "util/json.h"

namespace heed {
namespace {

TEST(BytePairsTest, CutsAsPythonDoes) {
  const std::string path = HEED_GOLDEN "/subwords.json";
  for (const nlohmann::json& golden : parse_json(read_file(path), path)) {
    const BytePairs pairs(golden["codes"].get<std::string>(), "codes");
    for (const auto& [word, pieces] : golden["pieces"].items()) {
      EXPECT_EQ(pairs.split(word), pieces.get<std::vector<std::string>>())
          << word << " by " << golden["codes"];
    }
  }
}

TEST(BytePairsTest, DamagedCodesNameTheLine) {
  const auto expect_refused = [](std::string_view codes, const std::string& message) {
    expect_error([&] { BytePairs(codes, "codes"); }, message);
  };
  expect_refused("", "expected codes of subword-nmt in codes, found none");
  expect_refused("#version: 0.2\n", "found none");
  expect_refused("#version: 0.3\na b\n", "version 0.1 or 0.2 in codes, found \"0.3\"");
  expect_refused("#version: 0.2\na b\na\n", "codes:3: expected two symbols");
  expect_refused("a b\na b c\n", "codes:2: expected two symbols");
  expect_refused("a  b\n", "codes:1: expected two symbols");
  expect_refused("a b\n\nb c\n", "codes:2: expected two symbols");
}

/// In time that grows with its length, not with its square.
TEST(BytePairsTest, LongWords) {
  std::string codes = "#version: 0.2\n", symbol = "a";
  for (; symbol.size() < 1000; symbol += symbol) codes += symbol + " " + symbol + "\n";
  const std::vector<std::string> pieces =
      BytePairs(codes, "codes").split(std::string(symbol.size() * 300 + 1, 'a'));
  ASSERT_EQ(pieces.size(), 301);
  EXPECT_EQ(pieces.front(), symbol + "@@");
  EXPECT_EQ(pieces.back(), "a");
}

class CutWordsTest : public testing::Test {
 protected:
  static constexpr const char* kCodes = "#version: 0.2\nu n\ni n\ne s</w>\nin es</w>\n";

  std::string decoded(const std::vector<int>& ids) const { return tokenizer_.decode(ids); }

  const std::vector<std::string> list_ = {"</s>", "<unk>", "un@@", "in@@", "ines", "un", "x"};
  const Tokenizer tokenizer_{word_model(list_, "list", kCodes), "list"};
};

TEST_F(CutWordsTest, PiecesHaveTheNumbersOfTheList) {
  EXPECT_EQ(tokenizer_.encode("unines x unin"), (std::vector{2, 4, 6, 2, 1, 1}));
  EXPECT_EQ(tokenizer_.encode_words("unines x  unin").words, (std::vector{0, 0, 1, 2, 2, 2}));
  EXPECT_EQ(tokenizer_.size(), 7);
}

TEST_F(CutWordsTest, TextIsJoinedAgain) {
  EXPECT_EQ(decoded({2, 4, 6, 2, 4, 0}), "unines x unines");
  EXPECT_EQ(decoded({6, 2}), "x un");  // a sentence that ends within a word
  EXPECT_EQ(decoded({}), "");
  const DecodedLine line = tokenizer_.decode_words(std::vector{2, 4, 6, 3, 2, 4, 0});
  EXPECT_EQ(line.text, "unines x inunines");
  EXPECT_EQ(line.words, (std::vector{0, 0, 1, 2, 2, 2, 2}));
}

TEST_F(CutWordsTest, CodesStayInTheModel) {
  const Tokenizer again(tokenizer_.serialized(), "again");
  EXPECT_EQ(again.encode("unines"), tokenizer_.encode("unines"));
  const Tokenizer whole(word_model(list_, "list"), "list");
  EXPECT_EQ(whole.encode("unines un"), (std::vector{1, 5}));
  expect_error([&] { Tokenizer(word_model(list_, "list", "a\n"), "list"); },
               "list:1: expected two");
}

}  // namespace
}  // namespace heed
