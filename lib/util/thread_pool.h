#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace heed {

/// Starts threads that run body(0), …, body(count − 1). Throws Error that says how many the system
/// starts if it refuses one; those then end first, as `stop` tells them to.
void start_threads(int count, std::vector<std::thread>& threads,
                   const std::function<void(int)>& body, const std::function<void()>& stop);

/// A fixed number of workers that all run the same task. Worker 0 is the calling thread, so a pool
/// of one starts no thread.
class ThreadPool {
 public:
  /// Throws Error where `workers` is below 1 or the system starts fewer threads.
  explicit ThreadPool(int workers);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const { return static_cast<int>(errors_.size()); }

  /// Runs task(0), …, task(size() − 1) in parallel and returns when all have ended. Of the
  /// exceptions they throw, the one of the lowest worker is thrown again here. Must not be called
  /// from within a task.
  void run(const std::function<void(int worker)>& task);

 private:
  void serve(int worker);
  void stop();
  void run_one(const std::function<void(int)>& task, int worker);

  std::mutex mutex_;
  std::condition_variable started_;
  std::condition_variable ended_;
  const std::function<void(int)>* task_ = nullptr;
  unsigned long round_ = 0;  ///< Number of calls of run() so far; a worker serves each once.
  int running_ = 0;
  bool stopping_ = false;
  std::vector<std::exception_ptr> errors_;  ///< One for each worker.
  std::vector<std::thread> threads_;
};

}  // namespace heed
