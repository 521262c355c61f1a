#pragma once

#include <chrono>
#include <string_view>

#include "util/log.h"

namespace heed {

/// A bar at the bottom of the terminal: " 42% ━━━━━━━━━━━               25,310 words/s, 2m 05s
/// left". Without a terminal it shows nothing. It goes away with this object.
class Progress {
 public:
  using Clock = std::chrono::steady_clock;

  /// Draws at most once in `interval`.
  explicit Progress(Log& log, Clock::duration interval = std::chrono::milliseconds(200))
      : log_(log), interval_(interval) {}
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Whether show() is worth a call: there is a terminal, and the last call is long enough ago.
  bool is_due() const { return log_.has_terminal() && Clock::now() >= next_; }

  /// Draws the bar: `fraction` done, from 0 to 1, and what there is to say.
  void show(double fraction, std::string_view text);
  /// The same where nobody knows how much there is: without a bar.
  void show(std::string_view text);

 private:
  Log& log_;
  Clock::duration interval_;
  Clock::time_point next_{};
};

}  // namespace heed
