#include "data/line_ends.h"

#include <gtest/gtest.h>

namespace heed {
namespace {

TEST(LineEnds, AreWhatWasPutIn) {
  constexpr std::uint64_t kWrap = std::uint64_t{1} << 32U;
  const std::vector<std::uint64_t> ends{0,         5,         kWrap - 1,     kWrap,
                                        kWrap + 7, 4 * kWrap, 4 * kWrap + 1, 9 * kWrap - 1};
  LineEnds packed;
  for (const std::uint64_t end : ends) packed.push_back(end);
  ASSERT_EQ(packed.size(), ends.size());
  for (std::size_t i = 0; i < ends.size(); ++i) EXPECT_EQ(packed[i], ends[i]) << i;
}

}  // namespace
}  // namespace heed
