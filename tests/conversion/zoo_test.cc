#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "heed/converter.h"
#include "heed/translator.h"
#include "model/tiny_models.h"
#include "support/temporary_directory.h"
#include "util/files.h"
#include "util/strings.h"

// Models that Marian trained, with what Marian makes of them: translations, n-best lists, scores,
// alignments of 200 lines. They lie in a folder beside the repository (HEED_INTEROP); where it is
// not, there is no program of these tests.

namespace heed {
namespace {

const std::filesystem::path kMarianZoo = HEED_INTEROP "/marian";

std::vector<std::string> lines_of(const std::filesystem::path& path) { return read_lines(path); }

/// A model of the zoo, converted.
class ZooModel {
 public:
  explicit ZooModel(const std::string& name, const std::string& file = "model.npz",
                    bool int8 = false)
      : folder_(kMarianZoo / name) {
    ConvertOptions options;
    options.output = path();
    options.int8 = int8;
    const bool is_joint = std::filesystem::exists(folder_ / "vocab.spm");
    options.vocab =
        is_joint ? std::vector<std::string>{folder_ / "vocab.spm"}
                 : std::vector<std::string>{folder_ / "vocab.de.spm", folder_ / "vocab.en.spm"};
    convert_model(folder_ / file, options);
  }

  std::string path() const { return directory_.path("model.safetensors"); }
  /// What Marian made of the 200 lines.
  std::vector<std::string> marians(const std::string& kind) const {
    return lines_of(folder_ / "out" / ("test_2016." + kind));
  }
  static TranslateOptions like_marian(int beam) {
    TranslateOptions options;
    options.search.like = SearchStyle::kMarian;
    options.search.beam_size = beam;
    options.search.normalize = 0.6F;
    return options;
  }
  std::vector<TranslatedLine> translate(const TranslateOptions& options) const {
    static const std::vector<std::string> source = lines_of(kMarianZoo / "data/test_2016.de");
    return Translator(path(), options).translate(source);
  }

 private:
  std::filesystem::path folder_;
  TemporaryDirectory directory_;
};

/// The parts between " ||| ".
std::vector<std::string> fields(const std::string& line) {
  std::vector<std::string> result;
  std::size_t begin = 0;
  for (std::size_t bar; (bar = line.find(" ||| ", begin)) != std::string::npos; begin = bar + 5) {
    result.push_back(line.substr(begin, bar - begin));
  }
  result.push_back(line.substr(begin));
  return result;
}

std::vector<double> numbers_in(const std::string& text) {
  std::string blanks = text;
  std::replace(blanks.begin(), blanks.end(), ',', ' ');
  std::istringstream stream(blanks);
  std::vector<double> numbers;
  for (std::string word; stream >> word;) {
    if (word != "WordScores=") numbers.push_back(std::stod(word));
  }
  return numbers;
}

/// All but the one whose decoder Marian gets wrong.
class ZooTest : public testing::TestWithParam<const char*> {};

TEST_P(ZooTest, TranslationsAreMarians) {
  const ZooModel model(GetParam());
  for (const auto& [beam, kind] : {std::pair(1, "beam1.txt"), std::pair(6, "beam6.txt")}) {
    const std::vector<std::string> expected = model.marians(kind);
    const auto found = model.translate(ZooModel::like_marian(beam));
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_EQ(found[i].text(), expected[i]) << kind << ", line " << i + 1;
    }
  }
}

TEST_P(ZooTest, NBestListsAreMariansWithTheirScores) {
  const ZooModel model(GetParam());
  TranslateOptions options = ZooModel::like_marian(4);
  options.n_best = 4;
  options.word_scores = true;
  const std::vector<std::string> expected = model.marians("nbest4.txt.gz");
  std::size_t next = 0;
  for (const TranslatedLine& line : model.translate(options)) {
    for (const Translation& translation : line.translations) {
      ASSERT_LT(next, expected.size());
      const std::vector<std::string> parts = fields(expected[next++]);
      const double total = std::stod(parts.at(3).substr(4)), score = std::stod(parts.at(4));
      EXPECT_EQ(translation.text, parts.at(1)) << expected[next - 1];
      EXPECT_NEAR(translation.log_probability, total, 1e-4 * std::abs(total));
      EXPECT_NEAR(translation.score, score, 1e-4 * std::abs(score));
      const std::vector<double> words = numbers_in(parts.at(2));
      ASSERT_EQ(words.size(), translation.word_scores.size()) << expected[next - 1];
      for (std::size_t i = 0; i < words.size(); ++i) {
        EXPECT_NEAR(translation.word_scores[i], words[i], 1e-4 * std::abs(words[i]) + 5e-5);
      }
    }
  }
  EXPECT_EQ(next, expected.size());
}

TEST_P(ZooTest, SoftAlignmentsAreMarians) {
  const ZooModel model(GetParam());
  TranslateOptions options = ZooModel::like_marian(1);
  options.alignment.form = AlignmentForm::kSoft;
  options.alignment_unit = AlignmentUnit::kPiece;
  const std::vector<std::string> expected = model.marians("align.txt.gz");
  const auto found = model.translate(options);
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::vector<double> weights = numbers_in(fields(expected[i]).at(1));
    std::vector<float> all;
    for (const auto& row : found[i].translations.front().attention) {
      all.insert(all.end(), row.begin(), row.end());
    }
    ASSERT_EQ(all.size(), weights.size()) << "line " << i + 1;
    for (std::size_t j = 0; j < all.size(); ++j) EXPECT_NEAR(all[j], weights[j], 5e-4);
  }
}

const auto kSound =
    testing::Values("transformer-post", "transformer-ssru", "transformer-aan",
                    "transformer-pre-ssru", "s2s-gru", "s2s-lstm-deep", "nematus", "amun");

std::string zoo_name(const testing::TestParamInfo<const char*>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Models, ZooTest, kSound, zoo_name);

/// All: the scorer is right for the other one too.
class ZooScoreTest : public testing::TestWithParam<const char*> {};

TEST_P(ZooScoreTest, ScoresAreMarians) {
  const ZooModel model(GetParam());
  TranslateOptions options;
  options.search.normalize = 0;
  const std::vector<std::string> expected = model.marians("score.txt");
  const std::vector<std::string> source = lines_of(kMarianZoo / "data/test_2016.de");
  const std::vector<std::string> target = lines_of(kMarianZoo / "data/test_2016.en");
  std::size_t next = 0, scored = 0;
  const auto read = [&](SourceLine& line) {
    if (next == source.size()) return NextLine::kEnd;
    line = {source[next], target[next], ""};
    ++next;
    return NextLine::kRead;
  };
  const auto write = [&](std::span<TranslatedLine> lines) {
    for (const TranslatedLine& line : lines) {
      const double wanted = std::stod(expected.at(scored++));
      EXPECT_NEAR(line.translations.front().log_probability, wanted, 1e-4 * std::abs(wanted));
    }
  };
  Translator(model.path(), options).score({read, write});
  EXPECT_EQ(scored, expected.size());
}

INSTANTIATE_TEST_SUITE_P(Models, ZooScoreTest, kSound, zoo_name);
INSTANTIATE_TEST_SUITE_P(PreNorm, ZooScoreTest, testing::Values("transformer-pre-relu"), zoo_name);

/// Floats computed from int8 weights: Marian multiplies in int8, so few lines may differ.
TEST(ZooInt8Test, BinariesGiveNearlyMariansTranslations) {
  for (const char* name : {"transformer-post", "transformer-ssru"}) {
    const ZooModel model(name, "model.intgemm8.bin");
    const std::vector<std::string> expected = model.marians("intgemm8.beam1.txt");
    const auto found = model.translate(ZooModel::like_marian(1));
    int equal = 0;
    for (std::size_t i = 0; i < found.size(); ++i) equal += found[i].text() == expected.at(i);
    std::printf("%s: %d of %zu lines as Marian's int8\n", name, equal, found.size());
    EXPECT_GT(equal, 150) << name;
  }
}

/// The weights that Marian stored as codes, as --int8 stores and multiplies them.
TEST(ZooInt8Test, CodesStayWhatTheyAre) {
  for (const char* name : {"transformer-post", "transformer-ssru"}) {
    const auto backend = make_backend("eigen");
    const ZooModel plain(name, "model.intgemm8.bin"), rounded(name, "model.intgemm8.bin", true);
    const LoadedModel expected(plain.path(), *backend), found(rounded.path(), *backend);
    for (std::size_t i = 0; i < expected.parameters().all().size(); ++i) {
      const Parameter& parameter = expected.parameters().all()[i];
      if (parameter.factor != Factor::kWeight) continue;
      const std::vector<float> codes = numbers(expected.parameters(), parameter);
      const std::vector<float> kept = numbers(found.parameters(), found.parameters().all()[i]);
      for (std::size_t k = 0; k < kept.size(); ++k) {
        ASSERT_NEAR(kept[k], codes[k], 1e-6F * std::abs(codes[k])) << parameter.name;
      }
    }
  }
}

}  // namespace
}  // namespace heed
