#include "util/progress.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace heed {

Progress::~Progress() { log_.show_status(""); }

void Progress::show(double fraction, std::string_view text) {
  constexpr int kWidth = 24;
  const double done = std::clamp(fraction, 0.0, 1.0);
  const int filled = static_cast<int>(std::lround(done * kWidth));
  std::string bar;
  for (int i = 0; i < kWidth; ++i) bar += i < filled ? "━" : " ";
  show(fmt::format("{:3}% {} {}", static_cast<int>(done * 100), bar, text));
}

void Progress::show(std::string_view text) {
  if (!is_due()) return;
  next_ = Clock::now() + interval_;
  log_.show_status(text);
}

}  // namespace heed
