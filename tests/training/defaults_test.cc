#include "training/defaults.h"

#include <gtest/gtest.h>

#include "heed/trainer.h"

namespace heed {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Defaults, TellWhatTheSizeOfTheCorpusChose) {
  TrainOptions options = TrainOptions::for_corpus(ModelType::kTransformer, 29'000);
  const std::string all = choices_for_corpus(options, 29'000);
  EXPECT_EQ(all.find("a small corpus (10,000 to 200,000 pairs): "), 0U) << all;
  for (const char* part :
       {"dim-emb 128, ", "learn-rate 0.003, ", "vocab-size 8000", "dropout 0.3"}) {
    EXPECT_TRUE(has(all, part)) << all;
  }
  EXPECT_FALSE(has(all, "dim-rnn") || has(all, "label-smoothing")) << all;
  options.architecture.dim_emb = 64;  // the user's choice
  EXPECT_FALSE(has(choices_for_corpus(options, 29'000), "dim-emb"));
}

TEST(Defaults, GrowWithTheCorpus) {
  const auto choices = [](std::size_t pairs) {
    return choices_for_corpus(TrainOptions::for_corpus(ModelType::kRnn, pairs), pairs);
  };
  EXPECT_TRUE(has(choices(9'999), "a tiny corpus (under 10,000 pairs): "));
  EXPECT_TRUE(has(choices(10'000), "dim-rnn 256, "));
  EXPECT_TRUE(has(choices(200'000), "a corpus of middle size (200,000 to 2,000,000 pairs): "));
  EXPECT_TRUE(has(choices(2'000'000), "a large corpus (from 2,000,000 pairs): "));
  EXPECT_TRUE(has(choices(2'000'000), "dim-rnn 1024, "));
  EXPECT_FALSE(has(choices(2'000'000), "transformer-heads"));
}

TEST(Defaults, OfMinimumRiskKeepNearTheModel) {
  TrainOptions known;
  const TrainOptions usual = Trainer::defaults_for(known, 29'000);
  known.training.minimum_risk = 8;
  const TrainOptions suited = Trainer::defaults_for(known, 29'000);
  EXPECT_LT(suited.training.learn_rate, usual.training.learn_rate / 10);
  EXPECT_LT(suited.training.lr_warmup, usual.training.lr_warmup / 10);
}

}  // namespace
}  // namespace heed
