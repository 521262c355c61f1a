#include "util/pipeline.h"

#include <cstddef>
#include <utility>

#include "util/error.h"
#include "util/thread_pool.h"

namespace heed {

Pipeline::Pipeline(int workers, int most_groups)
    : most_groups_(static_cast<std::size_t>(most_groups)) {
  if (workers < 1 || most_groups < 1) {
    fail_usage("expected at least 1 thread and 1 group, found {} and {}", workers, most_groups);
  }
  start_threads(
      workers, threads_, [this](int worker) { serve(worker); }, [this] { stop(); });
}

void Pipeline::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
}

Pipeline::~Pipeline() {
  stop();
  for (std::thread& thread : threads_) thread.join();
}

void Pipeline::submit(std::unique_ptr<Group> group) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return error_ || entries_.size() < most_groups_; });
  if (error_) return;
  const int tasks = group->tasks();
  entries_.push_back({std::move(group), tasks});
  changed_.notify_all();
  deliver(lock);  // a group without tasks is done already
}

bool Pipeline::is_idle() const {
  const std::lock_guard lock(mutex_);
  return entries_.empty() || error_;
}

bool Pipeline::has_failed() const {
  const std::lock_guard lock(mutex_);
  return error_ != nullptr;
}

void Pipeline::finish() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return error_ || entries_.empty(); });
  if (error_) std::rethrow_exception(error_);
}

/// Runs the function without the lock; the first exception stops all.
template <class Function>
void Pipeline::run_unlocked(std::unique_lock<std::mutex>& lock, Function&& function) {
  std::exception_ptr error;
  lock.unlock();
  try {
    function();
  } catch (...) {
    error = std::current_exception();
  }
  lock.lock();
  if (!error || error_) return;
  error_ = error;
  changed_.notify_all();
}

/// The first group that has a task which nobody has taken.
Pipeline::Entry* Pipeline::next_entry() {
  for (Entry& entry : entries_) {
    if (entry.begun < entry.tasks) return &entry;
  }
  return nullptr;
}

void Pipeline::serve(int worker) {
  std::unique_lock lock(mutex_);
  for (;;) {
    Entry* entry = nullptr;
    changed_.wait(lock, [&] {
      entry = error_ ? nullptr : next_entry();
      return is_stopping_ || entry != nullptr;
    });
    if (is_stopping_) return;
    const int task = entry->begun++;
    run_unlocked(lock, [&] { entry->group->run(worker, task); });
    end_task(lock, *entry);
    deliver(lock);
  }
}

void Pipeline::end_task(std::unique_lock<std::mutex>& lock, Entry& entry) {
  if (++entry.ended < entry.tasks || error_) return;
  run_unlocked(lock, [&] { entry.group->add_tasks(); });
  entry.tasks = entry.group->tasks();
  entry.is_done = entry.ended == entry.tasks;
  changed_.notify_all();
}

/// Delivers finished groups, unless another thread is at it.
void Pipeline::deliver(std::unique_lock<std::mutex>& lock) {
  if (is_delivering_) return;
  is_delivering_ = true;
  while (!error_ && !is_stopping_ && !entries_.empty() && entries_.front().is_done) {
    run_unlocked(lock, [&] { entries_.front().group->deliver(); });
    if (!error_) entries_.pop_front();
    changed_.notify_all();
  }
  is_delivering_ = false;
}

}  // namespace heed
