#include "app/translation_queue.h"

#include <algorithm>
#include <chrono>
#include <iterator>
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

std::vector<TranslatedLine> TranslationQueue::translate(const std::vector<SourceLine>& lines) {
  Request request{.lines = lines.size()};
  std::unique_lock lock(mutex_);
  if (waiting_.size() + lines.size() > most_waiting_) throw QueueFull();
  for (const SourceLine& line : lines) waiting_.push_back({line, &request});
  arrived_.notify_one();
  finished_.wait(lock, [&] { return request.done.size() == request.lines || request.has_failed; });
  if (!request.has_failed) return std::move(request.done);
  lock.unlock();
  return translate_alone(lines);
}

std::vector<TranslatedLine> TranslationQueue::translate_alone(std::span<const SourceLine> lines) {
  std::vector<TranslatedLine> done;
  auto next = lines.begin();
  translator_.translate({.read =
                             [&](SourceLine& line) {
                               if (next == lines.end()) return NextLine::kEnd;
                               line = *next++;
                               return NextLine::kRead;
                             },
                         .write =
                             [&](std::span<TranslatedLine> translated) {
                               std::ranges::move(translated, std::back_inserter(done));
                             }});
  return done;
}

PairAttention TranslationQueue::attention(const SourceLine& pair) {
  const std::lock_guard lock(attention_mutex_);
  return translator_.attention(pair);
}

std::size_t TranslationQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

/// A line that is an error ends the common work; each request of it then goes on alone.
void TranslationQueue::run() {
  for (bool has_ended = false; !has_ended;) {
    try {
      translator_.translate({.read = [this](SourceLine& line) { return read(line); },
                             .write = [this](std::span<TranslatedLine> lines) { write(lines); }});
      has_ended = true;
    } catch (...) {
      give_up_work();
    }
  }
}

void TranslationQueue::give_up_work() {
  const std::lock_guard lock(mutex_);
  for (Request* const request : at_work_) request->has_failed = true;
  at_work_.clear();
  std::erase_if(waiting_, [](const Waiting& line) { return line.request->has_failed; });
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
