#pragma once

#include <sys/wait.h>

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

}  // namespace heed
