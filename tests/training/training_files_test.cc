#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>

#include "heed/trainer.h"
#include "model/container.h"
#include "support/expect_error.h"
#include "training/small_training.h"
#include "training/training_lock.h"
#include "util/json.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

/// No file may grow beyond so many bytes, as on a full disk, while this object lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(std::size_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

/// What stays on disk of a training, and how it goes on from there.
class TrainingFiles : public testing::Test {
 protected:
  TrainOptions options(const std::string& model = "m") const {
    TrainOptions options = small_.options(ModelType::kRnn, model);
    options.training.after = "60u";
    options.training.valid_freq = "25u";
    options.training.save_freq = "20u";
    options.training.valid_metrics = {"cross-entropy"};
    return options;
  }
  std::string path(const std::string& name = "") const { return small_.directory.path(name); }
  std::string read(const std::string& name) const { return small_.directory.read(name); }

  /// Of the model: after which update it was written.
  std::uint64_t update_of(const std::string& model) const {
    return Container(path(model), "model").metadata("training").at("updates");
  }
  nlohmann::json counters() const {
    return Container(path("m.state"), "training").metadata("counters");
  }
  void change_counters(const std::function<void(nlohmann::json&)>& change) const {
    const Container state(path("m.state"), "training");
    nlohmann::json metadata;
    for (const char* name : {"options", "corpus", "counters"}) {
      metadata[name] = state.metadata(name);
    }
    change(metadata["counters"]);
    write_container(path("m.state"), "training", metadata, state.tensors());
  }
  /// All that it says, with the model and its state in this folder.
  std::string log_of(
      const TrainOptions& options,
      const std::function<bool()>& interrupted = [] { return false; }) const {
    fs::remove(path("log"));
    LogOptions log;
    log.quiet = true;
    log.log = path("log");
    Trainer(options, log).run(interrupted);
    return read("log");
  }
  static void expect_in(const std::string& text, const std::string& part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  }

  SmallTraining small_;
};

TEST_F(TrainingFiles, AnyMomentIsOneToStopAt) {
  TrainOptions whole = options("whole");
  whole.training.after = "30u";
  whole.training.optimizer_delay = 2;
  int asked = 0;
  train(whole, [&] { return ++asked < 0; });
  EXPECT_GE(asked, 32)
      << "in every update, and in two validations; more often as batches fall on threads";
  TrainOptions parts = whole;
  for (int end = 1; end <= asked; end = end * 4 / 3 + 1) {
    parts.model = path("parts" + std::to_string(end));
    int count = 0;
    const TrainingEnd ended = train(parts, [&] { return ++count == end; });
    // How often a validation asks depends on how its batches fall on the threads.
    EXPECT_EQ(ended, count >= end ? TrainingEnd::kInterrupted : TrainingEnd::kBudget) << end;
    EXPECT_EQ(train(parts), TrainingEnd::kBudget);
    EXPECT_EQ(read("whole"), read("parts" + std::to_string(end))) << end;
  }
}

TEST_F(TrainingFiles, TheLastWeightsAreValidated) {
  train(options());
  EXPECT_EQ(update_of("m"), 60U);
  TrainOptions budget = options("n");
  budget.training.after = "";
  budget.training.time_budget = "0.2s";
  budget.training.valid_freq = "1000u";
  train(budget);
  EXPECT_GT(update_of("n"), 0U);
}

TEST_F(TrainingFiles, TheStateComesBeforeTheFirstModel) {
  train(options("other"));
  for (const bool validates : {true, false}) {
    TrainOptions first = options();
    first.training.save_freq = validates ? "1000u" : "20u";
    if (!validates) first.data.valid_sets = {};
    const FileSizeLimit full(read("other").size());  // room for a model, but not for a state
    expect_error([&] { train(first); }, "could not write " + path("m.state"));
    EXPECT_FALSE(fs::exists(path("m")));
  }
}

TEST_F(TrainingFiles, AnotherMetricOrTextStartsAnew) {
  TrainOptions other = options();
  other.training.valid_metrics = {"bleu"};
  train(other);
  other.training.valid_metrics = {"perplexity"};
  other.training.after = "90u";
  int asked = 0;
  train(other, [&] { return ++asked == 3; });  // before the first validation
  const std::string log = log_of(other);
  expect_in(log, "Up. 75 : perplexity");
  EXPECT_EQ(update_of("m"), 90U) << "a lower perplexity is better than any BLEU";
  small_.directory.write("train.de2", read("train.de"));
  small_.directory.write("train.en2", read("train.en"));
  other.data.valid_sets = {path("train.de2"), path("train.en2")};
  EXPECT_EQ(log_of(other).find("anew"), std::string::npos) << "the same text by another name";
  small_.directory.write("train.en2", read("train.de"));
  expect_in(log_of(other), "best and stalled start anew");
}

TEST_F(TrainingFiles, AMissingModelIsWrittenAgain) {
  train(options());
  const std::string model = read("m");
  fs::remove(path("m"));
  const std::string log = log_of(options());
  expect_in(log, "m is missing");
  EXPECT_EQ(update_of("m"), 60U);
  TrainOptions bare = options("bare");
  bare.data.valid_sets = {};
  train(bare);
  const std::string before = read("bare");
  fs::remove(path("bare"));
  train(bare);
  EXPECT_EQ(read("bare"), before);
}

TEST_F(TrainingFiles, SaysWhyItEndsAndWhereTheModelIs) {
  expect_in(log_of(options()), "ended at update 60: --after 60u is reached; the model is " +
                                   path("m") + " of update 60 (best cross-entropy: ");
  const auto time = fs::last_write_time(path("m"));
  expect_in(log_of(options()), "nothing to do at update 60: --after 60u is reached; the model is ");
  EXPECT_EQ(fs::last_write_time(path("m")), time);
  TrainOptions budget = options("n");
  budget.training.time_budget = "0.1s";
  budget.training.after = "";
  expect_in(log_of(budget), "--time-budget 0.1s is used up; the model is ");
  TrainOptions still = options("s");
  still.training.learn_rate = 1e-12F;
  still.training.early_stopping = 2;
  still.training.valid_freq = "2";
  still.training.valid_metrics = {"bleu"};
  expect_in(log_of(still), "2 validations in a row brought no new best (--early-stopping 2)");
  int asked = 0;
  const auto stop = [&] { return ++asked == 10; };
  expect_in(log_of(options("i"), stop),
            "stopped at update 9: the same command goes on from " + path("i.state"));
}

TEST_F(TrainingFiles, OlderStatesLackCounters) {
  train(options());
  change_counters([](nlohmann::json& counters) {
    for (const char* name : {"best_of", "settled", "validation_due"}) {
      EXPECT_EQ(counters.erase(name), 1U) << name;
    }
  });
  TrainOptions longer = options();
  longer.training.after = "90u";
  const std::string log = log_of(longer);
  EXPECT_EQ(log.find("anew"), std::string::npos) << log;
  EXPECT_EQ(update_of("m"), 90U);
  change_counters([](nlohmann::json& counters) { counters["updates"] = "many"; });
  expect_error([&] { Trainer{options()}; }, "counter 'updates' in " + path("m.state"));
  change_counters([](nlohmann::json& counters) { counters = 7; });
  expect_error([&] { Trainer{options()}; }, "an object of counters in " + path("m.state"));
}

TEST_F(TrainingFiles, TheTypeIsNamedFirst) {
  train(options());
  TrainOptions other = small_.options(ModelType::kTransformer, "m");
  other.architecture.dec_depth = 4;
  expect_error([&] { Trainer{other}; }, "expected --type \"rnn\"");
}

TEST_F(TrainingFiles, KeptModelsAreFoundFromAnyFolder) {
  TrainOptions many = options();
  many.training.valid_freq = "20u";
  many.training.keep_checkpoints = 2;
  TrainOptions first = many;
  const fs::path before = fs::current_path();
  fs::current_path(path());
  first.model = "m";
  train(first);
  fs::current_path(before);
  EXPECT_TRUE(fs::exists(path("m.up40")));
  many.training.after = "80u";
  train(many);
  EXPECT_FALSE(fs::exists(path("m.up40")));
  EXPECT_TRUE(fs::exists(path("m.up60")));
  // An older program wrote down whole paths; what can't be removed is no reason to stop.
  change_counters([](nlohmann::json& counters) { counters["kept"] = {"old/m.up60", "m.up80"}; });
  fs::remove(path("m.up60"));
  fs::create_directories(path("m.up60/full"));
  many.training.after = "100u";
  expect_in(log_of(many), "could not remove " + path("m.up60"));
}

TEST_F(TrainingFiles, OneTrainingAtATime) {
  const std::string pid = std::to_string(::getpid());
  std::optional<TrainingLock> lock(path("m"));
  EXPECT_EQ(read("m.lock"), pid);
  expect_error([&] { Trainer{options()}; }, "found process " + pid + " at work on it");
  fs::create_symlink("m", path("link"));
  expect_error([&] { Trainer{options("link")}; }, "at work on it");
  lock.reset();
  small_.directory.write("m.lock", "1");  // of a killed process
  train(options());
  EXPECT_FALSE(fs::exists(path("m.lock")));
}

TEST_F(TrainingFiles, AFolderThatCannotBeWrittenToIsNoticedFirst) {
  for (const std::string& model : {path("none/m"), std::string("/proc/m")}) {
    TrainOptions wrong = options();
    wrong.model = model;
    wrong.data.train_sets = {path("missing.de"), path("missing.en")};  // not even looked at
    expect_error([&] { Trainer{wrong}; }, "written to for --model " + model);
  }
  TrainOptions long_name = options(std::string(300, 'x'));
  expect_error([&] { Trainer{long_name}; }, "File name too long");
}

TEST_F(TrainingFiles, ALinkStaysALink) {
  fs::create_directory(path("far"));
  fs::create_symlink("far/model", path("m"));
  train(options());
  EXPECT_TRUE(fs::is_symlink(path("m")));
  EXPECT_TRUE(fs::is_regular_file(path("far/model")));
  EXPECT_EQ(train(options()), TrainingEnd::kBudget);
}

TEST_F(TrainingFiles, AFullDiskLeavesTheLastState) {
  train(options("whole"));
  TrainOptions begun = options();
  begun.training.after = "10u";
  train(begun);
  const auto files = small_.directory.count();
  const std::size_t most = read("m.state").size();
  ASSERT_GT(most, read("m").size());
  for (std::size_t bytes = 0; bytes < most; bytes += 1 + most / 20) {
    const std::string state = read("m.state"), model = read("m");
    {
      const FileSizeLimit full(bytes);
      expect_error([&] { train(options()); }, "could not write " + path("m"));
    }
    EXPECT_EQ(small_.directory.count(), files) << "no temporary file stays";
    const bool is_model_full = bytes < model.size();
    EXPECT_TRUE(read("m.state") == state || !is_model_full);
    EXPECT_TRUE(read("m") == model || !is_model_full);
  }
  train(options());
  EXPECT_EQ(counters().at("updates"), 60);
}

TEST_F(TrainingFiles, AFullLogIsNamed) {
  LogOptions log;
  log.quiet = true;
  log.log_json = "/dev/full";
  expect_error([&] { Trainer(options(), log).run(); }, "cannot write the log /dev/full");
}

}  // namespace
}  // namespace heed
