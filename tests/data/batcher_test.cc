#include "data/batcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include "data/batches.h"
#include "data/vocabulary_trainer.h"
#include "support/expect_error.h"
#include "support/number_words.h"
#include "support/temporary_directory.h"
#include "util/error.h"

namespace heed {
namespace {

constexpr std::size_t kPairs = 400;

std::string source_line(std::size_t i) { return german_number(static_cast<int>(i * i * 6)); }
std::string target_line(std::size_t i) { return english_number(static_cast<int>(i * i * 6)); }

const Tokenizer& tokenizer() {
  static const Tokenizer result = [] {
    DataOptions options;
    options.vocab_size = 340;
    const auto line = [](std::size_t i) { return i % 2 ? source_line(i / 2) : target_line(i / 2); };
    return train_tokenizer(2 * kPairs, line, options);
  }();
  return result;
}

DataOptions small_batches() {
  DataOptions options;
  options.mini_batch_words = 100;
  options.maxi_batch = 5;
  options.augment = "none";
  return options;
}

class BatcherTest : public testing::Test {
 protected:
  BatcherTest() {
    std::string source, target;
    for (std::size_t i = 0; i < kPairs; ++i) {
      source += source_line(i) + "\n";
      target += target_line(i) + "\n";
    }
    corpus_.emplace(std::vector{directory_.write("s", source), directory_.write("t", target)},
                    false);
  }

  Batcher batcher(const DataOptions& options, std::uint64_t seed = 1) const {
    return Batcher(*corpus_, tokenizer(), tokenizer(), options, seed);
  }

  TemporaryDirectory directory_;
  std::optional<Corpus> corpus_;
};

std::vector<Batch> epoch_of(Batcher& batcher) {
  std::vector<Batch> batches;
  while (auto batch = batcher.next()) batches.push_back(std::move(*batch));
  return batches;
}

std::vector<std::size_t> lines_of(const std::vector<Batch>& batches) {
  std::vector<std::size_t> lines;
  for (const Batch& batch : batches) {
    lines.insert(lines.end(), batch.lines.begin(), batch.lines.end());
  }
  return lines;
}

bool equal(const Batch& a, const Batch& b) {
  return a.lines == b.lines && a.source.ids == b.source.ids && a.target.ids == b.target.ids &&
         a.source.offsets == b.source.offsets && a.target.offsets == b.target.offsets;
}

TEST_F(BatcherTest, AnEpochHasEveryPairOnce) {
  Batcher data = batcher(small_batches());
  for (std::uint64_t epoch = 0; epoch < 2; ++epoch) {
    EXPECT_EQ(data.epoch(), epoch);
    const std::vector<Batch> batches = epoch_of(data);
    std::vector<std::size_t> lines = lines_of(batches);
    std::sort(lines.begin(), lines.end());
    for (std::size_t i = 0; i < kPairs; ++i) ASSERT_EQ(lines.at(i), i);
    EXPECT_EQ(lines.size(), kPairs);
    EXPECT_EQ(data.left_out(), LeftOut{});
  }
}

TEST_F(BatcherTest, BatchesHoldTheirLinesWithinTheBudget) {
  Batcher data = batcher(small_batches());
  int full = 0;
  const std::vector<Batch> batches = epoch_of(data);
  for (const Batch& batch : batches) {
    ASSERT_EQ(batch.source.size(), static_cast<int>(batch.lines.size()));
    ASSERT_EQ(batch.target.size(), static_cast<int>(batch.lines.size()));
    EXPECT_LE(batch.target.rows(), 100);
    full += batch.target.rows() > 75;
    for (int i = 0; i < batch.source.size(); ++i) {
      const std::size_t line = batch.lines[static_cast<std::size_t>(i)];
      EXPECT_EQ(batch.source[i].back(), tokenizer().eos_id());
      EXPECT_EQ(batch.target[i].back(), tokenizer().eos_id());
      EXPECT_EQ(tokenizer().decode(batch.source[i]), source_line(line));
      EXPECT_EQ(tokenizer().decode(batch.target[i]), target_line(line));
    }
  }
  EXPECT_GT(full, static_cast<int>(batches.size()) * 3 / 4);
}

TEST_F(BatcherTest, ABatchHasAtMostSoManySentences) {
  DataOptions options = small_batches();
  options.mini_batch = 4;
  Batcher data = batcher(options);
  const std::vector<Batch> batches = epoch_of(data);
  EXPECT_EQ(lines_of(batches).size(), kPairs);
  for (const Batch& batch : batches) {
    EXPECT_LE(batch.source.size(), 4);
    EXPECT_TRUE(batch.target.rows() <= 100 || batch.source.size() == 1);
  }
  options.mini_batch = -1;
  expect_error<UsageError>([&] { batcher(options); }, "--mini-batch");
}

TEST_F(BatcherTest, ABatchHoldsSentencesOfLikeLength) {
  Batcher data = batcher(small_batches());
  double spread = 0;
  const std::vector<Batch> batches = epoch_of(data);
  for (const Batch& batch : batches) {
    spread += batch.target.length(batch.target.size() - 1) - batch.target.length(0);
  }
  EXPECT_LT(spread / static_cast<double>(batches.size()), 3.0);
}

TEST_F(BatcherTest, OrderFollowsSeedAndEpoch) {
  Batcher data = batcher(small_batches()), same = batcher(small_batches());
  Batcher other = batcher(small_batches(), 2);
  const auto first = lines_of(epoch_of(data));
  EXPECT_EQ(lines_of(epoch_of(same)), first);
  EXPECT_NE(lines_of(epoch_of(other)), first);
  const auto second = lines_of(epoch_of(data));
  EXPECT_NE(second, first);
  EXPECT_EQ(lines_of(epoch_of(same)), second);
}

TEST_F(BatcherTest, BatchesOfAPoolAreNotSortedByLength) {
  DataOptions options = small_batches();
  options.maxi_batch = 1000;
  Batcher data = batcher(options);
  std::vector<int> lengths;
  for (const Batch& batch : epoch_of(data)) lengths.push_back(batch.target.length(0));
  EXPECT_FALSE(std::is_sorted(lengths.begin(), lengths.end()));
}

TEST_F(BatcherTest, SeekGoesOnWithTheSameBatches) {
  for (const float sampling : {0.0F, 0.2F}) {
    DataOptions options = small_batches();
    options.subword_sampling = sampling;
    Batcher whole = batcher(options);
    std::vector<DataPosition> positions{whole.position()};
    std::vector<std::optional<Batch>> batches;
    for (int i = 0; i < 200; ++i) {
      batches.push_back(whole.next());
      positions.push_back(whole.position());
    }
    ASSERT_GE(whole.epoch(), 2U);
    Batcher wanderer = batcher(options);
    for (const std::size_t start : {199U, 0U, 7U, 90U, 91U, 30U, 163U}) {
      wanderer.seek(positions[start]);
      for (std::size_t i = start; i < std::min<std::size_t>(start + 70, batches.size()); ++i) {
        ASSERT_EQ(wanderer.position(), positions[i]);
        const auto batch = wanderer.next();
        ASSERT_EQ(batch.has_value(), batches[i].has_value()) << start << " " << i;
        ASSERT_TRUE(!batch || equal(*batch, *batches[i])) << start << " " << i;
      }
    }
  }
}

TEST_F(BatcherTest, AMixtureRepeatsPairsEachTimeAnew) {
  DataOptions options = small_batches();
  options.tsv = true;
  options.train_sets = {directory_.write("often", "hundertelf\tone hundred and eleven\n"),
                        directory_.write("seldom", "eins\tone\nzwei\ttwo\n")};
  options.mix = {40, 0.5F};
  options.subword_sampling = 0.1F;
  const Corpus corpus(options);
  Batcher data(corpus, tokenizer(), tokenizer(), options, 1);
  std::set<std::vector<int>> segmentations;
  std::vector<std::size_t> counts(3);
  for (int epoch = 0; epoch < 2; ++epoch) {
    for (const Batch& batch : epoch_of(data)) {
      for (int i = 0; i < batch.source.size(); ++i) {
        const std::size_t line = batch.lines[static_cast<std::size_t>(i)];
        ++counts.at(line);
        EXPECT_EQ(tokenizer().decode(batch.source[i]), corpus.source(line));
        if (epoch == 0 && line == 0) {
          segmentations.insert({batch.source[i].begin(), batch.source[i].end()});
        }
      }
    }
  }
  EXPECT_EQ(counts, (std::vector<std::size_t>{80, 1, 1}));
  EXPECT_GT(segmentations.size(), 1U);
}

TEST_F(BatcherTest, CompletesEachBatchBeforeItIsTaken) {
  std::atomic<int> calls = 0;
  Batcher data(*corpus_, tokenizer(), tokenizer(), small_batches(), 1, [&](Batch& batch) {
    batch.links.add(std::vector<int>{static_cast<int>(batch.lines.size())});
    ++calls;
  });
  const std::vector<Batch> batches = epoch_of(data);
  for (const Batch& batch : batches) {
    EXPECT_EQ(batch.links.ids, std::vector<int>{static_cast<int>(batch.lines.size())});
  }
  EXPECT_GE(calls, static_cast<int>(batches.size()));
}

TEST_F(BatcherTest, TellsWhatReadingThrewWhereThePoolIsNeeded) {
  std::atomic<int> calls = 0;
  Batcher data(*corpus_, tokenizer(), tokenizer(), small_batches(), 1, [&](Batch&) {
    if (++calls == 10) fail("the tenth batch is wrong");
  });
  int batches = 0;
  const auto take_all = [&] {
    while (data.next()) ++batches;
  };
  expect_error(take_all, "the tenth batch is wrong");
  EXPECT_GT(batches, 0) << "the pool before can be used";
  EXPECT_LT(batches, 10);
  expect_error(take_all, "the tenth batch is wrong");
  const DataPosition position = data.position();
  data.seek(position);
  EXPECT_NO_THROW(data.next());
}

/// A pool that would take a minute.
TEST_F(BatcherTest, EndsWhileAPoolIsRead) {
  DataOptions options = small_batches();
  options.maxi_batch = 1000;
  std::atomic<bool> is_slow = false;
  const auto begin = std::chrono::steady_clock::now();
  {
    Batcher data(*corpus_, tokenizer(), tokenizer(), options, 1, [&](Batch&) {
      if (is_slow) std::this_thread::sleep_for(std::chrono::seconds(1));
    });
    is_slow = data.next().has_value();
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

TEST_F(BatcherTest, SubwordSamplingSegmentsAnewInEachEpoch) {
  DataOptions options = small_batches();
  options.subword_sampling = 0.1F;
  Batcher data = batcher(options);
  std::vector<std::vector<int>> seen[2];
  for (auto& sentences : seen) {
    sentences.resize(kPairs);
    for (const Batch& batch : epoch_of(data)) {
      for (int i = 0; i < batch.source.size(); ++i) {
        const std::size_t line = batch.lines[static_cast<std::size_t>(i)];
        EXPECT_EQ(tokenizer().decode(batch.source[i]), source_line(line));
        sentences[line].assign(batch.source[i].begin(), batch.source[i].end());
      }
    }
  }
  std::size_t changed = 0;
  for (std::size_t i = 0; i < kPairs; ++i) changed += seen[0][i] != seen[1][i];
  EXPECT_GT(changed, kPairs / 4);
}

TEST_F(BatcherTest, LeavesOutEmptyAndLongPairs) {
  const std::string longest = "one one one one one one one one one one";
  const Corpus corpus(
      {directory_.write("s2", "eins\n\nzwei\n \nein\nacht\n"),
       directory_.write("t2", "one\ntwo\n\n\n" + longest + "\n" + longest + " one\n")},
      false);
  DataOptions options = small_batches();
  options.max_length = static_cast<int>(tokenizer().encode(longest).size());
  Batcher data(corpus, tokenizer(), tokenizer(), options, 1);
  std::vector<std::size_t> lines = lines_of(epoch_of(data));
  std::sort(lines.begin(), lines.end());
  EXPECT_EQ(lines, (std::vector<std::size_t>{0, 4}));
  EXPECT_EQ(data.left_out(), (LeftOut{.empty = 3, .too_long = 1}));
  ASSERT_TRUE(data.next());
  EXPECT_LE(data.left_out().empty, 3U);

  const Corpus nothing({directory_.write("s3", "eins\n\n"), directory_.write("t3", "\ntwo\n")},
                       false);
  Batcher hopeless(nothing, tokenizer(), tokenizer(), options, 1);
  expect_error([&] { hopeless.next(); }, "found 2 with an empty side and 0 with more than");
}

TEST_F(BatcherTest, ASentenceLargerThanTheBudgetIsItsOwnBatch) {
  DataOptions options = small_batches();
  options.mini_batch_words = 1;
  Batcher data = batcher(options);
  for (const Batch& batch : epoch_of(data)) EXPECT_EQ(batch.lines.size(), 1U);
}

TEST_F(BatcherTest, ACorpusOfOneLine) {
  const Corpus corpus({directory_.write("s1", "eins"), directory_.write("t1", "one")}, false);
  Batcher data(corpus, tokenizer(), tokenizer(), DataOptions{}, 1);
  for (int epoch = 0; epoch < 3; ++epoch) EXPECT_EQ(epoch_of(data).size(), 1U);
}

TEST_F(BatcherTest, WrongOptions) {
  const auto expect_usage_error = [&](auto change, const std::string& part) {
    DataOptions options;
    change(options);
    expect_error<UsageError>([&] { batcher(options); }, part);
  };
  expect_usage_error([](DataOptions& o) { o.mini_batch_words = 0; }, "--mini-batch-words, found 0");
  expect_usage_error([](DataOptions& o) { o.maxi_batch = -1; }, "--maxi-batch, found -1");
  expect_usage_error([](DataOptions& o) { o.max_length = 0; }, "--max-length, found 0");
  expect_usage_error([](DataOptions& o) { o.subword_sampling = -1; }, "--subword-sampling");
  DataOptions options;
  options.vocab_type = VocabularyType::kBpe;
  const Tokenizer bpe = train_tokenizer(kPairs, source_line, options);
  options.subword_sampling = 0.1F;
  expect_error<UsageError>([&] { Batcher(*corpus_, tokenizer(), bpe, options, 1); },
                           "needs a unigram vocabulary");
}

TEST(MakeBatches, RestoresOrderAndKeepsTheBudget) {
  Ragged sources, targets;
  Random random(3);
  for (int i = 0; i < 200; ++i) {
    const std::vector<int> ids(1 + random.below(30), i);
    sources.add(ids);
    targets.add(std::vector<int>(1 + random.below(30), 1000 + i));
  }
  std::set<std::size_t> seen;
  int last = 1000;
  for (const Batch& batch : make_batches(sources, targets, {25})) {
    EXPECT_TRUE(batch.source.rows() <= 25 || batch.source.size() == 1);
    for (int i = 0; i < batch.source.size(); ++i) {
      const auto line = batch.lines[static_cast<std::size_t>(i)];
      EXPECT_TRUE(seen.insert(line).second);
      EXPECT_EQ(batch.source[i].front(), static_cast<int>(line));
      EXPECT_EQ(batch.source.length(i), sources.length(static_cast<int>(line)));
      EXPECT_EQ(batch.target[i].front(), 1000 + static_cast<int>(line));
      EXPECT_LE(batch.source.length(i), last);
      last = batch.source.length(i);
    }
  }
  EXPECT_EQ(seen.size(), 200U);
  for (const Batch& batch : make_batches(sources, targets, {.words = 60, .sentences = 3})) {
    EXPECT_LE(batch.source.size(), 3);
    EXPECT_TRUE(batch.source.rows() <= 60 || batch.source.size() == 1);
  }
}

TEST(MakeBatches, WithoutTargetsAndWithoutSentences) {
  Ragged sources;
  EXPECT_TRUE(make_batches(sources, {}, {100}).empty());
  sources.add(std::vector{5, 2});
  const std::vector<Batch> batches = make_batches(sources, {}, {1});
  ASSERT_EQ(batches.size(), 1U);
  EXPECT_EQ(batches[0].target.size(), 0);
  EXPECT_EQ(batches[0].lines, std::vector<std::size_t>{0});
}

}  // namespace
}  // namespace heed
