#include "metrics/symmetrization.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "support/expect_error.h"
#include "util/random.h"

namespace heed {
namespace {

std::string join(std::string_view method, const std::string& forward, const std::string& backward) {
  return format_alignment(
      find_symmetrization(method).join(parse_alignment(forward), parse_alignment(backward)));
}

TEST(Symmetrization, IntersectionAndUnion) {
  EXPECT_EQ(join("intersection", "0-0 1-1 2-1", "0-0 2-1 3-3"), "0-0 2-1");
  EXPECT_EQ(join("union", "0-0 1-1 2-1", "0-0 2-1 3-3"), "0-0 1-1 2-1 3-3");
}

TEST(Symmetrization, GrowsToNeighboursOfTheUnion) {
  // 1-1 touches 0-0 on the diagonal, 2-1 touches 1-1; 5-5 touches nothing.
  EXPECT_EQ(join("grow-diag", "0-0 1-1 5-5", "0-0 2-1"), "0-0 1-1 2-1");
  // 0-1 touches 0-0 and brings a new target word; then 1-0 a new source word; 1-1 brings nothing.
  EXPECT_EQ(join("grow-diag", "0-0 0-1 1-1", "0-0 1-0"), "0-0 0-1 1-0");
  EXPECT_EQ(join("grow-diag", "0-0 1-2", "0-0"), "0-0") << "1-2 is a knight's move away";
}

TEST(Symmetrization, FinalAddsWhatIsStillOpen) {
  // After 0-0, 3-3 is open on both sides, 0-3 (target 3) on one.
  EXPECT_EQ(join("grow-diag-final", "0-0 3-3", "0-0 0-3 5-0"), "0-0 3-3 5-0");
  EXPECT_EQ(join("grow-diag-final-and", "0-0 3-3", "0-0 0-3 5-0"), "0-0 3-3");
  EXPECT_EQ(join("grow-diag-final", "", "0-0 0-2"), "0-0 0-2");
  EXPECT_EQ(join("grow-diag-final-and", "", "0-0 0-2"), "0-0") << "0 has its link by then";
}

TEST(Symmetrization, OneEmptySide) {
  for (const Symmetrization& method : symmetrizations()) {
    EXPECT_TRUE(method.join({}, {}).empty()) << method.name;
  }
  EXPECT_EQ(join("intersection", "0-0", ""), "");
  EXPECT_EQ(join("grow-diag", "0-0", ""), "");
  EXPECT_EQ(join("union", "", "0-0"), "0-0");
}

TEST(Symmetrization, UnknownName) {
  expect_error<UsageError>([] { find_symmetrization("grow"); }, "grow-diag-final-and");
}

TEST(Symmetrization, Transposes) {
  EXPECT_EQ(format_alignment(transposed(parse_alignment("0-2 1-0"))), "0-1 2-0");
}

HardAlignment random_links(Random& random) {
  std::set<AlignmentLink> links;
  for (int i = 0; i < 9; ++i) {
    links.insert({static_cast<int>(random.below(6)), static_cast<int>(random.below(6))});
  }
  return {links.begin(), links.end()};
}

bool is_subset(const HardAlignment& part, const HardAlignment& whole) {
  return std::ranges::includes(whole, part);
}

TEST(Symmetrization, EachLiesWithinTheNext) {
  Random random(3);
  int grown = 0, finished = 0;
  for (int i = 0; i < 500; ++i) {
    const HardAlignment forward = random_links(random), backward = random_links(random);
    const auto by = [&](std::string_view name) {
      return find_symmetrization(name).join(forward, backward);
    };
    const HardAlignment least = by("intersection"), most = by("union"), grow = by("grow-diag");
    EXPECT_TRUE(is_subset(least, grow));
    grown += grow.size() > least.size() ? 1 : 0;
    for (const char* name : {"grow-diag-final", "grow-diag-final-and"}) {
      const HardAlignment final = by(name);
      EXPECT_TRUE(is_subset(grow, final)) << name;
      EXPECT_TRUE(is_subset(final, most)) << name;
      finished += final.size() > grow.size() ? 1 : 0;
    }
    // -final leaves no word alone that the union links.
    std::set<int> sources, all;
    for (const AlignmentLink& link : by("grow-diag-final")) sources.insert(link.source);
    for (const AlignmentLink& link : most) all.insert(link.source);
    EXPECT_EQ(sources, all);
    for (const char* name : {"intersection", "union"}) {
      const Symmetrization& method = find_symmetrization(name);
      EXPECT_EQ(method.join(backward, forward), by(name)) << "either direction may be the first";
      EXPECT_EQ(method.join(transposed(forward), transposed(backward)), transposed(by(name)));
    }
  }
  EXPECT_GT(grown, 100);
  EXPECT_GT(finished, 100);
}

}  // namespace
}  // namespace heed
