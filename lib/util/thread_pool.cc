#include "util/thread_pool.h"

#include <cstddef>
#include <system_error>

#include "util/error.h"

namespace heed {

void start_threads(int count, std::vector<std::thread>& threads,
                   const std::function<void(int)>& body, const std::function<void()>& stop) {
  const auto end_all = [&] {
    stop();
    for (std::thread& thread : threads) thread.join();
  };
  try {
    for (int i = 0; i < count; ++i) threads.emplace_back(body, i);
  } catch (const std::system_error& error) {
    end_all();
    fail(
        "expected to start {} threads, found that the system starts {}: {}; lower --threads, or "
        "raise the limits of processes and memory (ulimit -u, ulimit -v)",
        count, threads.size(), error.code().message());
  } catch (...) {
    end_all();
    throw;
  }
}

ThreadPool::ThreadPool(int workers) {
  if (workers < 1) fail_usage("expected at least 1 thread, found {}", workers);
  errors_.resize(static_cast<std::size_t>(workers));
  start_threads(
      workers - 1, threads_, [this](int i) { serve(i + 1); }, [this] { stop(); });
}

void ThreadPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  started_.notify_all();
}

ThreadPool::~ThreadPool() {
  stop();
  for (std::thread& thread : threads_) thread.join();
}

void ThreadPool::run(const std::function<void(int)>& task) {
  {
    const std::lock_guard lock(mutex_);
    task_ = &task;
    running_ = size() - 1;
    ++round_;
  }
  started_.notify_all();
  run_one(task, 0);
  {
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return running_ == 0; });
  }
  for (std::exception_ptr& error : errors_) {
    if (error) std::rethrow_exception(error);
  }
}

void ThreadPool::serve(int worker) {
  for (unsigned long served = 0;; ++served) {
    const std::function<void(int)>* task = nullptr;
    {
      std::unique_lock lock(mutex_);
      started_.wait(lock, [&] { return stopping_ || round_ > served; });
      if (stopping_) return;
      task = task_;
    }
    run_one(*task, worker);
    const std::lock_guard lock(mutex_);
    if (--running_ == 0) ended_.notify_one();
  }
}

void ThreadPool::run_one(const std::function<void(int)>& task, int worker) {
  std::exception_ptr& error = errors_[static_cast<std::size_t>(worker)];
  error = nullptr;
  try {
    task(worker);
  } catch (...) {
    error = std::current_exception();
  }
}

}  // namespace heed
