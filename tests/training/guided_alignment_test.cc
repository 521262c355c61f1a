#include "training/guided_alignment.h"

#include <gtest/gtest.h>

#include "data/batches.h"
#include "data/vocabulary_trainer.h"
#include "heed/translator.h"
#include "metrics/alignment_error.h"
#include "support/expect_error.h"
#include "training/small_training.h"

namespace heed {
namespace {

/// Sentences of two to four numbers, with their alignments.
class GuidedTraining : public testing::TestWithParam<ModelType> {
 protected:
  GuidedTraining() {
    std::string source, target, links;
    for (int i = 0; i < kPairs; ++i) {
      const NumberSentence sentence = NumberSentences{99, 2, 4}.sentence(i);
      source += sentence.german + "\n";
      target += sentence.english + "\n";
      links += sentence.alignment + "\n";
    }
    small_.directory.write("train.de", source);
    small_.directory.write("train.en", target);
    small_.directory.write("links", links);
  }

  TrainOptions options(const std::string& model) const {
    TrainOptions options = small_.options(GetParam(), model);
    options.data.guided_alignment = small_.directory.path("links");
    options.training.guided_alignment_weight = 1;
    options.training.after = "60u";
    options.training.valid_metrics = {"cross-entropy"};
    options.training.save_freq = "20u";
    return options;
  }

  /// The share of linked target words whose attention is on their source word.
  double accuracy(const std::string& model) const {
    TranslateOptions align;
    align.alignment.form = AlignmentForm::kHard;
    Translator translator(small_.directory.path(model), align);
    double right = 0, all = 0;
    int next = 0;
    const auto read = [&](SourceLine& line) {
      if (next == kPairs) return NextLine::kEnd;
      const NumberSentence sentence = NumberSentences{99, 2, 4}.sentence(next++);
      line = {sentence.german, sentence.english, ""};
      return NextLine::kRead;
    };
    const auto write = [&](std::span<TranslatedLine> lines) {
      for (const TranslatedLine& line : lines) {
        HardAlignment links;
        for (const auto& [s, t] : line.translations[0].alignment) links.push_back({s, t});
        const auto counts = agreement(
            links,
            parse_gold_alignment(NumberSentences{99, 2, 4}.sentence(line.number - 1).alignment));
        right += counts[2];
        all += counts[1];
      }
    };
    translator.score({read, write});
    return right / all;
  }

  static constexpr int kPairs = 100;
  SmallTraining small_;
};

INSTANTIATE_TEST_SUITE_P(Types, GuidedTraining,
                         testing::Values(ModelType::kRnn, ModelType::kTransformer),
                         [](const auto& type) {
                           return type.param == ModelType::kRnn ? "rnn" : "transformer";
                         });

TEST_P(GuidedTraining, TeachesAttentionTheLinks) {
  TrainOptions guided = options("guided");
  guided.training.learn_rate = 0.01F;
  guided.training.after = "80u";
  guided.data.valid_sets.clear();
  TrainOptions free = guided;
  free.model = small_.directory.path("free");
  free.data.guided_alignment.clear();
  train(guided);
  train(free);
  EXPECT_GT(accuracy("guided"), accuracy("free") + 0.2);
}

TEST_P(GuidedTraining, GoesOnAfterAStopAsIfThereWereNone) {
  train(options("whole"));
  int asked = 0;
  train(options("parts"), [&] { return ++asked == 33; });
  train(options("parts"));
  EXPECT_EQ(small_.directory.read("whole"), small_.directory.read("parts"));
  small_.directory.write("links", small_.directory.read("links").replace(0, 3, "0-1"));
  expect_error([&] { Trainer{options("parts")}; }, "found another");
}

TEST_P(GuidedTraining, RefusesLinksThatDoNotFit) {
  const std::string links = small_.directory.read("links");
  small_.directory.write("links", links + "0-0\n");
  expect_error([&] { train(options("m")); }, "found 101 lines and 100 pairs");
  small_.directory.write("links", links.substr(0, links.rfind('\n', links.size() - 2)) + "\n9-0\n");
  expect_error([&] { train(options("m")); }, "links:100: expected links of");
  small_.directory.write("links", links.substr(0, links.rfind('\n', links.size() - 2)) + "\nx\n");
  expect_error([&] { train(options("m")); }, "links:100: expected a link such as");
}

TEST_P(GuidedTraining, RefusesWhatCannotBeGuided) {
  const auto expect = [&](const std::string& part, auto change) {
    TrainOptions wrong = options("m");
    change(wrong);
    expect_error<UsageError>([&] { Trainer{wrong}; }, part);
  };
  expect("--subword-sampling", [](TrainOptions& o) { o.data.subword_sampling = 0.2F; });
  expect("for --guided-alignment-weight, found 0",
         [](TrainOptions& o) { o.training.guided_alignment_weight = 0; });
  expect("found 3", [](TrainOptions& o) { o.architecture.alignment_layer = 3; });
  if (GetParam() == ModelType::kTransformer) return;
  expect("attention weights", [](TrainOptions& o) { o.architecture.attention = "fixed"; });
}

TEST(GuidedAlignment, LinksThePiecesOfLinkedWords) {
  const SmallTraining small(0);
  small.directory.write("train.de", "zwei drei\nacht\n");
  small.directory.write("train.en", "three two\neight\n");
  small.directory.write("links", "0-1 1p0\n\n");
  DataOptions data;
  data.train_sets = {small.directory.path("train.de"), small.directory.path("train.en")};
  data.guided_alignment = small.directory.path("links");
  data.vocab_size = 290;
  const Corpus corpus(data.train_sets, false);
  const Tokenizer joint = train_tokenizer(
      4, [&](std::size_t i) { return i < 2 ? corpus.source(i) : corpus.target(i - 2); }, data);
  Batch batch;
  for (const std::size_t line : {1, 0}) {
    batch.source.add(encode_sentence(joint, corpus.source(line)));
    batch.target.add(encode_sentence(joint, corpus.target(line)));
    batch.lines.push_back(line);
  }
  GuidedAlignment(corpus, data).add_to(batch, corpus, {joint, joint});
  ASSERT_EQ(batch.links.size(), batch.target.rows());
  const std::vector<int> source = joint.encode_words("zwei drei").words;
  const std::vector<int> target = joint.encode_words("three two").words;
  for (int row = 0; row < batch.target.offsets[1]; ++row) {
    EXPECT_EQ(batch.links.length(row), 0) << "the pair without links";
  }
  for (std::size_t t = 0; t < target.size(); ++t) {
    const auto row = batch.links[batch.target.offsets[1] + static_cast<int>(t)];
    std::vector<int> expected;
    for (std::size_t s = 0; s < source.size(); ++s) {
      if (source[s] == 1 - target[t]) expected.push_back(static_cast<int>(s));
    }
    EXPECT_EQ(std::vector<int>(row.begin(), row.end()), expected);
  }
  EXPECT_EQ(batch.links.length(batch.links.size() - 1), 0) << "</s>";
}

TEST(GuidedAlignment, HasALineForPairsThatFiltersLeaveOut) {
  const SmallTraining small(0);
  small.directory.write("train.de", "eins\neins\nacht neun\n");
  small.directory.write("train.en", "one\none\neight nine\n");
  small.directory.write("links", "0-0\nwrong\n1-0\n");
  DataOptions data;
  data.train_sets = {small.directory.path("train.de"), small.directory.path("train.en")};
  data.guided_alignment = small.directory.path("links");
  data.filter_duplicates = true;
  data.vocab_size = 290;
  const Corpus corpus(data);
  const Tokenizer joint = train_tokenizer(
      2, [&](std::size_t i) { return corpus.source(i); }, data);
  Batch batch;
  batch.source.add(encode_sentence(joint, corpus.source(1)));
  batch.target.add(encode_sentence(joint, corpus.target(1)));
  batch.lines = {1};
  GuidedAlignment(corpus, data).add_to(batch, corpus, {joint, joint});
  const std::vector<int> source = joint.encode_words(corpus.source(1)).words;
  ASSERT_GT(batch.links.length(0), 0);
  for (const int piece : batch.links[0]) EXPECT_EQ(source[static_cast<std::size_t>(piece)], 1);
}

}  // namespace
}  // namespace heed
