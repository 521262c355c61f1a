#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "support/temporary_directory.h"

namespace heed {

/// Runs the program as its users do: from bash, in a directory of its own.
class Shell {
 public:
  struct Result {
    int code = 0;
    std::string out;
    std::string err;
  };

  /// Runs a script in which `heed` is the program. Standard input is empty.
  Result run(const std::string& script) const {
    directory_.write("script", "heed() { '" HEED_PROGRAM "' \"$@\"; }\n" + script + "\n");
    const std::string command =
        "cd '" + directory_.path() + "' && bash script > out 2> err < /dev/null";
    const int status = std::system(command.c_str());
    return {WEXITSTATUS(status), directory_.read("out"), directory_.read("err")};
  }

  const TemporaryDirectory& directory() const { return directory_; }

 private:
  TemporaryDirectory directory_;
};

/// One line of the program's on standard error that has `part`, and this exit code.
inline void expect_failure(const Shell::Result& result, int code, const std::string& part) {
  EXPECT_EQ(result.code, code) << result.err;
  EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
  EXPECT_TRUE(result.err.starts_with("heed: ")) << result.err;
  EXPECT_NE(result.err.find(part), std::string::npos) << result.err;
}

}  // namespace heed
