#include "training/workers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "decoding/scorer.h"
#include "util/random.h"

namespace heed {
namespace {

/// A tiny model and a batch of random sentences.
class WorkersTest : public testing::Test {
 protected:
  WorkersTest() : backend_(make_backend("eigen")), parameters_(*backend_) {
    ModelOptions options;
    options.dim_emb = options.dim_rnn = 8;
    options.dropout = 0;
    model_ = make_model(options, {20, 20, 1, 2}, parameters_);
    parameters_.initialize(1);
    Random random(2);
    for (int sentence = 0; sentence < 7; ++sentence) {
      batch_.source.add(sentence_of(random));
      batch_.target.add(sentence_of(random));
    }
  }

  static std::vector<int> sentence_of(Random& random) {
    std::vector<int> ids(1 + random.below(6));
    for (int& id : ids) id = static_cast<int>(3 + random.below(17));
    ids.push_back(2);
    return ids;
  }

  /// The values after one update on so many threads.
  std::vector<float> updated(int threads) {
    parameters_.initialize(1);
    Workers workers(*model_, threads);
    Block first(*backend_, parameters_.size()), second(*backend_, parameters_.size());
    Workers::Update update;
    update.adam.learning_rate = 0.01F;
    const LossSum sum = workers.accumulate(batch_, 0.1F, 3);
    update.tokens = static_cast<double>(sum.tokens);
    update.weights = {parameters_.flat(), first.tensor(), second.tensor(), {}};
    norm_ = workers.step(update);
    loss_ = sum.loss;
    std::vector<float> values(parameters_.size());
    backend_->read(parameters_.flat(), values);
    return values;
  }

  std::unique_ptr<Backend> backend_;
  Parameters parameters_;
  std::unique_ptr<EncoderDecoder> model_;
  Batch batch_;
  double loss_ = 0, norm_ = 0;
};

TEST_F(WorkersTest, ShardsHoldEachSentenceOnce) {
  const std::vector<Batch> shards = make_shards(batch_, 3);
  int sentences = 0, rows = 0;
  for (const Batch& shard : shards) {
    sentences += shard.target.size();
    rows += shard.target.rows();
  }
  EXPECT_EQ(sentences, batch_.target.size());
  EXPECT_EQ(rows, batch_.target.rows());
}

TEST_F(WorkersTest, AnyNumberOfThreadsGivesTheSameUpdate) {
  updated(1);
  const double loss = loss_, norm = norm_;
  for (const int threads : {2, 3, 9}) {  // 9: more workers than sentences
    updated(threads);
    EXPECT_NEAR(loss_, loss, 1e-3 * loss) << threads;
    EXPECT_NEAR(norm_, norm, 1e-3 * norm) << threads;
  }
}

TEST_F(WorkersTest, OneNumberOfThreadsGivesTheSameBits) { EXPECT_EQ(updated(3), updated(3)); }

TEST_F(WorkersTest, LosesWhatScoringSays) {
  Workers workers(*model_, 2);
  const LossSum trained = workers.accumulate(batch_, 0.0F, 1);
  double log_probability = 0;
  for (const Hypothesis& target : Scorer(*model_).score(batch_, 0)) {
    log_probability += target.log_probability;
  }
  EXPECT_NEAR(trained.loss, -log_probability, 1e-3);
  EXPECT_EQ(trained.tokens, static_cast<std::uint64_t>(batch_.target.rows()));
}

}  // namespace
}  // namespace heed
