#include "training/workspace.h"

#include <gtest/gtest.h>

#include "model/architectures.h"
#include "support/expect_error.h"
#include "training/small_training.h"

namespace heed {
namespace {

/// Each architecture needs as much memory as is told before.
TEST(WorkspaceTest, KnowsWhatATapeNeeds) {
  for (Architecture architecture : architectures()) {
    architecture.options.dropout = 0.2F;
    const SmallModel small(architecture.options, "eigen");
    const Batch batch = random_batch(*small.model);
    for (const bool saves_memory : {false, true}) {
      const auto run = [&](Tape& tape) {
        if (saves_memory) tape.save_memory();
        tape.backward(small.model->loss(tape, batch, {0.1F}).loss);
      };
      const Tape::Size told = Workspace(small.parameters, 1).needed(run);
      Block gradients(*small.backend, small.parameters.size());
      Tape tape(*small.backend, small.parameters, gradients.tensor());
      run(tape);
      EXPECT_EQ(told.scratch, tape.most_needed().scratch) << architecture.name;
      if (architecture.options.attention_window == AttentionWindow::kPredictive) continue;
      EXPECT_EQ(told.kept, tape.most_needed().kept) << architecture.name;
    }
  }
}

TEST(WorkspaceTest, LetsAsManyShardsWorkAsFit) {
  const SmallModel small(small_model(ModelType::kRnn), "eigen");
  const std::size_t block = small.parameters.size() * sizeof(float);
  const auto blocks = [](int at_once) { return at_once + 1; };
  const auto plan = [&](std::uint64_t bytes) {
    return Workspace(small.parameters, bytes).plan({300, 200}, 3, blocks, 1000);
  };
  const std::uint64_t one = 1000 + 2 * block + 2000, two = one + block + 2000;
  EXPECT_EQ(plan(one - 1).at_once, 0);
  EXPECT_EQ(plan(one - 1).least_bytes, one);
  EXPECT_EQ(plan(one).at_once, 1);
  EXPECT_EQ(plan(two - 1).at_once, 1);
  EXPECT_EQ(plan(two - 1).tape_room, two - 1 - 1000 - 2 * block);
  EXPECT_EQ(plan(two).at_once, 2);
  EXPECT_EQ(plan(two).gradients, 3);
  EXPECT_EQ(plan(1 << 30).at_once, 3);
}

class WorkspaceTraining : public testing::Test {
 protected:
  TrainOptions options(const std::string& model, int workspace) const {
    TrainOptions options = small_.options(ModelType::kTransformer, model);
    options.data.mini_batch_words = 2000;  // all of the corpus
    options.data.valid_sets.clear();
    options.training.after = "2u";
    options.training.workspace = workspace;
    return options;
  }

  SmallTraining small_;
};

TEST_F(WorkspaceTraining, CutsANewTrainingIntoShardsThatFit) {
  EXPECT_EQ(Trainer(options("a", 100)).options().training.shards, 4);
  train(options("a", 1));
  const int shards = Trainer(options("a", 0)).options().training.shards;
  EXPECT_GT(shards, 4) << "kept in the state";
  TrainOptions free = options("b", 0);
  free.training.shards = shards;
  train(free);
  EXPECT_EQ(small_.directory.read("a"), small_.directory.read("b"));
}

TEST_F(WorkspaceTraining, RefusesWhatDoesNotFitBeforeItBegins) {
  TrainOptions whole = options("m", 1);
  whole.training.shards = 1;
  expect_error([&] { Trainer{whole}; }, "or --recompute, or begin a training with more --shards");
  TrainOptions recurrent = options("m", 0);
  recurrent.architecture.type = ModelType::kRnn;
  recurrent.training.recompute = true;
  expect_error<UsageError>([&] { Trainer{recurrent}; }, "--type transformer with --recompute");
}

TEST_F(WorkspaceTraining, RecomputesToTheSameBytes) {
  train(options("a", 0));
  TrainOptions again = options("b", 0);
  again.training.recompute = true;
  train(again);
  EXPECT_EQ(small_.directory.read("a"), small_.directory.read("b"));
}

}  // namespace
}  // namespace heed
