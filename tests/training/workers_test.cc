#include "training/workers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include "decoding/scorer.h"
#include "support/expect_error.h"
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

  static constexpr float kRate = 0.01F;

  std::vector<float> read(const Tensor& block) const {
    std::vector<float> values(block.size());
    backend_->read(block, values);
    return values;
  }

  struct Cut {
    int shards = 1;
    int threads = 1;
    MemoryLimits limits{};
  };

  /// The values after one update on batches whose gradients are added up. Epsilon is large, or
  /// where a gradient is nearly 0 its sign alone would decide.
  std::vector<float> updated(const Cut& cut, const std::vector<Batch>& batches) {
    parameters_.initialize(1);
    Workers workers(*model_, cut.shards, cut.threads, *processes_, cut.limits);
    workers.minimize({0.1F});
    Block first(*backend_, parameters_.size()), second(*backend_, parameters_.size());
    Block average(*backend_, parameters_.size());
    backend_->copy(parameters_.flat(), average.tensor());
    Workers::Update update;
    update.adam.learning_rate = kRate;
    update.adam.epsilon = 1e-2F;
    update.average_rate = 0.25F;
    std::vector<KeyedBatch> keyed;
    for (const Batch& batch : batches) keyed.push_back({batch, 3});
    // What the update before leaves in blocks and tapes shall not matter.
    for (int i = 0; i < 2; ++i) {
      const LossSum sum = workers.accumulate(keyed).value();
      update.tokens = static_cast<double>(sum.tokens);
      loss_ = sum.loss;
    }
    update.weights = {parameters_.flat(), first.tensor(), second.tensor(), average.tensor()};
    memory_ = workers.tape_memory() + workers.gradient_memory();
    norm_ = workers.step(update);
    average_ = read(average.tensor());
    return read(parameters_.flat());
  }
  std::vector<float> updated(const Cut& cut) { return updated(cut, {batch_}); }

  /// Sums in another order differ by some 1e-6 of the gradient's length; a sentence left out or
  /// taken twice by some 0.1.
  static void expect_same_update(const std::vector<float>& values,
                                 const std::vector<float>& expected) {
    float most = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      most = std::max(most, std::abs(values[i] - expected[i]));
    }
    EXPECT_LT(most, 1e-3F * kRate);
  }

  const std::unique_ptr<Processes> processes_ = join_processes();
  std::unique_ptr<Backend> backend_;
  Parameters parameters_;
  std::unique_ptr<EncoderDecoder> model_;
  Batch batch_;
  double loss_ = 0, norm_ = 0;
  std::size_t memory_ = 0;  ///< Of tapes and gradients.
  std::vector<float> average_;
};

TEST_F(WorkersTest, ShardsHoldEachSentenceOnce) {
  using Pair = std::pair<std::vector<int>, std::vector<int>>;
  const auto add_pairs = [](const Batch& batch, std::multiset<Pair>& pairs) {
    for (int i = 0; i < batch.source.size(); ++i) {
      const auto source = batch.source[i], target = batch.target[i];
      pairs.insert({{source.begin(), source.end()}, {target.begin(), target.end()}});
    }
  };
  std::multiset<Pair> whole, dealt;
  add_pairs(batch_, whole);
  for (const Batch& shard : make_shards(batch_, 3)) add_pairs(shard, dealt);
  EXPECT_EQ(dealt, whole);
}

TEST_F(WorkersTest, AnyNumberOfThreadsGivesTheSameBits) {
  for (const int shards : {1, 5, 8}) {  // 8: more than sentences
    const std::vector<float> expected = updated({shards, 1});
    const double loss = loss_, norm = norm_;
    for (const int threads : {2, 3, 9}) {
      EXPECT_EQ(updated({shards, threads}), expected) << shards << " shards, " << threads;
      EXPECT_EQ(loss_, loss);
      EXPECT_EQ(norm_, norm);
    }
  }
}

TEST_F(WorkersTest, TwoPassesCountTheirTokensOnce) {
  Workers workers(*model_, 2, 2, *processes_);
  workers.minimize({0.1F, {}, 5});
  const LossSum sum = workers.accumulate(std::vector<KeyedBatch>{{batch_, 1}}).value();
  EXPECT_EQ(sum.tokens, static_cast<std::uint64_t>(batch_.target.rows()));
  EXPECT_EQ(sum.sentences, 7U);
}

TEST_F(WorkersTest, AnyNumberOfShardsGivesTheSameUpdate) {
  const std::vector<float> expected = updated({1, 2});
  const double loss = loss_, norm = norm_;
  for (const int shards : {2, 3, 9}) {
    expect_same_update(updated({shards, 2}), expected);
    EXPECT_NEAR(loss_, loss, 1e-5 * loss) << shards;
    EXPECT_NEAR(norm_, norm, 1e-5 * norm) << shards;
  }
}

TEST_F(WorkersTest, BatchesAddUpToALargerOne) {
  std::vector<Batch> parts(2);
  for (int i = 0; i < batch_.source.size(); ++i) {
    Batch& part = parts[i < 3 ? 0 : 1];
    part.source.add(batch_.source[i]);
    part.target.add(batch_.target[i]);
  }
  const std::vector<float> expected = updated({2, 2});
  const double loss = loss_, norm = norm_;
  expect_same_update(updated({2, 2}, parts), expected);
  EXPECT_NEAR(loss_, loss, 1e-5 * loss);
  EXPECT_NEAR(norm_, norm, 1e-5 * norm);
}

TEST_F(WorkersTest, StopsBetweenTwoBatches) {
  Workers workers(*model_, 2, 1, *processes_);  // who asks has a shard
  const std::vector<KeyedBatch> batches = {{batch_, 1}, {batch_, 2}};
  EXPECT_FALSE(workers.accumulate(batches, [] { return true; }).has_value());
  EXPECT_EQ(workers.accumulate(batches).value().sentences, 14U);
}

TEST_F(WorkersTest, TheAverageFollowsTheValues) {
  parameters_.initialize(1);
  const std::vector<float> before = read(parameters_.flat());
  for (const int threads : {1, 3}) {
    const std::vector<float> after = updated({3, threads});
    float most = 0;
    for (std::size_t i = 0; i < after.size(); ++i) {
      most = std::max(most, std::abs(after[i] - before[i]));
      EXPECT_NEAR(average_[i], 0.75F * before[i] + 0.25F * after[i], 1e-7F) << i;
    }
    EXPECT_GT(most, 0.1F * kRate) << "values have moved";
  }
}

TEST_F(WorkersTest, LosesWhatScoringSays) {
  Workers workers(*model_, 2, 2, *processes_);
  const std::vector<KeyedBatch> batches = {{batch_, 1}};
  const LossSum trained = workers.accumulate(batches).value();
  double log_probability = 0;
  for (const Hypothesis& target : Scorer(*model_).score(batch_, 0)) {
    log_probability += target.log_probability;
  }
  EXPECT_NEAR(trained.loss, -log_probability, 1e-3);
  EXPECT_EQ(trained.tokens, static_cast<std::uint64_t>(batch_.target.rows()));
}

TEST_F(WorkersTest, AnyWorkspaceGivesTheSameBits) {
  const std::vector<float> expected = updated({4, 3});
  const std::vector<KeyedBatch> keyed = {{batch_, 3}};
  constexpr std::uint64_t kPlenty = 1 << 30;
  for (const int threads : {1, 3}) {
    Workers workers(*model_, 4, threads, *processes_, {kPlenty, false});
    const std::uint64_t least = workers.plan(keyed).least_bytes;
    const std::size_t one = workers.plan(keyed).tape.bytes();
    EXPECT_EQ(workers.plan(keyed).at_once, threads);
    for (const std::uint64_t bytes : {least, least + one, kPlenty}) {
      EXPECT_EQ(updated({4, threads, {bytes, false}}), expected) << bytes;
      EXPECT_LE(memory_, bytes);
    }
    expect_error([&] { updated({4, threads, {least - 1, false}}); }, "set --workspace 1,");
  }
}

TEST_F(WorkersTest, BatchesOfAllSizesStayInTheWorkspace) {
  std::vector<Batch> batches(2);
  for (int i = 0; i < batch_.source.size(); ++i) {
    for (int times = 0; times < (i == 0 ? 9 : 1); ++times) {
      Batch& batch = batches[i == 0 ? 0 : 1];
      batch.source.add(batch_.source[i]);
      batch.target.add(batch_.target[i]);
    }
  }
  const std::vector<KeyedBatch> small = {{batches[0], 1}}, large = {{batches[1], 2}};
  Workers measuring(*model_, 4, 3, *processes_, {1 << 30, false});
  const std::uint64_t bytes =
      std::max(measuring.plan(small).least_bytes, measuring.plan(large).least_bytes);
  Workers workers(*model_, 4, 3, *processes_, {bytes, false});
  for (const auto& keyed : {small, large, small, large}) {
    workers.accumulate(keyed);
    EXPECT_LE(workers.tape_memory() + workers.gradient_memory(), bytes);
  }
}

}  // namespace
}  // namespace heed
