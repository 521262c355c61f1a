#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "model/container.h"
#include "training/small_training.h"
#include "util/json.h"

namespace heed {
namespace {

/// What options of the optimizer do in a whole training.
class OptimizerTest : public testing::Test {
 protected:
  TrainOptions options(const std::string& model) const {
    TrainOptions options = small_.options(ModelType::kRnn, model);
    options.data.valid_sets = {};
    options.architecture.dropout = 0;
    options.training.lr_warmup = 1;
    options.training.adam_epsilon = 1e-2F;  // see workers_test.cc
    return options;
  }
  Container state(const std::string& model) const {
    return {small_.directory.path(model + ".state"), "training"};
  }
  std::uint64_t count(const std::string& model, const char* counter) const {
    return state(model).metadata("counters").at(counter);
  }
  std::vector<float> values(const std::string& model) const {
    const Container file = state(model);
    std::vector<float> values(file.find("values")->data.size() / sizeof(float));
    file.read_floats("values", values);
    return values;
  }

  SmallTraining small_;
};

TEST_F(OptimizerTest, DelayedBatchesMakeTheUpdateOfALargerOne) {
  TrainOptions single = options("single");
  single.training.after = "1e";
  train(single);
  const auto batches = count("single", "updates");
  ASSERT_GT(batches, 2U);

  TrainOptions delayed = options("delayed");
  delayed.training.optimizer_delay = static_cast<int>(batches);
  delayed.training.after = "1u";
  train(delayed);
  EXPECT_EQ(count("delayed", "epochs"), 1U);

  TrainOptions large = options("large");
  large.data.mini_batch_words = 1'000'000;
  large.training.after = "1u";
  train(large);
  EXPECT_EQ(count("large", "epochs"), 1U);
  EXPECT_EQ(count("large", "tokens"), count("delayed", "tokens"));

  const std::vector<float> a = values("delayed"), b = values("large");
  const float rate = large.training.learn_rate;
  float most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  EXPECT_LT(most, 1e-3F * rate) << "of steps up to " << rate;
  EXPECT_NE(values("single"), b);
}

TEST_F(OptimizerTest, APlateauHalvesTheRateAfterTwoValidationsWithoutANewBest) {
  TrainOptions plateau = options("m");
  plateau.data.valid_sets = plateau.data.train_sets;
  plateau.training.valid_metrics = {"bleu"};
  plateau.training.lr_schedule = Schedule::kPlateau;
  plateau.training.learn_rate = 1e-12F;  // nothing is learnt
  plateau.training.early_stopping = 0;
  plateau.training.valid_freq = "2";
  plateau.training.disp_freq = "1";
  plateau.training.after = "11";
  LogOptions log;
  log.quiet = true;
  log.log_json = small_.directory.path("log");
  Trainer(plateau, log).run();
  std::istringstream lines(small_.directory.read("log"));
  std::vector<double> rates;
  for (std::string line; std::getline(lines, line);) {
    const auto report = nlohmann::json::parse(line);
    if (report.at("type") == "train") rates.push_back(report.at("learning_rate"));
  }
  // The best is at update 2; none is better at 4 and 6, nor at 8 and 10.
  ASSERT_EQ(rates.size(), 11U);
  for (std::size_t update = 1; update <= rates.size(); ++update) {
    const double factor = update <= 6 ? 1 : update <= 10 ? 0.5 : 0.25;
    EXPECT_NEAR(rates[update - 1], factor * 1e-12, 1e-17) << update;
  }
}

}  // namespace
}  // namespace heed
