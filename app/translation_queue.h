#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "heed/translator.h"

namespace heed {

/// Too many lines wait already.
class QueueFull : public std::runtime_error {
 public:
  QueueFull() : std::runtime_error("too many lines are waiting; try again later") {}
};

/// Lines that several threads want translated, on their way through one Translator: what arrives
/// while a batch is at work makes up the next. A line's translation does not depend on who asks.
class TranslationQueue {
 public:
  /// At most `most_waiting` lines wait. Throws as Translator does.
  TranslationQueue(const std::string& model, const TranslateOptions& options,
                   std::size_t most_waiting);
  /// What was taken is answered first.
  ~TranslationQueue();
  TranslationQueue(const TranslationQueue&) = delete;
  TranslationQueue& operator=(const TranslationQueue&) = delete;

  /// One TranslatedLine for each line, in order. Waits for them. Throws QueueFull, with nothing
  /// taken, or the Translator's Error about these lines, which is nobody else's.
  std::vector<TranslatedLine> translate(const std::vector<SourceLine>& lines);

  /// As Translator::attention does, for one client at a time.
  PairAttention attention(const SourceLine& pair);

  std::size_t waiting() const;
  const TranslateOptions& options() const { return translator_.options(); }

 private:
  struct Request {
    std::vector<TranslatedLine> done{};
    std::size_t lines = 0;
    bool has_failed = false;  ///< Or was beside one that has.
  };
  struct Waiting {
    SourceLine line;
    Request* request;
  };

  void run();
  void give_up_work();
  std::vector<TranslatedLine> translate_alone(std::span<const SourceLine> lines);
  NextLine read(SourceLine& line);
  void write(std::span<TranslatedLine> lines);

  Translator translator_;
  const std::size_t most_waiting_;
  mutable std::mutex mutex_;
  std::mutex attention_mutex_;
  std::condition_variable arrived_, finished_;
  std::deque<Waiting> waiting_;
  std::deque<Request*> at_work_;  ///< Of the lines that were read, in their order.
  bool is_reading_ = false;       ///< The last read() took a line.
  bool is_closed_ = false;
  std::thread thread_;  ///< Last: it uses the others.
};

}  // namespace heed
