#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>

#include "heed/trainer.h"
#include "model/container.h"
#include "support/expect_error.h"
#include "training/small_training.h"
#include "util/json.h"

namespace heed {
namespace {

struct Killed : std::runtime_error {
  Killed() : std::runtime_error("killed") {}
};

class TrainingLoop : public testing::TestWithParam<ModelType> {
 protected:
  TrainOptions options(const std::string& model) const {
    TrainOptions options = small_.options(GetParam(), model);
    options.training.after = "60u";
    options.training.valid_freq = "25u";
    options.training.save_freq = "20u";
    options.training.keep_checkpoints = 2;
    return options;
  }

  SmallTraining small_;
};

TEST_P(TrainingLoop, GivesTheSameBytesTwice) {
  EXPECT_EQ(train(options("a")), TrainingEnd::kBudget);
  EXPECT_EQ(train(options("b")), TrainingEnd::kBudget);
  EXPECT_EQ(small_.directory.read("a"), small_.directory.read("b"));
}

TEST_P(TrainingLoop, GoesOnAfterAStopAsIfThereWereNone) {
  train(options("whole"));
  int asked = 0;
  const auto stop = [&] { return ++asked == 33; };
  EXPECT_EQ(train(options("parts"), stop), TrainingEnd::kInterrupted);
  EXPECT_EQ(train(options("parts")), TrainingEnd::kBudget);
  EXPECT_EQ(small_.directory.read("whole"), small_.directory.read("parts"));
}

TEST_P(TrainingLoop, GoesOnAfterASuddenEndAsIfThereWereNone) {
  train(options("whole"));
  for (const int end : {23, 20}) {  // updates after the last state: neither saved nor validated
    int asked = 0;
    const auto kill = [&]() -> bool {
      if (++asked == end) throw Killed();
      return false;
    };
    EXPECT_THROW(train(options("parts"), kill), Killed);
  }
  EXPECT_EQ(train(options("parts")), TrainingEnd::kBudget);
  EXPECT_EQ(small_.directory.read("whole"), small_.directory.read("parts"));
}

TEST_P(TrainingLoop, AnyNumberOfThreadsGivesTheSameBytes) {
  TrainOptions threaded = options("one");
  threaded.training.threads = 1;
  threaded.architecture.dropout = 0.1F;
  threaded.data.subword_sampling = 0.2F;
  threaded.training.optimizer_delay = 2;
  train(threaded);
  const std::string expected = small_.directory.read("one");
  for (const int threads : {2, 3, 8}) {
    threaded.model = small_.directory.path("m" + std::to_string(threads));
    threaded.training.threads = threads;
    int asked = 0;
    EXPECT_EQ(train(threaded, [&] { return ++asked == 31; }), TrainingEnd::kInterrupted);
    threaded.training.threads = threads + 1;
    train(threaded);
    EXPECT_EQ(small_.directory.read("m" + std::to_string(threads)), expected) << threads;
  }
}

TEST_P(TrainingLoop, TrainsFurtherWithALaterEnd) {
  TrainOptions longer = options("whole");
  longer.training.after = "90u";
  train(longer);
  train(options("parts"));
  longer.model = small_.directory.path("parts");
  train(longer);
  EXPECT_EQ(small_.directory.read("whole"), small_.directory.read("parts"));
}

TEST_P(TrainingLoop, KeepsTheModelsOfTheLastValidations) {
  TrainOptions many = options("m.safetensors");
  many.training.valid_freq = "10u";
  train(many);
  EXPECT_FALSE(std::filesystem::exists(small_.directory.path("m.up40.safetensors")));
  EXPECT_TRUE(std::filesystem::exists(small_.directory.path("m.up50.safetensors")));
  EXPECT_TRUE(std::filesystem::exists(small_.directory.path("m.up60.safetensors")));
}

TEST_P(TrainingLoop, StopsAtALossThatIsNoNumberAndKeepsTheState) {
  train(options("m"));
  const std::string state = small_.directory.read("m.state");
  TrainOptions wild = options("m");
  wild.training.after = "90u";
  wild.training.learn_rate = 1e30F;
  expect_error([&] { train(wild); }, "update 6");
  EXPECT_EQ(small_.directory.read("m.state"), state);
}

TEST_P(TrainingLoop, StopsWhenNothingGetsBetter) {
  TrainOptions still = options("m");
  still.training.learn_rate = 1e-12F;
  still.training.after = "1000u";
  still.training.valid_freq = "2u";
  still.training.valid_metrics = {"bleu"};
  still.training.early_stopping = 3;
  EXPECT_EQ(train(still), TrainingEnd::kStalled);
  EXPECT_EQ(train(still), TrainingEnd::kStalled) << "and stays so";
}

TEST_P(TrainingLoop, RehearsesWithoutWritingAnything) {
  const auto before = small_.directory.count();
  EXPECT_GE(Trainer(options("m")).rehearse().size(), 4U);
  EXPECT_EQ(small_.directory.count(), before);
}

INSTANTIATE_TEST_SUITE_P(Types, TrainingLoop,
                         testing::Values(ModelType::kRnn, ModelType::kTransformer),
                         [](const auto& type) {
                           return std::string(
                               enum_names(ModelType{})[static_cast<std::size_t>(type.param)]);
                         });

class TrainingErrors : public testing::Test {
 protected:
  TrainOptions options() const {
    TrainOptions options = small_.options(ModelType::kTransformer, "m");
    options.training.after = "3u";
    return options;
  }

  template <class Change>
  void rewrite_state(const Change& change) const {
    const std::string path = small_.directory.path("m.state");
    const Container state(path, "training");
    nlohmann::json metadata;
    for (const char* name : {"options", "corpus", "counters"})
      metadata[name] = state.metadata(name);
    change(metadata);
    write_container(path, "training", metadata, state.tensors());
  }

  SmallTraining small_;
};

TEST_F(TrainingErrors, RefusesAStateOfOtherOptionsOrText) {
  train(options());
  TrainOptions other = options();
  other.architecture.dim_emb = 32;
  expect_error([&] { Trainer{other}; }, "dim-emb");
  small_.directory.write("train.de", small_.directory.read("train.de") + "eins\n");
  small_.directory.write("train.en", small_.directory.read("train.en") + "one\n");
  expect_error([&] { Trainer{options()}; }, "training text");
}

TEST_F(TrainingErrors, GoesOnExactlyWithAMixture) {
  TrainOptions mixed = options();
  for (const char* side : {"de", "en"}) {
    const std::string name = "train." + std::string(side);
    small_.directory.write("more." + std::string(side), small_.directory.read(name));
    mixed.data.train_sets.push_back(small_.directory.path("more." + std::string(side)));
  }
  mixed.data.mix = {1.5F, 0.4F};
  mixed.data.subword_sampling = 0.2F;
  mixed.data.valid_sets = {};  // the model is the last one then
  mixed.training.after = "24u";
  train(mixed);
  const std::string whole = small_.directory.read("m");
  mixed.model = small_.directory.path("n");
  for (const char* end : {"7u", "16u", "24u"}) {
    mixed.training.after = end;
    train(mixed);
  }
  EXPECT_TRUE(small_.directory.read("n") == whole);
  mixed.data.mix = {1.5F, 0.5F};
  expect_error([&] { Trainer{mixed}; }, "expected --mix [1.5,0.4] as when");
}

TEST_F(TrainingErrors, RefusesAStateOfOtherFilters) {
  small_.directory.write("train.de", small_.directory.read("train.de") + "eins\n");
  small_.directory.write("train.en", small_.directory.read("train.en") + "eins\n");
  TrainOptions filtered = options();
  filtered.data.filter_identical = true;
  train(filtered);
  EXPECT_EQ(train(filtered), TrainingEnd::kBudget);
  expect_error([&] { Trainer{options()}; }, "expected --filter-identical true as when");
}

/// The state as a program wrote it that had other options.
TEST_F(TrainingErrors, TakesTheStatesOfOlderProgramsAndRefusesThoseOfNewerOnes) {
  train(options());
  rewrite_state([](nlohmann::json& all) {
    EXPECT_EQ(all["options"].erase("positions") + all["options"].erase("dropout-attention"), 2U);
  });
  EXPECT_EQ(train(options()), TrainingEnd::kBudget);
  TrainOptions other = options();
  other.architecture.positions = Positions::kLearned;
  expect_error([&] { Trainer{other}; }, "expected --positions \"sinusoidal\"");
  rewrite_state([](nlohmann::json& all) { all["options"]["mixture"] = 2; });
  expect_error([&] { Trainer{options()}; }, "--mixture");
}

/// The state of a program that had a shard for each thread.
TEST_F(TrainingErrors, GoesOnWithTheShardsOfAState) {
  TrainOptions two = options();
  two.training.shards = 2;
  train(two);
  two.training.shards = 4;
  expect_error([&] { Trainer{two}; }, "expected --shards 2 as when");
  EXPECT_EQ(Trainer(options()).options().training.shards, 2);
  rewrite_state([](nlohmann::json& metadata) {
    metadata["options"].erase("shards");
    metadata["counters"]["threads"] = 3;
  });
  EXPECT_EQ(Trainer(options()).options().training.shards, 3);
  expect_error([&] { Trainer{two}; }, "expected --shards 3 as when");
}

TEST_F(TrainingErrors, RefusesToWriteOverAModel) {
  small_.directory.write("m", "precious");
  expect_error([&] { Trainer{options()}; }, "found a model alone");
  EXPECT_EQ(small_.directory.read("m"), "precious");
}

TEST_F(TrainingErrors, RefusesADamagedState) {
  train(options());
  std::string state = small_.directory.read("m.state");
  state[state.size() / 2] = static_cast<char>(state[state.size() / 2] ^ 1);
  small_.directory.write("m.state", state);
  EXPECT_THROW(Trainer{options()}, Error);
}

TEST_F(TrainingErrors, NamesBothCountsOfSidesThatDiffer) {
  small_.directory.write("train.en", small_.directory.read("train.en") + "one\n");
  expect_error([&] { Trainer{options()}; }, "200");
  expect_error([&] { Trainer{options()}; }, "201");
}

TEST_F(TrainingErrors, RefusesWhatCannotBeTrainedOn) {
  TrainOptions wrong = options();
  wrong.data.train_sets = {small_.directory.path("none.de"), small_.directory.path("none.en")};
  expect_error([&] { Trainer{wrong}; }, "none.de");
  wrong = options();
  small_.directory.write("empty", "");
  wrong.data.train_sets = {small_.directory.path("empty"), small_.directory.path("empty")};
  expect_error([&] { Trainer{wrong}; }, "empty");
  wrong = options();
  wrong.model = small_.directory.path();
  expect_error([&] { Trainer{wrong}; }, "directory");
  wrong = options();
  wrong.training.valid_metrics = {"blue"};
  expect_error<UsageError>([&] { Trainer{wrong}; }, "did you mean");
  wrong = options();
  wrong.training.lr_schedule = Schedule::kCosine;
  wrong.training.after = "3e";
  expect_error<UsageError>([&] { Trainer{wrong}; }, "cosine");
  wrong = options();
  wrong.architecture.transformer_heads = 3;
  expect_error<UsageError>([&] { Trainer{wrong}; }, "transformer-heads");
}

TEST_F(TrainingErrors, TrainsOnOnePair) {
  small_.directory.write("train.de", "eins\n");
  small_.directory.write("train.en", "one\n");
  TrainOptions one = options();
  one.data.byte_fallback = true;
  one.data.vocab_size = 2000;  // far more than there is: what there is is taken
  EXPECT_EQ(train(one), TrainingEnd::kBudget);
}

TEST_F(TrainingErrors, TrainsOnHostileLines) {
  using namespace std::string_literals;
  const std::string long_line(30'000, 'x');
  small_.directory.write("train.de", "eins\n" + long_line + "\n\xff\xfe\nzw\0ei\n\n\0\n"s);
  small_.directory.write("train.en", "one\none\none\ntwo\n\none\n");
  EXPECT_EQ(train(options()), TrainingEnd::kBudget);
}

}  // namespace
}  // namespace heed
