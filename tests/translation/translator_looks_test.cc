#include <gtest/gtest.h>

#include <cmath>
#include <utility>

#include "heed/translator.h"
#include "support/expect_error.h"
#include "support/temporary_directory.h"
#include "translation/lively_model.h"

namespace heed {
namespace {

ModelOptions several_heads(ModelType type) {
  ModelOptions options = tiny_options(type);
  options.attention = "multi-head";
  options.attention_dim = 8;
  options.dec_depth = type == ModelType::kRnn ? 1 : 3;
  return options;
}

/// What a translator shows of its attention and its search.
class LookingTest : public testing::TestWithParam<ModelType> {
 protected:
  LookingTest() { save_lively_model(path(), several_heads(GetParam())); }

  std::string path() const { return directory_.path("model"); }
  static TranslateOptions options() {
    TranslateOptions options;
    options.search.beam_size = 3;
    options.threads = 1;
    options.search.max_length_factor = 1;
    return options;
  }
  /// Scores one pair.
  Translation score(const TranslateOptions& options, const SourceLine& pair) const {
    bool is_read = false;
    Translation result;
    const auto read = [&](SourceLine& line) {
      line = pair;
      return std::exchange(is_read, true) ? NextLine::kEnd : NextLine::kRead;
    };
    const auto write = [&](std::span<TranslatedLine> lines) {
      result = lines.front().translations.front();
    };
    Translator(path(), options).score({read, write});
    return result;
  }

 private:
  TemporaryDirectory directory_;
};

INSTANTIATE_TEST_SUITE_P(Models, LookingTest,
                         testing::Values(ModelType::kRnn, ModelType::kTransformer),
                         [](const auto& parameter) {
                           return parameter.param == ModelType::kRnn ? "rnn" : "transformer";
                         });

void expect_near(const std::vector<std::vector<float>>& expected,
                 const std::vector<std::vector<float>>& found) {
  ASSERT_EQ(expected.size(), found.size());
  for (std::size_t t = 0; t < expected.size(); ++t) {
    ASSERT_EQ(expected[t].size(), found[t].size());
    for (std::size_t s = 0; s < expected[t].size(); ++s) {
      EXPECT_NEAR(expected[t][s], found[t][s], 1e-5);
    }
  }
}

TEST_P(LookingTest, AttentionOfAGivenTranslation) {
  TranslateOptions wanted = options();
  wanted.alignment.form = AlignmentForm::kSoft;
  const SourceLine pair{"drei und  vierzig", "forty three", ""};
  const PairAttention all = Translator(path(), wanted).attention(pair);
  EXPECT_EQ(all.source_units, (std::vector<std::string>{"drei", "und", "vierzig", "</s>"}));
  EXPECT_EQ(all.target_units, (std::vector<std::string>{"forty", "three", "</s>"}));
  const std::size_t layers = GetParam() == ModelType::kRnn ? 1 : 3;
  ASSERT_EQ(all.heads.size(), 3 * layers) << "the mean and two heads a layer";
  for (std::size_t i = 0; i < all.heads.size(); ++i) {
    const HeadAttention& chosen = all.heads[i];
    EXPECT_EQ(chosen.layer, static_cast<int>(i) / 3 + 1);
    EXPECT_EQ(chosen.head, static_cast<int>(i) % 3);
    wanted.alignment_layer = chosen.layer;
    wanted.alignment_heads = chosen.head == 0 ? "mean" : std::to_string(chosen.head);
    expect_near(score(wanted, pair).attention, chosen.weights);
    if (chosen.head != 0) continue;
    for (std::size_t t = 0; t < chosen.weights.size(); ++t) {
      for (std::size_t s = 0; s < chosen.weights[t].size(); ++s) {
        const float mean = (all.heads[i + 1].weights[t][s] + all.heads[i + 2].weights[t][s]) / 2;
        EXPECT_NEAR(chosen.weights[t][s], mean, 1e-6);
      }
    }
    EXPECT_NE(all.heads[i + 1].weights, all.heads[i + 2].weights);
  }
}

TEST_P(LookingTest, AttentionOfNothing) {
  TranslateOptions wanted = options();
  wanted.alignment.form = AlignmentForm::kSoft;
  Translator translator(path(), wanted);
  EXPECT_TRUE(translator.attention({" ", "", ""}).heads.empty());
  EXPECT_FALSE(translator.attention({"\xff", "two", ""}).heads.empty());
  expect_error<UsageError>(
      [&] {
        Translator(path()).attention({"zwei", "two", ""});
      },
      "--alignment");
}

TEST_P(LookingTest, ExploresItsSearch) {
  const std::string line = "dreiundvierzig";
  Translator translator(path(), options());
  const SearchTree tree = translator.explore(line);
  const Translation best = translator.translate(std::vector{line})[0].translations[0];
  std::vector<std::string> pieces;
  int parent = -1, dropped = 0;
  for (int i = 0; i < static_cast<int>(tree.nodes.size()); ++i) {
    const SearchNode& node = tree.nodes[i];
    ASSERT_LT(node.parent, i);
    EXPECT_EQ(node.step, node.parent < 0 ? 0 : tree.nodes[node.parent].step + 1);
    const float before = node.parent < 0 ? 0 : tree.nodes[node.parent].log_probability;
    EXPECT_LE(node.log_probability, before);
    EXPECT_TRUE(node.parent < 0 || tree.nodes[node.parent].kept);
    dropped += node.kept ? 0 : 1;
    if (!node.on_best_path) continue;
    EXPECT_EQ(node.parent, parent);
    EXPECT_TRUE(node.kept);
    pieces.push_back(node.piece);
    parent = i;
  }
  EXPECT_GT(dropped, 0);
  std::vector<std::string> expected = best.pieces;
  expected.emplace_back("</s>");
  EXPECT_EQ(pieces, expected);
  EXPECT_NEAR(tree.nodes[parent].log_probability, best.log_probability, 1e-4);
  ASSERT_EQ(tree.next.size(), expected.size());
  for (std::size_t t = 0; t < expected.size(); ++t) {
    ASSERT_EQ(tree.next[t].size(), 5U);
    for (const auto& [piece, probability] : tree.next[t]) {
      EXPECT_LE(probability, tree.next[t].front().second);
      if (piece != expected[t]) continue;
      EXPECT_NEAR(std::log(probability), best.word_scores[t], 1e-4);
    }
  }
}

TEST_P(LookingTest, ExploresBlankAndLongLines) {
  TranslateOptions wanted = options();
  EXPECT_TRUE(Translator(path(), wanted).explore(" ").nodes.empty());
  wanted.max_length = 3;
  EXPECT_FALSE(Translator(path(), wanted).explore("eins zwei drei vier").nodes.empty());
  wanted.sampling = true;
  expect_error<UsageError>([&] { Translator(path(), wanted).explore("eins"); }, "--sampling");
}

}  // namespace
}  // namespace heed
