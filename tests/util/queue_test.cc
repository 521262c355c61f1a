#include "util/queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace heed {
namespace {

TEST(Queue, KeepsTheOrderAndEndsWhenClosed) {
  Queue<int> queue(3);
  for (int i = 1; i <= 3; ++i) EXPECT_TRUE(queue.push(i));
  queue.close();
  EXPECT_FALSE(queue.push(4));
  for (int i = 1; i <= 3; ++i) EXPECT_EQ(queue.pop(), i);
  EXPECT_EQ(queue.pop(), std::nullopt);
  EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(Queue, TakesItemsThatOnlyMove) {
  Queue<std::unique_ptr<int>> queue(1);
  queue.push(std::make_unique<int>(7));
  EXPECT_EQ(**queue.pop(), 7);
}

TEST(Queue, NeverHoldsMoreThanItsCapacity) {
  constexpr int kItems = 1000;
  Queue<int> queue(2);
  std::atomic<int> pushed = 0;
  std::thread writer([&] {
    for (int i = 0; i < kItems; ++i) {
      queue.push(i);
      ++pushed;
    }
    queue.close();
  });
  for (int expected = 0; expected < kItems; ++expected) {
    EXPECT_LE(pushed, expected + 2);
    EXPECT_EQ(queue.pop(), expected);
  }
  EXPECT_EQ(queue.pop(), std::nullopt);
  writer.join();
}

TEST(Queue, ManyWritersAndReadersLoseNothing) {
  Queue<int> queue(4);
  std::atomic<long> sum = 0;
  std::vector<std::thread> readers, writers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (const auto item = queue.pop()) sum += *item;
    });
    writers.emplace_back([&] {
      for (int n = 1; n <= 500; ++n) queue.push(n);
    });
  }
  for (std::thread& thread : writers) thread.join();
  queue.close();
  for (std::thread& thread : readers) thread.join();
  EXPECT_EQ(sum, 3L * 500 * 501 / 2);
}

TEST(Queue, CloseFreesAWriterThatWaitsForRoom) {
  Queue<int> queue(1);
  queue.push(1);
  bool was_taken = true;
  std::thread writer([&] { was_taken = queue.push(2); });
  queue.close();
  writer.join();
  EXPECT_FALSE(was_taken);
}

}  // namespace
}  // namespace heed
