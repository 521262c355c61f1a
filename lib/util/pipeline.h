#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace heed {

/// Work in groups of tasks: workers run the tasks in any order, finished groups are delivered in
/// the order of submission, one at a time. A bounded number of groups is under way.
class Pipeline {
 public:
  class Group {
   public:
    virtual ~Group() = default;
    /// So far; may be 0. Not called while add_tasks() runs.
    virtual int tasks() const = 0;
    /// Runs on one of the workers, which are numbered from 0.
    virtual void run(int worker, int task) = 0;
    /// Runs on a worker when all tasks so far, not none, have ended: there may be more now, which
    /// have the next numbers.
    virtual void add_tasks() {}
    /// Runs when all tasks have ended and the groups before are delivered.
    virtual void deliver() = 0;
  };

  /// Throws Error where `workers` or `most_groups` is below 1 or the system starts fewer threads.
  Pipeline(int workers, int most_groups);
  /// Drops what has not begun and waits for what has.
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  /// Waits for room. Does nothing after an exception.
  void submit(std::unique_ptr<Group> group);

  /// Whether nothing is under way, or an exception was thrown.
  bool is_idle() const;
  /// Whether a task or a delivery threw an exception; finish() has it.
  bool has_failed() const;

  /// Waits until all groups are delivered. Throws the first exception of a task or delivery again.
  void finish();

 private:
  struct Entry {
    std::unique_ptr<Group> group;
    int tasks;
    int begun = 0;  ///< Tasks that a worker has taken.
    int ended = 0;
    bool is_done = tasks == 0;
  };

  void serve(int worker);
  void stop();
  Entry* next_entry();
  void end_task(std::unique_lock<std::mutex>& lock, Entry& entry);
  void deliver(std::unique_lock<std::mutex>& lock);
  template <class Function>
  void run_unlocked(std::unique_lock<std::mutex>& lock, Function&& function);

  const std::size_t most_groups_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Entry> entries_;  ///< In order of submission; a deque, so that none moves.
  bool is_delivering_ = false;
  bool is_stopping_ = false;
  std::exception_ptr error_;
  std::vector<std::thread> threads_;
};

}  // namespace heed
