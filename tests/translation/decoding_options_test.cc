#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "heed/translator.h"
#include "support/expect_error.h"
#include "support/temporary_directory.h"
#include "translation/lively_model.h"

namespace heed {
namespace {

using Change = std::function<void(TranslateOptions&)>;

class DecodingOptionsTest : public testing::TestWithParam<ModelType> {
 protected:
  DecodingOptionsTest() { save_lively_model(directory_.path("m"), GetParam()); }

  static TranslateOptions options(const Change& change) {
    TranslateOptions options;
    options.search.beam_size = 4;
    options.search.max_length_factor = 1;
    options.threads = 2;
    change(options);
    return options;
  }
  /// All that is written of some lines.
  std::string translate(const TranslateOptions& options) const {
    std::vector<std::string> lines;
    for (int i = 0; i < 30; ++i) lines.push_back(german_number(i * i * 37 % 1000000));
    std::string records;
    for (const auto& line : Translator(directory_.path("m"), options).translate(lines)) {
      records += format_record(line, options);
    }
    return records;
  }
  std::string translate(const Change& change) const { return translate(options(change)); }

  TemporaryDirectory directory_;
};

INSTANTIATE_TEST_SUITE_P(Models, DecodingOptionsTest,
                         testing::Values(ModelType::kRnn, ModelType::kTransformer));

TEST_P(DecodingOptionsTest, ALineDependsOnNothingElse) {
  const std::vector<Change> kinds{[](auto& o) {
                                    o.sampling = true;
                                    o.sampling_topk = 9;
                                    o.sampling_topp = 0.8F;
                                    o.sampling_temperature = 1.5F;
                                    o.search.repetition_penalty = 1.2F;
                                    o.n_best = 2;
                                  },
                                  [](auto& o) {
                                    o.search.beam_groups = 2;
                                    o.search.repetition_penalty = 1.4F;
                                    o.n_best = 4;
                                  },
                                  [](auto& o) {
                                    o.search.coverage_penalty = 0.3F;
                                    o.search.min_length_factor = 1.2F;
                                    o.search.min_length = 5;
                                    o.scores = o.int8 = true;
                                  }};
  std::vector<std::string> all;
  for (const Change& kind : kinds) {
    TranslateOptions one = options(kind), other = one;
    one.line_buffered = true;
    one.threads = 1;
    all.push_back(translate(one));
    for (const int words : {30, 1000}) {
      other.mini_batch_words = words;
      EXPECT_EQ(translate(other), all.back()) << words;
    }
    EXPECT_NE(all.back(), translate([](auto&) {}));
  }
}

TEST_P(DecodingOptionsTest, WithoutEffectTheyChangeNothing) {
  const Change ranked = [](auto& o) { o.scores = true; };
  const std::string search = translate(ranked);
  for (const Change& change : std::vector<Change>{
           [](auto& o) { o.search.min_length = 1; }, [](auto& o) { o.search.diversity = 9; },
           [](auto& o) { o.search.coverage_penalty = 1e-30F; },
           [](auto& o) { o.constraints = true; }}) {
    EXPECT_EQ(search, translate([&](auto& o) { ranked(o), change(o); }));
  }
}

TEST_P(DecodingOptionsTest, ListsAreSortedByTheScoresThatAreWritten) {
  Translator translator(directory_.path("m"), options([](auto& o) {
                          o.search.coverage_penalty = 0.1F;
                          o.search.repetition_penalty = 1.5F;
                          o.n_best = 4;
                        }));
  int penalized = 0;
  for (int i = 0; i < 20; ++i) {
    const std::vector<std::string> line{german_number(i * 4321)};
    const std::vector<TranslatedLine> found = translator.translate(line);
    float before = 0;
    for (const Translation& t : found[0].translations) {
      EXPECT_TRUE(before == 0 || t.score <= before);
      before = t.score;
      const double plain = t.log_probability / static_cast<double>(t.word_scores.size());
      EXPECT_LE(t.score, plain + 1e-4);
      penalized += t.score < plain - 1e-3 ? 1 : 0;
    }
  }
  EXPECT_GT(penalized, 20);
}

TEST_P(DecodingOptionsTest, ASmallNucleusAndTheColdAreGreedy) {
  const std::string greedy = translate([](auto& o) { o.search.beam_size = 1; });
  const auto draw = [&](const Change& change) {
    return translate([&](auto& o) { o.sampling = true, change(o); });
  };
  EXPECT_EQ(draw([](auto& o) { o.sampling_topp = 0; }), greedy);
  EXPECT_EQ(draw([](auto& o) { o.sampling_temperature = 0.001F; }), greedy);
  EXPECT_EQ(draw([](auto& o) { o.sampling_topk = 1; }), greedy);
  const std::string drawn = draw([](auto&) {});
  EXPECT_NE(drawn, greedy);
  EXPECT_NE(draw([](auto& o) { o.sampling_temperature = 0.5F; }), drawn);
}

TEST(DecodingOptions, RefuseWhatDoesNotFit) {
  const TemporaryDirectory directory;
  ModelOptions blind = tiny_options();
  blind.attention = "none";
  TinyModel(blind, joint_tokenizers()).save(directory.path("blind"));
  const auto expect = [&](const std::string& part, const Change& change) {
    TranslateOptions options;
    change(options);
    expect_error<UsageError>([&] { Translator(directory.path("blind"), options); }, part);
  };
  expect("need --sampling", [](auto& o) { o.sampling_topp = 0.9F; });
  expect("need --sampling", [](auto& o) { o.sampling_temperature = 2; });
  expect("need a search", [](auto& o) { o.sampling = true, o.search.beam_groups = 2; });
  expect("need a search", [](auto& o) { o.sampling = o.constraints = true; });
  expect("--beam-groups 4 groups of one size, found 6", [](auto& o) { o.search.beam_groups = 4; });
  expect("--coverage-penalty needs a model with attention",
         [](auto& o) { o.search.coverage_penalty = 0.2F; });
}

TEST(DecodingOptions, AreRefusedWhereTheyAreImpossible) {
  const TemporaryDirectory directory;
  ModelOptions blind = tiny_options();
  blind.attention = "none";
  TinyModel(blind, joint_tokenizers()).save(directory.path("blind"));
  const auto expect = [&](const std::string& part, auto change) {
    TranslateOptions options;
    change(options);
    expect_error<UsageError>([&] { Translator(directory.path("blind"), options); }, part);
  };
  expect("1 to 1024 hypotheses for --beam-size, found 0", [](auto& o) { o.search.beam_size = 0; });
  expect("--n-best of at most --beam-size 6", [](auto& o) { o.n_best = 7; });
  expect("--threads", [](auto& o) { o.threads = -1; });
  expect("for --max-length,", [](auto& o) { o.max_length = 0; });
  expect("--normalize", [](auto& o) { o.search.normalize = std::nanf(""); });
  expect("--sampling-temperature need --sampling", [](auto& o) { o.sampling_topk = 3; });
  expect("need a model with attention weights",
         [](auto& o) { o.alignment.form = AlignmentForm::kHard; });
  expect("--alignment-layer and --alignment-heads need", [](auto& o) { o.alignment_layer = 1; });
  expect("found 'abacus'", [](auto& o) { o.backend = "abacus"; });
  EXPECT_EQ(Translator(directory.path("blind")).translate(std::vector<std::string>{""}).size(), 1U);
}

}  // namespace
}  // namespace heed
