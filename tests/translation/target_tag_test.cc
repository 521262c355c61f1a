#include "translation/target_tag.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <numeric>

#include "heed/translator.h"
#include "support/expect_error.h"
#include "support/temporary_directory.h"
#include "translation/lively_model.h"

namespace heed {
namespace {

/// Number words and two tags, as a vocabulary's own symbols.
const Tokenizer& tagged() {
  static const Tokenizer shared = [] {
    DataOptions options;
    options.vocab_size = 70;
    options.byte_fallback = false;
    options.user_symbols = {">>deu<<", ">>fr<<"};
    return train_tokenizer(
        300, [](std::size_t i) { return german_number(static_cast<int>(i) * 4001 % 1000000); },
        options);
  }();
  return shared;
}

TEST(TargetTag, IsWhatTheVocabularyMakesOfIt) {
  EXPECT_TRUE(find_target_tag("", tagged()).empty());
  EXPECT_EQ(find_target_tag("fr", tagged()), tagged().encode(">>fr<<"));
  EXPECT_EQ(find_target_tag(">>fr<<", tagged()), tagged().encode(">>fr<<"));
  EXPECT_EQ(tagged().piece(find_target_tag("fr", tagged()).back()), ">>fr<<");
}

TEST(TargetTag, TwoLettersMayMeanThree) {
  EXPECT_EQ(find_target_tag("de", tagged()), tagged().encode(">>deu<<"));
  EXPECT_EQ(find_target_tag("deu", tagged()), tagged().encode(">>deu<<"));
}

TEST(TargetTag, OthersAreErrorsThatNameWhatThereIs) {
  for (const char* other : {"es", "d", "zwei", ">><<", "<<", "fr<<"}) {
    expect_error<UsageError>([&] { find_target_tag(other, tagged()); }, "(deu, fr), found");
  }
  expect_error<UsageError>([&] { find_target_tag("de", joint_tokenizers().source); },
                           "no target tag for a model without tags such as >>de<<");
}

TEST(TargetTag, ItsAttentionIsThatOfTheEnd) {
  AttentionMatrix weights = {{0.25F, 0.5F, 0.125F, 0.125F}, {}};
  leave_out_tag(weights, 0);
  EXPECT_EQ(weights[0].size(), 4U);
  leave_out_tag(weights, 2);
  EXPECT_EQ(weights, (AttentionMatrix{{0.125F, 0.875F}, {}}));
}

class TaggedModelTest : public testing::TestWithParam<ModelType> {
 protected:
  void SetUp() override {
    save_lively_model(path(), tiny_options(GetParam()), {tagged(), tagged()});
  }
  std::string path() const { return directory_.path("m"); }
  static TranslateOptions options(const std::string& tag) {
    TranslateOptions options;
    options.target_tag = tag;
    options.search.beam_size = 2;
    options.search.max_length_factor = 1;
    options.alignment.form = AlignmentForm::kSoft;
    options.copy_unknown = false;
    return options;
  }
  Translation translate(const std::string& line, const TranslateOptions& options) const {
    return Translator(path(), options).translate(std::vector{line}).front().translations.front();
  }

  TemporaryDirectory directory_;
};

INSTANTIATE_TEST_SUITE_P(Models, TaggedModelTest,
                         testing::Values(ModelType::kRnn, ModelType::kTransformer));

TEST_P(TaggedModelTest, TheTagIsTheFirstTokenAndNoWord) {
  const std::string line = "zwei drei vierzig";
  Translator tagging(path(), options("fr")), plain(path(), options(""));
  const TranslatedLine found = tagging.translate(std::vector{line}).front();
  const TranslatedLine written = plain.translate(std::vector{">>fr<< " + line}).front();
  EXPECT_EQ(found.translations[0].pieces, written.translations[0].pieces);
  EXPECT_EQ(found.translations[0].word_scores, written.translations[0].word_scores);
  EXPECT_NE(found.translations[0].word_scores, translate(line, options("")).word_scores);
  EXPECT_NE(found.translations[0].word_scores, translate(line, options("de")).word_scores);
  EXPECT_EQ(found.source, line);
  EXPECT_EQ(found.source_units, (std::vector<std::string>{"zwei", "drei", "vierzig", "</s>"}));
  for (const std::vector<float>& row : found.translations[0].attention) {
    ASSERT_EQ(row.size(), 4U);
    EXPECT_NEAR(std::accumulate(row.begin(), row.end(), 0.0F), 1, 1e-4);
  }
  const std::vector<float>& row = found.translations[0].attention[0];
  EXPECT_NEAR(row[1], written.translations[0].attention[0][2], 1e-6);
  EXPECT_GT(row[3], written.translations[0].attention[0][4]);
}

TEST_P(TaggedModelTest, EachSentenceAndPartHasIt) {
  TranslateOptions wanted = options("fr");
  wanted.sentences = Sentences::kSplit;
  EXPECT_EQ(translate("Zwei drei. Vierzig neun.", wanted).text,
            translate("Zwei drei.", wanted).text + " " + translate("Vierzig neun.", wanted).text);
  wanted.sentences = Sentences::kWhole;
  const std::string half = "dreiundvierzig";
  wanted.max_length = static_cast<int>(tagged().encode(half).size());  // tags don't count
  std::vector<std::string> twice = translate(half, wanted).pieces;
  EXPECT_NE(twice, translate(half, options("")).pieces);
  const std::size_t length = twice.size();
  twice.reserve(2 * length);
  std::copy_n(twice.begin(), length, std::back_inserter(twice));
  EXPECT_EQ(translate(half + " " + half, wanted).pieces, twice);
}

TEST_P(TaggedModelTest, ALineMayHaveItsOwn) {
  TranslateOptions wanted = options("fr");
  wanted.json = true;
  Translator translator(path(), wanted);
  std::vector<std::string> lines = {R"({"text": "zwei"})",
                                    R"({"text": "zwei", "target_tag": "de"})"};
  std::vector<std::vector<float>> scores;
  std::size_t next = 0;
  const auto read = [&](SourceLine& line) {
    if (next == lines.size()) return NextLine::kEnd;
    line = parse_record(lines[next], next + 1, wanted);
    ++next;
    return NextLine::kRead;
  };
  const auto write = [&](std::span<TranslatedLine> part) {
    for (const TranslatedLine& line : part) scores.push_back(line.translations[0].word_scores);
  };
  translator.translate({read, write});
  EXPECT_EQ(scores[0], translate("zwei", options("fr")).word_scores);
  EXPECT_EQ(scores[1], translate("zwei", options("de")).word_scores);
  lines.emplace_back(R"({"text": "zwei", "target_tag": "es"})");
  expect_error([&] { translator.translate({read, write}); }, "as \"target_tag\" in line 1");
}

TEST_P(TaggedModelTest, GivenTranslationsAreReadWithIt) {
  const TranslateOptions tagging = options("fr");
  const Translation best = translate("zwei drei", tagging);
  Translator translator(path(), tagging);
  bool is_read = false;
  Translation scored;
  translator.score({[&](SourceLine& pair) {
                      if (std::exchange(is_read, true)) return NextLine::kEnd;
                      pair = {"zwei drei", best.text, ""};
                      return NextLine::kRead;
                    },
                    [&](std::span<TranslatedLine> l) { scored = l[0].translations[0]; }});
  if (scored.pieces == best.pieces) {
    EXPECT_NEAR(scored.log_probability, best.log_probability, 1e-3);
  }
  const PairAttention pair = translator.attention({"zwei drei", "vier", ""});
  EXPECT_EQ(pair.source_units.size(), 3U);
  for (const HeadAttention& head : pair.heads) EXPECT_EQ(head.weights[0].size(), 3U);
}

TEST_P(TaggedModelTest, OtherLanguagesAreRefusedAtOnce) {
  expect_error<UsageError>([&] { Translator(path(), options("es")); }, "(deu, fr), found \"es\"");
}

}  // namespace
}  // namespace heed
