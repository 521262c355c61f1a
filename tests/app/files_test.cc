#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "app/shell.h"
#include "support/number_words.h"
#include "translation/lively_model.h"

namespace heed {
namespace {

/// Files and pipes that fail under the program's hands.
class FilesTest : public testing::Test {
 protected:
  FilesTest() {
    save_lively_model(shell_.directory().path("m"), ModelType::kTransformer);
    for (int i = 0; i < 300; ++i) text_ += german_number(i * 37 % 1000) + "\n";
    shell_.directory().write("in", text_);
    shell_.directory().write("other", text_);
  }
  Shell::Result run(const std::string& script) const { return shell_.run(script); }
  std::string read(const std::string& name) const { return shell_.directory().read(name); }
  static void expect_failure(const Shell::Result& result, const std::string& part) {
    heed::expect_failure(result, 1, part);
  }

  Shell shell_;
  std::string text_;
};

TEST_F(FilesTest, WhatIsReadIsNotWrittenOver) {
  const std::string model = read("m");
  for (const char* command :
       {"translate -m m -i in -o in", "translate -m m -o in < in",
        "translate -m m -i other in -o in", "translate -m m -i in >> in",
        "translate -m m -i in -o link", "translate -m m -i in -o hard", "translate -m m -i in -o m",
        "translate -m m -i in --heatmap-svg in", "score -m m -i in other -o in",
        "score -m m -i in other -o other", "score -m m -i in other -o m",
        "score -m m -i other --n-best-list in -o in", "align -m m -i in other -o other",
        "align -m m -i in other --gold link -o in", "align -m m --tsv < in >> in",
        "evaluate in -i other >> in", "evaluate in -i other >> other"}) {
    expect_failure(run("ln -sf in link; ln -f in hard; heed " + std::string(command)),
                   "expected another file to write than ");
    EXPECT_TRUE(read("in") == text_) << command;
    EXPECT_TRUE(read("other") == text_) << command;
    EXPECT_TRUE(read("m") == model) << command;
  }
  EXPECT_EQ(run("heed translate -m m -i in -o /dev/null && heed translate -m m < /dev/null "
                "> /dev/null && heed translate -m m -i in -o other")
                .code,
            0);
}

TEST_F(FilesTest, AModelMayBeOverwrittenWhileItTranslates) {
  const std::string script = "{ head -1 in; sleep 0.5; head -1 in; } | heed translate -m m > twice";
  ASSERT_EQ(run(script).code, 0);
  const std::string twice = read("twice");
  EXPECT_EQ(run("{ sleep 0.3; : > m; head -c 1000 in > m; } & " + script).code, 0);
  EXPECT_EQ(read("twice"), twice);
  expect_failure(run("heed translate -m m < in"), " m");
}

TEST_F(FilesTest, AFullDiskIsAnErrorWherever) {
  ASSERT_EQ(run("heed translate -m m -i in -o whole").code, 0);
  const std::size_t blocks = read("whole").size() / 1024;
  ASSERT_GE(blocks, 3U);
  for (std::size_t kib = 1; kib <= blocks; kib += 1 + blocks / 4) {
    const std::string limit = "ulimit -f " + std::to_string(kib) + "; ";
    expect_failure(run(limit + "heed translate -m m -i in -o new"), "could not write new: ");
    EXPECT_TRUE(read("whole").starts_with(read("new")));
  }
  expect_failure(run("heed translate -m m -i in > /dev/full"), "could not write standard output: ");
  expect_failure(run("heed score -m m -i in in -o /dev/full"), "could not write /dev/full: ");
  expect_failure(run("heed evaluate in -i in > /dev/full"), "could not write standard output: ");
}

TEST_F(FilesTest, AClosedPipeIsAQuietEnd) {
  for (const char* command : {"translate -m m -i in", "score -m m -i in in", "align -m m -i in in",
                              "evaluate in -i in", "info m"}) {
    const Shell::Result result =
        run("set -o pipefail; heed " + std::string(command) + " | : ; echo ${PIPESTATUS[0]}");
    EXPECT_EQ(result.out, "0\n") << command;
    EXPECT_EQ(result.err, "") << command;
  }
}

}  // namespace
}  // namespace heed
