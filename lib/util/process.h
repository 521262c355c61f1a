#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>

namespace heed {

/// How a process ended: with an exit code, or by a signal (else 0).
struct ProcessEnd {
  int code = 0;
  int signal = 0;
};

/// A copy of this process (fork) that does one piece of work and ends. It has a process group of
/// its own, so that Ctrl-C in a terminal reaches its parent alone, and is killed when its parent
/// ends or this object goes.
class ChildProcess {
 public:
  /// `work` gives the exit code; an exception is 1. This process must have no threads but the
  /// calling one. Throws Error if the system can't start another process.
  explicit ChildProcess(const std::function<int()>& work);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// How it ended, or nothing while it runs. Doesn't wait.
  std::optional<ProcessEnd> poll();

  /// Waits until it has ended.
  ProcessEnd wait();

  /// Sends a signal if it still runs.
  void signal(int number) const;

 private:
  std::optional<ProcessEnd> note(pid_t waited, int status);

  pid_t id_ = -1;
  std::optional<ProcessEnd> end_{};
};

/// Bytes of memory that this process has had at most (resident).
std::uint64_t peak_memory();

}  // namespace heed
