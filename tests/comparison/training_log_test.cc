#include "comparison/training_log.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "support/temporary_directory.h"

namespace heed {
namespace {

TEST(TrainingLog, ARepeatedPartCountsOnce) {
  const TemporaryDirectory directory;
  const auto train = [](int update, double speed) {
    return fmt::format(
        R"({{"type":"train","update":{0},"epoch":1,"share":0.5,"seconds":{0},"cost":2.5,)"
        R"("words_per_second":{1}}})"
        "\n",
        update, speed);
  };
  const auto valid = [](int update, double bleu) {
    return fmt::format(
        R"({{"type":"valid","update":{0},"seconds":{0},"cross-entropy":1.5,"attention-entropy":0.5,"bleu":{1}}})"
        "\n",
        update, bleu);
  };
  const std::string path =
      directory.write("log", train(10, 100) + valid(10, 1) + train(20, 900) + valid(20, 2) +
                                 "{\"type\":\"tr\n" + train(15, 300) + valid(20, 3));
  const TrainingHistory history = read_training_log(path);
  EXPECT_EQ(history.updates, 15U);
  EXPECT_EQ(history.words_per_second, 300);
  EXPECT_EQ(history.cost, 2.5);
  ASSERT_EQ(history.curve.size(), 2U);
  EXPECT_EQ(history.curve[0].updates, 10U);
  EXPECT_EQ(history.curve[1].bleu, 3);
  EXPECT_EQ(history.curve[1].cross_entropy, 1.5);
}

TEST(TrainingLog, NoFileIsNoHistory) {
  EXPECT_TRUE(read_training_log("/nowhere/log").curve.empty());
}

}  // namespace
}  // namespace heed
