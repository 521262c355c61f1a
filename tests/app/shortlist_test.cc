#include <gtest/gtest.h>

#include <algorithm>

#include "app/shell.h"

namespace heed {
namespace {

class ShortlistCommandTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    shell_ = std::make_unique<Shell>();
    std::string source, target, links;
    for (int i = 0; i < 60; ++i) {
      source += "a b c d " + std::to_string(i % 7) + "\n";
      target += "x y z w " + std::to_string(i % 7) + "\n";
      links += "0-0 1-1 2-2 3-3 4-4\n";
    }
    shell_->directory().write("s", source);
    shell_->directory().write("t", target);
    shell_->directory().write("links", links);
    const Shell::Result result = shell_->run(
        "heed train -t s t --valid-sets s t --dim-emb 8 --enc-depth 1 --dec-depth 1 --type "
        "transformer --transformer-dim-ffn 8 --transformer-heads 2 --vocab-size 40 --byte-fallback "
        "false --threads 1 "
        "--after 2u --quiet -m m");
    ASSERT_EQ(result.code, 0) << result.err;
  }
  static void TearDownTestSuite() { shell_.reset(); }

  static Shell::Result run(const std::string& script) { return shell_->run(script); }
  static void expect_failure(const std::string& command, int code, const std::string& part) {
    heed::expect_failure(run(command), code, part);
  }

  static inline std::unique_ptr<Shell> shell_;
};

TEST_F(ShortlistCommandTest, IsBuiltUsedAndToldOf) {
  const Shell::Result result =
      run("heed shortlist -m m -t s t -o fast && heed info fast | grep -c '^shortlist' && "
          "paste s t | heed shortlist -m m -t - --tsv --alignment links --quiet -o linked && "
          "heed translate -m fast --shortlist -i s | wc -l && "
          "heed translate -m linked --shortlist 3 --int8 -i s | wc -l && "
          "heed translate -m fast -i s | cmp - <(heed translate -m m -i s)");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out, "1\n60\n60\n");
  EXPECT_NE(result.err.find("shortlist: "), std::string::npos) << result.err;
}

TEST_F(ShortlistCommandTest, ConvertingKeepsIt) {
  const Shell::Result result =
      run("heed shortlist -m m -t s t -o fast --quiet && heed convert --int8 fast -o small && "
          "heed info small | grep '^shortlist' | cmp - <(heed info fast | grep '^shortlist') && "
          "heed translate -m fast -i s > /dev/null && "
          "printf '\xe2\x96\x81x \xe2\x96\x81"
          "a 0.5\n' > lex && heed convert --shortlist lex m -o lexed "
          "&& heed translate -m lexed --shortlist -i s | wc -l");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out, "60\n");
}

TEST_F(ShortlistCommandTest, SaysWhatIsWrong) {
  expect_failure("heed translate -m m --shortlist -i s", 2, "heed shortlist");
  expect_failure("heed translate -m m --shortlist -2 -i s", 2, "--shortlist");
  expect_failure("heed score -m m --shortlist -i s t", 2, "--shortlist");
  expect_failure("heed shortlist -m m -o x", 2, "SOURCE TARGET for --train-sets");
  expect_failure("heed shortlist -m m -t s t", 2, "--output FILE");
  expect_failure("head -3 s > few; heed shortlist -m m -t few t -o x", 1, "3 and 60");
  expect_failure("head -3 links > few; heed shortlist -m m -t s t --alignment few -o x", 1, "60");
  expect_failure("heed convert --shortlist s m -o x", 1, "target, source and a probability");
}

}  // namespace
}  // namespace heed
