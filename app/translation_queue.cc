#include "app/translation_queue.h"

#include <chrono>
#include <utility>

namespace heed {

TranslationQueue::TranslationQueue(const std::string& model, const TranslateOptions& options,
                                   std::size_t most_waiting)
    : translator_(model, options), most_waiting_(most_waiting), thread_([this] { run(); }) {}

TranslationQueue::~TranslationQueue() {
  {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
  }
  arrived_.notify_all();
  thread_.join();
}

std::vector<TranslatedLine> TranslationQueue::translate(std::vector<SourceLine> lines) {
  Request request{.lines = lines.size()};
  std::unique_lock lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
  if (waiting_.size() + lines.size() > most_waiting_) throw QueueFull();
  for (SourceLine& line : lines) waiting_.push_back({std::move(line), &request});
  arrived_.notify_one();
  finished_.wait(lock, [&] { return request.done.size() == request.lines || failure_; });
  if (failure_) std::rethrow_exception(failure_);
  return std::move(request.done);
}

std::size_t TranslationQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

void TranslationQueue::run() {
  try {
    translator_.translate({.read = [this](SourceLine& line) { return read(line); },
                           .write = [this](std::span<TranslatedLine> lines) { write(lines); }});
  } catch (...) {
    const std::lock_guard lock(mutex_);
    failure_ = std::current_exception();
  }
  finished_.notify_all();
}

NextLine TranslationQueue::read(SourceLine& line) {
  std::unique_lock lock(mutex_);
  // What was read must not wait for more.
  arrived_.wait_for(lock, std::chrono::milliseconds(is_reading_ ? 1 : 50),
                    [&] { return !waiting_.empty() || is_closed_; });
  is_reading_ = !waiting_.empty();
  if (waiting_.empty()) return is_closed_ ? NextLine::kEnd : NextLine::kLater;
  line = std::move(waiting_.front().line);
  at_work_.push_back(waiting_.front().request);
  waiting_.pop_front();
  return NextLine::kRead;
}

void TranslationQueue::write(std::span<TranslatedLine> lines) {
  const std::lock_guard lock(mutex_);
  for (TranslatedLine& line : lines) {
    at_work_.front()->done.push_back(std::move(line));
    at_work_.pop_front();
  }
  finished_.notify_all();
}

}  // namespace heed
