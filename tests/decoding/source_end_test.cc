#include <gtest/gtest.h>

#include "decoding/scorer.h"
#include "model/architectures.h"

namespace heed {
namespace {

class SourceEndTest : public testing::TestWithParam<ModelType> {
 protected:
  static ModelOptions options(bool source_end) {
    ModelOptions options = small_model(GetParam());
    options.source_end = source_end;
    return options;
  }
  /// Targets, with sources of so many tokens.
  static Batch batch(const std::vector<std::vector<int>>& sources) {
    Batch batch;
    for (const std::vector<int>& source : sources) {
      batch.source.add(source);
      batch.target.add(std::vector{7, 5, 2});
    }
    return batch;
  }

  SmallModel without_ = {options(false), "reference"}, with_ = {options(true), "reference"};
};

INSTANTIATE_TEST_SUITE_P(Models, SourceEndTest,
                         testing::Values(ModelType::kRnn, ModelType::kTransformer,
                                         ModelType::kNematus));

TEST_P(SourceEndTest, TheEncoderReadsWhatStandsBefore) {
  Scorer without(*without_.model, {}), with(*with_.model, {});
  const Batch ended = batch({{4, 9, 6, 2}, {2}, {3, 2}}), bare = batch({{4, 9, 6}, {2}, {3}});
  const std::vector<Hypothesis> found = without.score(ended, 0, true);
  const std::vector<Hypothesis> expected = with.score(bare, 0, true);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(found[i].word_scores, expected[i].word_scores);
    std::vector<float> weights = expected[i].attention[0];
    if (i != 1) weights.push_back(0);  // of the </s> that wasn't read
    EXPECT_EQ(found[i].attention[0], weights);
  }
  EXPECT_NE(with.score(ended, 0, false)[0].word_scores, found[0].word_scores);
}

TEST_P(SourceEndTest, LinksAreThoseOfTheWords) {
  Batch ended = batch({{4, 9, 6, 2}, {3, 8, 2}}), bare = batch({{4, 9, 6}, {3, 8}});
  for (Batch* one : {&ended, &bare}) {
    for (int row = 0; row < one->target.rows(); ++row) one->links.add(std::vector{row % 2});
  }
  const auto loss = [](const SmallModel& small, const Batch& given) {
    Tape tape(*small.backend);
    float value = 0;
    small.backend->read(small.model->loss(tape, given, {0, {1, {1, 0}}}).loss.value(), {&value, 1});
    return value;
  };
  EXPECT_EQ(loss(without_, ended), loss(with_, bare));
}

}  // namespace
}  // namespace heed
