#include "training/validator.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "heed/translator.h"
#include "support/expect_error.h"
#include "training/small_training.h"
#include "util/json.h"

namespace heed {
namespace {

using Names = std::vector<std::string>;

/// Small trainings that validate once, at their end, so that the model file has the weights that
/// were measured.
class ValidatorTest : public testing::TestWithParam<ModelType> {
 protected:
  ValidatorTest() {
    std::string source, target;
    for (int i = 0; i < kPairs; ++i) {
      const NumberSentence sentence = NumberSentences{99, 1, 4}.sentence(i);
      source += sentence.german + "\n";
      target += sentence.english + "\n";
    }
    small_.directory.write("train.de", source);
    small_.directory.write("train.en", target);
  }

  TrainOptions options() const {
    TrainOptions options = small_.options(GetParam(), "m");
    options.training.after = options.training.valid_freq = "40u";
    options.training.learn_rate = 0.01F;
    options.training.valid_metrics = {"cross-entropy", "attention", "perplexity"};
    options.architecture.dec_depth = 2;
    options.architecture.alignment_layer = GetParam() == ModelType::kTransformer ? 1 : 0;
    return options;
  }

  /// Trains without a word, and returns the lines of the log with "[valid]", from there on.
  Names validations(
      const TrainOptions& options,
      const std::function<bool()>& interrupted = [] { return false; }) const {
    LogOptions log;
    log.quiet = true;
    log.log = small_.directory.path("log");
    log.log_json = small_.directory.path("log.json");
    Trainer(options, log).run(interrupted);
    return lines_with("[valid]", small_.directory.read("log"));
  }
  static Names lines_with(const std::string& part, const std::string& text) {
    Names lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
      if (const auto at = line.find(part); at != line.npos) lines.push_back(line.substr(at));
    }
    return lines;
  }
  nlohmann::json validation_report() const {
    const Names reports = lines_with("{", small_.directory.read("log.json"));
    for (const std::string& line : reports) {
      nlohmann::json json = nlohmann::json::parse(line);
      if (json.at("type") == "valid") return json;
    }
    ADD_FAILURE() << "no validation in the log";
    return {};
  }

  /// Measures of the references as `heed align` takes them, and their cross-entropy.
  std::pair<AttentionMeasures, double> aligned() const {
    TranslateOptions align;
    align.alignment.form = AlignmentForm::kSoft;
    align.alignment_unit = AlignmentUnit::kPiece;
    Translator translator(small_.directory.path("m"), align);
    AttentionStatistics statistics;
    double log_probability = 0;
    std::size_t tokens = 0;
    int next = 0;
    const auto read = [&](SourceLine& line) {
      if (next == kPairs) return NextLine::kEnd;
      const NumberSentence sentence = NumberSentences{99, 1, 4}.sentence(next++);
      line = {sentence.german, sentence.english, ""};
      return NextLine::kRead;
    };
    const auto write = [&](std::span<TranslatedLine> lines) {
      for (const TranslatedLine& line : lines) {
        const Translation& reference = line.translations.front();
        statistics.add(reference.attention);
        log_probability += reference.log_probability;
        tokens += reference.word_scores.size();
      }
    };
    translator.score({read, write});
    return {statistics.means(), -log_probability / static_cast<double>(tokens)};
  }

  static constexpr int kPairs = 120;
  SmallTraining small_;
};

INSTANTIATE_TEST_SUITE_P(Types, ValidatorTest,
                         testing::Values(ModelType::kRnn, ModelType::kTransformer),
                         [](const auto& type) {
                           return type.param == ModelType::kRnn ? "rnn" : "transformer";
                         });

TEST_P(ValidatorTest, MeasuresTheAttentionThatAlignMeasures) {
  validations(options());
  const nlohmann::json json = validation_report();
  const auto [measures, cross_entropy] = aligned();
  EXPECT_NEAR(json.at("cross-entropy"), cross_entropy, 1e-5);
  for (const auto& [name, value] : kAttentionMeasures) {
    EXPECT_NEAR(json.at("attention-" + std::string(name)), measures.*value, 1e-5) << name;
  }
  EXPECT_LT(measures.normalized_entropy, 0.99) << "attention that learnt nothing tells nothing";
  EXPECT_FALSE(json.contains("bleu"));
}

TEST_P(ValidatorTest, MeasuresTheHeadThatTheModelNames) {
  TrainOptions head = options();
  if (GetParam() == ModelType::kRnn) head.architecture.attention = "multi-head";
  head.architecture.alignment_heads = "2";
  validations(head);
  EXPECT_NEAR(validation_report().at("attention-entropy"), aligned().first.entropy, 1e-5);
}

TEST_P(ValidatorTest, WritesALineForEachMeasure) {
  const Names lines = validations(options());
  Names beginnings;
  for (const std::string& line : lines) beginnings.push_back(line.substr(0, line.rfind(" : ")));
  const std::string place = lines.front().substr(0, lines.front().find("cross-entropy"));
  EXPECT_EQ(place.find("[valid] Ep. "), 0U) << place;
  EXPECT_EQ(lines.front().substr(lines.front().rfind(" : ")), " : new best");
  beginnings.front() = place + "cross-entropy";
  Names expected;
  for (const char* name :
       {"cross-entropy", "attention-entropy", "attention-normalized-entropy", "attention-sharpness",
        "attention-coverage", "attention-monotonicity", "attention-end-mass", "perplexity"}) {
    expected.push_back(place + name);
  }
  EXPECT_EQ(beginnings, expected);
  const double sharpness = std::stod(lines[3].substr(lines[3].rfind(' ')));
  EXPECT_NEAR(sharpness, validation_report().at("attention-sharpness"), 1e-4);
}

TEST_P(ValidatorTest, AnyNumberOfThreadsGivesTheSameBits) {
  validations(options());
  const auto backend = make_backend("eigen");
  const LoadedModel loaded(small_.directory.path("m"), *backend);
  ValidationText text;
  for (int i = 0; i < kPairs; ++i) {
    const NumberSentence sentence = NumberSentences{99, 1, 4}.sentence(i);
    text.source.push_back(sentence.german);
    text.target.push_back(sentence.english);
  }
  const Validator validator(loaded.model(), text, loaded.contents().tokenizers, options());
  std::vector<Validation> found;
  const auto alone = join_processes();
  for (const int threads : {1, 3}) {
    ThreadPool pool(threads);
    found.push_back(*validator.run({pool, *alone}, [] { return false; }));
  }
  EXPECT_EQ(found[0].cross_entropy, found[1].cross_entropy);
  for (const auto& [name, value] : kAttentionMeasures) {
    EXPECT_EQ(found[0].attention.*value, found[1].attention.*value) << name;
  }
}

TEST_P(ValidatorTest, GoesOnAfterAStopAsIfThereWereNone) {
  TrainOptions some = options();
  some.training.valid_freq = "9u";
  some.training.save_freq = "7u";
  const Names whole = validations(some);
  const std::string model = small_.directory.read("m");
  for (const char* file : {"m", "m.state", "log", "log.json"}) {
    std::filesystem::remove(small_.directory.path(file));
  }
  int asked = 0;
  validations(some, [&] { return ++asked == 24; });
  EXPECT_EQ(validations(some), whole);
  EXPECT_EQ(small_.directory.read("m"), model);
}

TEST_P(ValidatorTest, RefusesWhatCannotBeMeasured) {
  const auto expect = [&](const std::string& part, auto change) {
    TrainOptions wrong = options();
    change(wrong);
    expect_error<UsageError>([&] { Trainer{wrong}; }, part);
  };
  expect("decides which model is best, found attention", [](TrainOptions& o) {
    o.training.valid_metrics = {"attention", "bleu"};
  });
  expect("found 3", [](TrainOptions& o) { o.architecture.alignment_layer = 3; });
  expect("did you mean 'attention'", [](TrainOptions& o) {
    o.training.valid_metrics = {"bleu", "atention"};
  });
  if (GetParam() == ModelType::kTransformer) return;
  for (const char* name : {"none", "fixed", "mean"}) {
    expect("--valid-metrics attention needs a model with attention weights",
           [&](TrainOptions& o) { o.architecture.attention = name; });
  }
}

}  // namespace
}  // namespace heed
