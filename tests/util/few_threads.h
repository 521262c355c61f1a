#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <string>

#include "heed/error.h"
#include "util/process.h"

namespace heed {

/// The message of the Error that `action` throws in a process that may start about 20 threads, or
/// none if its user has as many processes. What the system starts is replaced by N.
inline std::string with_few_threads(const std::function<void()>& action) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return "no pipe";
  ChildProcess child([&] {
    constexpr uid_t kNobody = 65534;  // root has no limit
    const rlimit limit{20, 20};
    if (::setrlimit(RLIMIT_NPROC, &limit) != 0) return 2;
    if (::geteuid() == 0 && ::setresuid(kNobody, kNobody, kNobody) != 0) return 2;
    try {
      action();
      return 3;
    } catch (const Error& error) {
      const std::string message = error.what();
      return ::write(ends[1], message.data(), message.size()) < 0 ? 4 : 0;
    }
  });
  const ProcessEnd end = child.wait();
  ::close(ends[1]);
  std::string message(4096, '\0');
  message.resize(static_cast<std::size_t>(::read(ends[0], message.data(), message.size())));
  ::close(ends[0]);
  if (end.signal != 0 || end.code != 0) message = "ended with " + std::to_string(end.signal);
  if (const std::size_t number = message.find("starts "); number != std::string::npos) {
    message.replace(number, message.find(':', number) - number, "starts N");
  }
  return message;
}

}  // namespace heed
