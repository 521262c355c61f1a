#include "metrics/evaluation_texts.h"

#include <gtest/gtest.h>

#include "support/compress.h"
#include "support/expect_error.h"
#include "support/temporary_directory.h"

namespace heed {
namespace {

using Lines = std::vector<std::string>;

class EvaluationTexts : public testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& text) {
    return directory_.write(name, text);
  }
  Warn warn() {
    return [this](const std::string& warning) { warnings_.push_back(warning); };
  }

  TemporaryDirectory directory_;
  Lines warnings_;
};

TEST_F(EvaluationTexts, LinesLoseTheirEnds) {
  EXPECT_EQ(read_evaluation_lines(file("a", "one \r\n\n two\t\u00a0\nlast"), warn()),
            (Lines{"one", "", " two", "last"}));
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(EvaluationTexts, CompressionIsKnownByContent) {
  EXPECT_EQ(read_evaluation_lines(file("plain.txt", gzip("a\nb\n")), warn()), (Lines{"a", "b"}));
}

TEST_F(EvaluationTexts, InvalidUtf8IsReplacedAndWarnedOfOnce) {
  EXPECT_EQ(read_evaluation_lines(file("a", "fine\nx\xFF\ny\xFE\n"), warn()),
            (Lines{"fine", "x\uFFFD", "y\uFFFD"}));
  ASSERT_EQ(warnings_.size(), 1);
  EXPECT_NE(warnings_[0].find("2 lines of "), std::string::npos);
  EXPECT_NE(warnings_[0].find("first in line 2"), std::string::npos);
}

TEST_F(EvaluationTexts, ReferencesInFilesOrFields) {
  const std::string a = file("a", "1\n2\n"), b = file("b", "3\n4\n");
  EXPECT_EQ(read_references({a, b}, 1, warn()), (std::vector<Lines>{{"1", "2"}, {"3", "4"}}));
  const std::string both = file("both", "1\t3\n2\t\n");
  EXPECT_EQ(read_references({both}, 2, warn()), (std::vector<Lines>{{"1", "2"}, {"3", ""}}));
  expect_error([&] { read_references({file("bad", "1\t2\n1\n")}, 2, warn()); },
               "expected 2 tab-separated fields in each line, found 1 in ");
  expect_error<UsageError>([&] { read_references({a, b}, 2, warn()); }, "expected one file");
  expect_error<UsageError>([&] { read_references({}, 1, warn()); }, "found none");
}

TEST_F(EvaluationTexts, ASystemIsNamedOnceButForTheBaseline) {
  const std::string a = file("a", "1\n"), b = file("b", "2\n");
  EXPECT_EQ(read_systems({a, b, a}, true, warn()).size(), 2);
  expect_error<UsageError>([&] { read_systems({a, b, a}, false, warn()); }, "twice");
  expect_error<UsageError>([&] { read_systems({a, b, b}, true, warn()); }, "twice");
}

TEST_F(EvaluationTexts, CountsMustAgree) {
  expect_error(
      [] {
        check_line_counts({{"hyp", {"a", "b"}}}, {{"a", "b"}, {"a"}}, {"r1", "r2"});
      },
      "found 2 lines in hyp and 1 in r2");
  expect_error(
      [] {
        check_line_counts({{"hyp", {}}}, {{}}, {"r"});
      },
      "expected a hypothesis in hyp, found no lines");
  EXPECT_NO_THROW(check_line_counts({{"hyp", {"a"}}}, {{"b"}}, {"r"}));
}

}  // namespace
}  // namespace heed
