#include "app/signals.h"

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <ctime>

namespace heed {

namespace {

constexpr std::array kSignals = {SIGHUP, SIGINT, SIGTERM};

constexpr std::int64_t kGrace = 500;  // ms

std::atomic<int> noted = 0;
std::atomic<std::int64_t> noted_at = 0;
static_assert(std::atomic<int>::is_always_lock_free &&
                  std::atomic<std::int64_t>::is_always_lock_free,
              "a signal handler may touch nothing else");

std::int64_t milliseconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * std::int64_t{1000} + now.tv_nsec / 1'000'000;
}

/// Runs on any thread.
void note(int signal) {
  int none = 0;
  if (noted.compare_exchange_strong(none, signal)) {
    noted_at = milliseconds();
    return;
  }
  // timeout(1) and a terminal that is closed send each signal twice: that is once.
  if (milliseconds() - noted_at < kGrace) return;
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

}  // namespace

void note_signals() {
  for (const int signal : kSignals) {
    // Ignored are those that nohup or a shell wants ignored.
    if (std::signal(signal, note) == SIG_IGN) std::signal(signal, SIG_IGN);
  }
}

int noted_signal() { return noted; }

}  // namespace heed
