#include "util/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <string>
#include <thread>
#include <vector>

#include "heed/error.h"
#include "util/few_threads.h"

namespace heed {
namespace {

TEST(ThreadPool, RunsEveryWorkerOnceARound) {
  ThreadPool pool(4);
  std::vector<int> calls(4);
  for (int round = 0; round < 200; ++round) {
    pool.run([&](int worker) { ++calls[static_cast<std::size_t>(worker)]; });
  }
  EXPECT_EQ(calls, std::vector<int>(4, 200));
}

TEST(ThreadPool, WorkersRunAtTheSameTime) {
  ThreadPool pool(3);
  std::barrier all_here(3);
  pool.run([&](int) { all_here.arrive_and_wait(); });
}

TEST(ThreadPool, FirstWorkerIsTheCallingThread) {
  ThreadPool pool(2);
  std::thread::id first;
  pool.run([&](int worker) {
    if (worker == 0) first = std::this_thread::get_id();
  });
  EXPECT_EQ(first, std::this_thread::get_id());
}

TEST(ThreadPool, ThrowsTheErrorOfTheLowestWorkerAfterAllHaveEnded) {
  ThreadPool pool(4);
  std::barrier all_here(4);
  std::atomic<int> ended = 0;
  try {
    pool.run([&](int worker) {
      all_here.arrive_and_wait();
      ++ended;
      if (worker >= 1) throw Error("worker " + std::to_string(worker));
    });
    FAIL() << "no exception";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "worker 1");
  }
  EXPECT_EQ(ended, 4);
  pool.run([&](int) { ++ended; });  // An old error must not come back.
  EXPECT_EQ(ended, 8);
}

TEST(ThreadPool, SaysHowManyThreadsTheSystemStarts) {
  EXPECT_EQ(with_few_threads([] { ThreadPool(1000); }),
            "expected to start 999 threads, found that the system starts N: Resource temporarily "
            "unavailable; lower --threads, or raise the limits of processes and memory (ulimit -u, "
            "ulimit -v)");
}

TEST(ThreadPool, RefusesNoWorkers) { EXPECT_THROW(ThreadPool(0), UsageError); }

}  // namespace
}  // namespace heed
