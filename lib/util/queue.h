#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace heed {

/// A bounded first-in-first-out queue between threads: reader → workers → writer. Any thread may
/// close it, also to stop the others early after an error.
template <class T>
class Queue {
 public:
  /// `capacity` (at least 1) is how many items may wait.
  explicit Queue(std::size_t capacity) : capacity_(capacity) {}

  /// Waits for room. Returns false, and drops the item, when the queue is closed.
  bool push(T item) {
    std::unique_lock lock(mutex_);
    has_room_.wait(lock, [this] { return is_closed_ || items_.size() < capacity_; });
    if (is_closed_) return false;
    items_.push_back(std::move(item));
    has_items_.notify_one();
    return true;
  }

  /// Waits for an item. Returns nothing when the queue is closed and all its items are taken.
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    has_items_.wait(lock, [this] { return is_closed_ || !items_.empty(); });
    if (items_.empty()) return std::nullopt;
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    has_room_.notify_one();
    return item;
  }

  /// No more items come; those that wait can still be taken.
  void close() {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    has_items_.notify_all();
    has_room_.notify_all();
  }

 private:
  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable has_room_;
  std::condition_variable has_items_;
  std::deque<T> items_;
  bool is_closed_ = false;
};

}  // namespace heed
