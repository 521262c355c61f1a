#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "app/shell.h"
#include "support/number_words.h"
#include "translation/lively_model.h"

namespace heed {
namespace {

// Each thread needs addresses for its stack, and few are left. A sanitizer takes more than that for
// itself, so CMakeLists.txt leaves this file out of its builds.
TEST(Threads, ThatCannotStartAreAnError) {
  const Shell shell;
  save_lively_model(shell.directory().path("m"), ModelType::kTransformer);
  std::string text;
  for (int i = 0; i < 300; ++i) text += german_number(i * 37 % 1000) + "\n";
  shell.directory().write("in", text);
  const auto expect_failure = [&](const std::string& command, const std::string& part) {
    const Shell::Result result = shell.run("ulimit -v 1000000; " + command);
    EXPECT_EQ(result.code, 1) << result.err;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    EXPECT_NE(result.err.find(part), std::string::npos) << result.err;
  };
  expect_failure("heed translate -m m --threads 1000 < in",
                 "expected to start 1000 threads, found that the system starts ");
  expect_failure("heed train -t in in --threads 1000 --vocab-size 300 --quiet -m new",
                 "expected to start 999 threads, found that the system starts ");
}

}  // namespace
}  // namespace heed
