#include "data/alignment_file.h"

#include <gtest/gtest.h>

#include "support/expect_error.h"
#include "support/temporary_directory.h"

namespace heed {
namespace {

TEST(AlignmentFile, ReadsAnyLine) {
  const TemporaryDirectory directory;
  directory.write("gold", "1-1 2p1\n\n3-2");
  const AlignmentFile file(directory.path("gold"), 1);
  EXPECT_EQ(file.size(), 3U);
  EXPECT_EQ(file.read(2).sure, (HardAlignment{{2, 1}}));
  EXPECT_EQ(file.read(0).possible, (HardAlignment{{0, 0}, {1, 0}}));
  EXPECT_TRUE(file.read(1).possible.empty());
}

TEST(AlignmentFile, NamesWhatIsWrong) {
  const TemporaryDirectory directory;
  directory.write("gold", "0-0\n0-0 x\n");
  const AlignmentFile file(directory.path("gold"));
  expect_error([&] { file.read(1); }, "gold:2: expected a link");
  expect_error([&] { file.expect_size(3); }, "found 2 lines and 3 pairs");
  file.expect_size(2);
}

}  // namespace
}  // namespace heed
