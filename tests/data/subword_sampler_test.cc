#include "data/subword_sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "data/vocabulary_trainer.h"
#include "support/expect_error.h"

namespace heed {
namespace {

std::string line_of_words(std::size_t number) {
  static const std::vector<std::string> words{"walk", "walks", "walking", "talk", "talks",
                                              "über", "übers", "king",    "wal",  "as"};
  Random random(number);
  std::string line = words[random.below(words.size())];
  for (int i = 0; i < 5; ++i) line += " " + words[random.below(words.size())];
  return line;
}

Tokenizer trained(VocabularyType type) {
  DataOptions options;
  options.vocab_size = 300;
  options.vocab_type = type;
  options.user_symbols = {"<x>"};
  return train_tokenizer(200, line_of_words, options);
}

const Tokenizer& unigram_tokenizer() {
  static const Tokenizer result = trained(VocabularyType::kUnigram);
  return result;
}

/// All segmentations of the rest of `text` into pieces with a probability.
void segment(std::string_view text, std::vector<int>& begun, std::set<std::vector<int>>& all) {
  if (text.empty()) all.insert(begun);
  for (int id = 0; id < unigram_tokenizer().size(); ++id) {
    const std::string piece = unigram_tokenizer().piece(id);
    if (unigram_tokenizer().log_probability(id) >= 0 || !text.starts_with(piece)) continue;
    begun.push_back(id);
    segment(text.substr(piece.size()), begun, all);
    begun.pop_back();
  }
}

double log_probability(const std::vector<int>& ids) {
  double sum = 0;
  for (const int id : ids) sum += unigram_tokenizer().log_probability(id);
  return sum;
}

TEST(SubwordSampler, DrawsFromAllSegmentationsByTheirProbability) {
  std::set<std::vector<int>> all;
  std::vector<int> begun;
  segment("▁walks▁übers", begun, all);
  ASSERT_GT(all.size(), 8U);
  for (const double alpha : {0.0, 0.1, 0.5}) {
    double normalizer = 0;
    for (const auto& ids : all) normalizer += std::exp(alpha * log_probability(ids));
    const SubwordSampler sampler(unigram_tokenizer(), alpha);
    Random random(5);
    constexpr int kDraws = 20000;
    std::map<std::vector<int>, int> counts;
    for (int i = 0; i < kDraws; ++i) ++counts[sampler.encode("walks übers", random)];
    int drawn = 0;
    for (const auto& ids : all) {
      const double expected = std::exp(alpha * log_probability(ids)) / normalizer;
      EXPECT_NEAR(counts[ids], kDraws * expected, 4 * std::sqrt(kDraws * expected) + 1);
      drawn += counts[ids];
    }
    EXPECT_EQ(drawn, kDraws);
  }
}

TEST(SubwordSampler, BringsTextBackAndKeepsWhatHasNoChoice) {
  const SubwordSampler sampler(unigram_tokenizer(), 0.1);
  Random random(1);
  for (const std::string text : {"walking<x>walking 東京talks", "", "東", "<x>",
                                 "as\xff"
                                 "as"}) {
    const std::vector<int> best = unigram_tokenizer().encode(text);
    for (int i = 0; i < 50; ++i) {
      const std::vector<int> ids = sampler.encode(text, random);
      EXPECT_EQ(unigram_tokenizer().decode(ids), unigram_tokenizer().decode(best));
    }
  }
  const std::string wide = "walking " + std::string(100000, 'a');
  EXPECT_EQ(unigram_tokenizer().decode(sampler.encode(wide, random)), wide);
}

TEST(SubwordSampler, AlphaSharpens) {
  const SubwordSampler sharp(unigram_tokenizer(), 1000);
  Random random(1);
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_EQ(sharp.encode(line_of_words(i), random), unigram_tokenizer().encode(line_of_words(i)));
  }
}

TEST(SubwordSampler, FollowsTheGenerator) {
  const SubwordSampler sampler(unigram_tokenizer(), 0.1), copy = sampler;
  Random first(9), second(9), other(10);
  int different = 0;
  for (std::size_t i = 0; i < 20; ++i) {
    const auto ids = sampler.encode(line_of_words(i), first);
    EXPECT_EQ(ids, copy.encode(line_of_words(i), second));
    different += ids != sampler.encode(line_of_words(i), other);
  }
  EXPECT_GT(different, 5);
}

TEST(SubwordSampler, NeedsAUnigramVocabulary) {
  expect_error<UsageError>([] { SubwordSampler(trained(VocabularyType::kBpe), 0.1); },
                           "needs a unigram vocabulary");
}

}  // namespace
}  // namespace heed
