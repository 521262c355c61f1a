#include <gtest/gtest.h>

#include <cmath>

#include "heed/converter.h"
#include "heed/translator.h"
#include "model/tiny_models.h"
#include "support/temporary_directory.h"
#include "util/files.h"
#include "util/json.h"

// Models that Hugging Face's transformers trained and saved, with what its MarianTokenizer and
// MarianMTModel make of some lines (tests/golden/make_marian_mt.py): one as pytorch_model.bin with
// embeddings times √D, one with two vocabularies and a bias, one of two target languages.

namespace heed {
namespace {

using nlohmann::json;

class MarianMtTest : public testing::TestWithParam<const char*> {
 protected:
  void convert(ModelSource from) const {
    ConvertOptions options;
    options.from = from;
    options.output = path();
    convert_model(folder_, options);
  }
  std::string path() const { return directory_.path("model"); }
  const json& lines() const { return results_["lines"]; }

  /// By the rules of transformers: none is longer than max_length with <pad> before it and </s>,
  /// and none is taken for a loop.
  std::vector<TranslatedLine> translate(int beam) const {
    TranslateOptions options;
    options.search.beam_size = beam;
    options.search.max_length = results_["max_length"].get<int>() - 2;
    options.search.max_length_factor = 1000;
    options.search.no_loop_guard = true;
    options.sentences = Sentences::kWhole;
    options.capitals = Capitals::kKeep;
    options.copy_unknown = false;
    options.max_length = 90;
    options.threads = 1;
    std::vector<std::string> source;
    for (const json& line : lines()) source.push_back(line["source"]);
    return Translator(path(), options).translate(source);
  }

  const std::string folder_ = std::string(HEED_GOLDEN "/marian_mt/") + GetParam();
  const json results_ = parse_json(read_file(folder_ + "/results.json"), folder_);
  const TemporaryDirectory directory_;
};
INSTANTIATE_TEST_SUITE_P(Models, MarianMtTest, testing::Values("scaled", "separate", "tagged"),
                         [](const auto& test) { return std::string(test.param); });

void expect_near(double found, double expected, const std::string& what) {
  EXPECT_NEAR(found, expected, 1e-4 * std::max(1.0, std::abs(expected))) << what;
}

TEST_P(MarianMtTest, ReadsTokensAndTranslatesAsTransformers) {
  convert(ModelSource::kTransformers);
  const LoadedModel model(path(), *make_backend("eigen"));
  const Tokenizer& source = model.contents().tokenizers.source;
  const std::vector<TranslatedLine> greedy = translate(1), beam = translate(4);
  for (std::size_t i = 0; i < lines().size(); ++i) {
    const json& line = lines()[i];
    std::vector<int> ids = source.encode(line["source"].get<std::string>());
    ids.push_back(source.eos_id());
    EXPECT_EQ(json(ids), line["source_ids"]);
    EXPECT_EQ(greedy[i].text(), line["greedy"]);
    expect_near(greedy[i].translations[0].log_probability, line["greedy_log_p"], line["greedy"]);
    if (!line.contains("beam")) continue;  // cut off there, where </s> is then certain
    EXPECT_EQ(beam[i].text(), line["beam"]);
    expect_near(beam[i].translations[0].score, line["beam_score"], line["beam"]);
  }
}

/// With Marian's positions and epsilon, which were put into transformers for these numbers.
TEST_P(MarianMtTest, OpusMtHasMariansNumbers) {
  convert(ModelSource::kAuto);
  const std::vector<TranslatedLine> greedy = translate(1);
  for (std::size_t i = 0; i < lines().size(); ++i) {
    const json& line = lines()[i];
    if (!line.contains("marian_greedy")) continue;
    EXPECT_EQ(greedy[i].text(), line["marian_greedy"]);
    expect_near(greedy[i].translations[0].log_probability, line["marian_log_p"],
                line["marian_greedy"]);
  }
}

}  // namespace
}  // namespace heed
