#include "comparison/samples.h"

#include <gtest/gtest.h>

namespace heed {
namespace {

/// A line of so many words.
std::string words(int count) {
  std::string line;
  for (int i = 0; i < count; ++i) line += i == 0 ? "w" : " w";
  return line;
}

std::vector<std::string> lines_of(const std::vector<int>& lengths) {
  std::vector<std::string> lines;
  for (const int length : lengths) lines.push_back(words(length));
  return lines;
}

using Lines = std::vector<std::size_t>;

TEST(ChooseSamples, TakesLinesOfDifferentLengthInItsOrder) {
  EXPECT_EQ(choose_samples(lines_of({9, 5, 9, 7, 5}), 5), (Lines{1, 3, 0}));
}

TEST(ChooseSamples, SpreadsAFewOverAllLengths) {
  EXPECT_EQ(choose_samples(lines_of({4, 5, 6, 7, 8, 9, 10, 11, 12}), 3), (Lines{1, 4, 7}));
}

TEST(ChooseSamples, LeavesOutWhatIsTooLongOrBlank) {
  EXPECT_EQ(choose_samples(lines_of({26, 0, 25, 400}), 4), (Lines{2}));
  EXPECT_TRUE(choose_samples(lines_of({26, 0}), 4).empty());
  EXPECT_TRUE(choose_samples({}, 4).empty());
  EXPECT_TRUE(choose_samples(lines_of({5}), 0).empty());
}

TEST(ChooseSamples, TakesShortLinesOnlyWhereThereAreNoOthers) {
  EXPECT_EQ(choose_samples(lines_of({1, 3, 4, 2}), 4), (Lines{2}));
  EXPECT_EQ(choose_samples(lines_of({3, 1, 1}), 4), (Lines{1, 0}));
}

TEST(TakeSamples, LoadsNoModelForNone) {
  CompareOptions options;
  options.comparison.samples = 0;
  const std::vector<GroupModel> groups{{.group = "a", .model = "/nowhere", .output = {"x"}}};
  EXPECT_TRUE(take_samples(options, {{"a b c d"}, {"e"}, {}}, groups).empty());
}

}  // namespace
}  // namespace heed
