#include "util/process.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace heed {
namespace {

TEST(ChildProcess, GivesItsExitCode) {
  ChildProcess child([] { return 42; });
  EXPECT_EQ(child.wait().code, 42);
  EXPECT_EQ(child.poll()->code, 42);
}

TEST(ChildProcess, AnExceptionIsExitCode1) {
  EXPECT_EQ(ChildProcess([]() -> int { throw std::runtime_error("no"); }).wait().code, 1);
}

TEST(ChildProcess, RunsBesideItsParentUntilASignal) {
  ChildProcess child([] {
    pause();
    return 0;
  });
  EXPECT_FALSE(child.poll().has_value());
  child.signal(SIGTERM);
  EXPECT_EQ(child.wait().signal, SIGTERM);
}

TEST(ChildProcess, EndsWithItsObject) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  {
    const ChildProcess child([] {
      pause();
      return 0;
    });
    close(ends[1]);
  }
  char byte = 0;
  EXPECT_EQ(read(ends[0], &byte, 1), 0);  // nobody holds the other end any more
  close(ends[0]);
}

}  // namespace
}  // namespace heed
