#include "util/pipeline.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "support/expect_error.h"
#include "util/few_threads.h"

namespace heed {
namespace {

class TestGroup final : public Pipeline::Group {
 public:
  TestGroup(int tasks, std::function<void(int, int)> run, std::function<void()> deliver)
      : tasks_(tasks), run_(std::move(run)), deliver_(std::move(deliver)) {}

  int tasks() const override { return tasks_; }
  void run(int worker, int task) override { run_(worker, task); }
  void deliver() override { deliver_(); }

 private:
  int tasks_;
  std::function<void(int, int)> run_;
  std::function<void()> deliver_;
};

void nothing(int, int) {}

TEST(Pipeline, DeliversInOrderWhateverTheOrderOfWork) {
  for (const int workers : {1, 4}) {
    std::vector<int> delivered;  // without a lock: deliveries come one at a time
    std::atomic<int> done = 0;
    Pipeline pipeline(workers, 5);
    for (int group = 0; group < 50; ++group) {
      const auto run = [&, group](int worker, int) {
        EXPECT_LT(worker, workers);
        if (group % 7 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
        ++done;
      };
      pipeline.submit(
          std::make_unique<TestGroup>(group % 4, run, [&, group] { delivered.push_back(group); }));
    }
    pipeline.finish();
    EXPECT_TRUE(pipeline.is_idle());
    EXPECT_EQ(done, 12 * 6 + 1);
    ASSERT_EQ(delivered.size(), 50U);
    EXPECT_TRUE(std::is_sorted(delivered.begin(), delivered.end()));
  }
}

/// Three tasks, whose end makes two more.
class GrowingGroup final : public Pipeline::Group {
 public:
  explicit GrowingGroup(std::vector<int>& delivered) : delivered_(delivered) {}

  int tasks() const override { return tasks_; }
  void run(int, int task) override {
    EXPECT_EQ(task < 3, tasks_ == 3) << "the first ones had not ended";
    ++ran_;
  }
  void add_tasks() override {
    EXPECT_EQ(ran_, tasks_);
    tasks_ = 5;
  }
  void deliver() override { delivered_.push_back(ran_); }

 private:
  std::vector<int>& delivered_;
  int tasks_ = 3;
  std::atomic<int> ran_ = 0;
};

TEST(Pipeline, RunsTasksThatTheFirstOnesMade) {
  for (const int workers : {1, 4}) {
    std::vector<int> delivered;
    Pipeline pipeline(workers, 3);
    for (int i = 0; i < 50; ++i) pipeline.submit(std::make_unique<GrowingGroup>(delivered));
    pipeline.finish();
    EXPECT_EQ(delivered, std::vector<int>(50, 5));
  }
}

TEST(Pipeline, BoundsWhatIsUnderWay) {
  std::atomic<int> submitted = 0;
  Pipeline pipeline(3, 2);
  for (int group = 0; group < 20; ++group) {
    const auto deliver = [&, group] {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      EXPECT_LE(submitted, group + 3);  // two under way, one that waits to be submitted
    };
    ++submitted;
    pipeline.submit(std::make_unique<TestGroup>(1, nothing, deliver));
  }
  pipeline.finish();
}

TEST(Pipeline, AnErrorStopsItAndComesOut) {
  const auto fail_at = [](int place) {
    return [place](int, int task) {
      if (task == place) throw std::runtime_error("task failed");
    };
  };
  std::atomic<int> delivered = 0;
  Pipeline pipeline(2, 2);
  pipeline.submit(std::make_unique<TestGroup>(3, nothing, [&] { ++delivered; }));
  for (int i = 0; i < 10; ++i) {  // more than there is room for: none may wait for ever
    pipeline.submit(std::make_unique<TestGroup>(3, fail_at(2), [&] { delivered += 100; }));
  }
  EXPECT_THROW(pipeline.finish(), std::runtime_error);
  EXPECT_TRUE(pipeline.has_failed());
  EXPECT_LE(delivered, 1);
}

TEST(Pipeline, AnErrorOfDeliveryComesOut) {
  Pipeline pipeline(2, 1);
  for (int i = 0; i < 5; ++i) {
    pipeline.submit(std::make_unique<TestGroup>(i, nothing, [i] {
      if (i == 1) throw std::runtime_error("disk full");
    }));
  }
  EXPECT_THROW(pipeline.finish(), std::runtime_error);
}

TEST(Pipeline, EndsWithoutFinish) {
  std::atomic<int> runs = 0;
  {
    Pipeline pipeline(2, 10);
    for (int i = 0; i < 10; ++i) {
      pipeline.submit(std::make_unique<TestGroup>(
          100,
          [&](int, int) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
            ++runs;
          },
          [] {}));
    }
  }
  EXPECT_LT(runs, 1000);
  expect_error<UsageError>([] { Pipeline(0, 1); }, "at least 1 thread");
}

TEST(Pipeline, SaysHowManyThreadsTheSystemStarts) {
  const std::string message = with_few_threads([] { Pipeline(1000, 1); });
  EXPECT_TRUE(message.starts_with("expected to start 1000 threads, found that the system starts N"))
      << message;
}

}  // namespace
}  // namespace heed
