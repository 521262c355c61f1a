#include "comparison/folder.h"

#include <gtest/gtest.h>

#include "support/expect_error.h"
#include "support/temporary_directory.h"
#include "util/process.h"

namespace heed {
namespace {

TEST(ComparisonFolder, RefusesWhatIsNoComparison) {
  const TemporaryDirectory directory;
  expect_error<UsageError>([] { ComparisonFolder folder(""); }, "--output");
  directory.write("thesis.tex", "text");
  expect_error([&] { ComparisonFolder folder(directory.path()); }, "other files");
  expect_error([&] { ComparisonFolder folder(directory.path("thesis.tex")); }, "folder");
}

TEST(ComparisonFolder, NamesWhatDiffers) {
  const TemporaryDirectory directory;
  const nlohmann::json identity = {{"option", {{"after", "3e"}, {"seed", 1}}}};
  ComparisonFolder folder(directory.path("new"));
  EXPECT_TRUE(folder.identity().is_null());
  folder.check_identity(identity);
  folder.write_identity(identity);
  folder.check_identity(identity);
  nlohmann::json other = identity;
  other["option"]["after"] = "4e";
  expect_error([&] { folder.check_identity(other); }, "option.after is \"3e\", not \"4e\"");
  other = identity;
  other["option"].erase("seed");
  expect_error([&] { folder.check_identity(other); }, "option.seed is 1, not null");
}

TEST(ComparisonFolder, IsLockedWhileAChildLives) {
  const TemporaryDirectory directory;
  const std::string path = directory.path("new");
  auto folder = std::make_unique<ComparisonFolder>(path);
  auto child = std::make_unique<ChildProcess>([] {
    pause();
    return 0;
  });
  folder.reset();
  // In another process, for which the lock is not its own.
  ChildProcess waiting([&] {
    ComparisonFolder mine(path);
    return 7;
  });
  EXPECT_FALSE(waiting.poll().has_value());
  child.reset();
  EXPECT_EQ(waiting.wait().code, 7);
}

}  // namespace
}  // namespace heed
