#include "util/process.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <system_error>

#include "util/error.h"

namespace heed {

namespace {

[[noreturn]] void run_as_child(const std::function<int()>& work, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);  // it ended before it could be watched
  int code = 1;
  try {
    code = work();
  } catch (...) {
  }
  // Not exit(): what the parent has yet to write or to tidy up stays the parent's.
  _exit(code);
}

}  // namespace

ChildProcess::ChildProcess(const std::function<int()>& work) {
  std::fflush(nullptr);
  const pid_t parent = getpid();
  id_ = fork();
  if (id_ < 0) {
    fail("expected to start a process, found: {}; run fewer at a time",
         std::generic_category().message(errno));
  }
  if (id_ == 0) run_as_child(work, parent);
}

ChildProcess::~ChildProcess() {
  if (end_) return;
  signal(SIGKILL);
  wait();
}

std::optional<ProcessEnd> ChildProcess::note(pid_t waited, int status) {
  if (waited == id_) {
    end_ =
        WIFSIGNALED(status) ? ProcessEnd{0, WTERMSIG(status)} : ProcessEnd{WEXITSTATUS(status), 0};
  } else if (waited < 0 && errno == ECHILD) {
    end_ = ProcessEnd{1, 0};  // somebody else has waited for it
  }
  return end_;
}

std::optional<ProcessEnd> ChildProcess::poll() {
  if (end_) return end_;
  int status = 0;
  const pid_t waited = waitpid(id_, &status, WNOHANG);
  return note(waited, status);
}

ProcessEnd ChildProcess::wait() {
  while (!end_) {
    int status = 0;
    const pid_t waited = waitpid(id_, &status, 0);
    note(waited, status);
  }
  return *end_;
}

void ChildProcess::signal(int number) const {
  if (!end_) kill(id_, number);
}

std::uint64_t peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace heed
