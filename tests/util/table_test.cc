#include "util/table.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "heed/error.h"

namespace heed {
namespace {

struct Entry {
  std::string_view name;
  int value;
};
constexpr std::array<Entry, 3> kTable = {{{"none", 1}, {"additive", 2}, {"dot", 3}}};

std::string error_for(std::string_view name) {
  try {
    find_entry(kTable, "attention", name);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(FindEntry, GivesTheEntryItself) {
  EXPECT_EQ(&find_entry(kTable, "attention", "dot"), &kTable[2]);
}

TEST(FindEntry, UnknownNameComesWithTheNearestAndAllNames) {
  EXPECT_EQ(error_for("additve"),
            "unknown attention 'additve', did you mean 'additive'? One of: none, additive, dot");
  EXPECT_EQ(error_for("transformer"),
            "unknown attention 'transformer'. One of: none, additive, dot");
  EXPECT_EQ(error_for(""), "unknown attention ''. One of: none, additive, dot");
}

TEST(FindEntry, NamesFromFilesAreShownOnOneLineAndCut) {
  EXPECT_EQ(error_for("a\nb"), "unknown attention 'a\\x0ab'. One of: none, additive, dot");
  EXPECT_EQ(error_for(std::string(1'000'000, 'a')),
            "unknown attention '" + std::string(80, 'a') + "...'. One of: none, additive, dot");
}

TEST(FailUnknown, DoesNotListManyNames) {
  std::vector<std::string> storage;
  for (int i = 0; i < 50; ++i) storage.push_back("option" + std::to_string(i));
  const std::vector<std::string_view> names(storage.begin(), storage.end());
  try {
    fail_unknown("option", "optoin7", names);
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "unknown option 'optoin7', did you mean 'option7'?");
  }
}

}  // namespace
}  // namespace heed
