#include "nn/spans.h"

#include <gtest/gtest.h>

#include <array>

#include "support/backends.h"
#include "support/expect_error.h"

namespace heed {
namespace {

std::vector<std::array<int, 3>> numbers(const AttentionSpans& spans) {
  std::vector<std::array<int, 3>> result;
  for (const AttentionSpan& span : spans.rows.host) {
    result.push_back({span.first_key, span.keys, static_cast<int>(span.first_weight)});
  }
  return result;
}

using Numbers = std::vector<std::array<int, 3>>;

class SpansTest : public testing::Test {
 protected:
  std::unique_ptr<Backend> backend_ = make_test_backend("reference");
  Tape tape_{*backend_};
};

TEST_F(SpansTest, QueriesAttendToTheirSentences) {
  const std::array offsets = {0, 3, 4, 9};
  const QueryRows rows = sentence_spans(tape_, std::vector{2, 0, 0}, offsets);
  EXPECT_EQ(numbers(rows.spans), (Numbers{{4, 5, 0}, {0, 3, 5}, {0, 3, 8}}));
  EXPECT_EQ(rows.spans.weights, 11);
  const QueryRows first = rows.first(2);
  EXPECT_EQ(numbers(first.spans), (Numbers{{4, 5, 0}, {0, 3, 5}}));
  EXPECT_EQ(first.spans.weights, 8);
  EXPECT_EQ(first.sentences.size(), 2);
  EXPECT_EQ(rows.sentences.host[0], 2);
  EXPECT_EQ(rows.first(0).spans.weights, 0);
}

TEST_F(SpansTest, BlocksOfWeightsMoveAsAWhole) {
  const Tensor weights = tape_.allocate(4, 2);
  tape_.backend().write(std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7}, weights);
  const std::array blocks = {AttentionSpan{9, 1, 3}, AttentionSpan{5, 2, 0},
                             AttentionSpan{9, 1, 3}};
  const Var moved = gather_blocks(tape_.constant(weights), blocks);
  std::vector<float> found(8);
  tape_.backend().read(moved.value(), found);
  EXPECT_EQ(found, (std::vector<float>{6, 7, 0, 1, 2, 3, 6, 7}));
}

TEST_F(SpansTest, MeansOfSentences) {
  const Tensor rows = tape_.allocate(5, 2);
  tape_.backend().write(std::array{1.0F, 2.0F, 3.0F, 4.0F, 0.0F, 3.0F, 6.0F, 0.0F, 3.0F, 3.0F},
                        rows);
  std::vector<float> found(4);
  tape_.backend().read(sentence_means(tape_.constant(rows), std::array{0, 2, 5}).value(), found);
  EXPECT_EQ(found, (std::vector<float>{2, 3, 3, 2}));
}

/// 65,600 tokens have 4,303,360,000 weights: more than an int counts.
TEST_F(SpansTest, LinesThatAreTooLongAreNamed) {
  const std::vector<int> offsets = {0, 3, 65'603};
  expect_error([&] { self_spans(tape_, offsets, false); }, "found one of 65,600 tokens");
  EXPECT_EQ(self_spans(tape_, offsets, false, 1).weights, 3 * 65'600 - 2 + 7);
  const std::size_t memory = tape_.memory();
  const std::vector<int> sentences(1'000'000, 1);
  expect_error([&] { sentence_spans(tape_, sentences, offsets); }, "lower --max-length");
  EXPECT_EQ(tape_.memory(), memory);
}

TEST_F(SpansTest, TokensAttendToTheirSentence) {
  const std::array offsets = {0, 2, 5};
  EXPECT_EQ(numbers(self_spans(tape_, offsets, false)),
            (Numbers{{0, 2, 0}, {0, 2, 2}, {2, 3, 4}, {2, 3, 7}, {2, 3, 10}}));
  const AttentionSpans causal = self_spans(tape_, offsets, true);
  EXPECT_EQ(numbers(causal), (Numbers{{0, 1, 0}, {0, 2, 1}, {2, 1, 3}, {2, 2, 4}, {2, 3, 6}}));
  EXPECT_EQ(causal.weights, 9);
}

}  // namespace
}  // namespace heed
