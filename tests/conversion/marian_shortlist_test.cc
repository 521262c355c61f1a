#include "conversion/marian_shortlist.h"

#include <gtest/gtest.h>

#include "conversion/marian_shortlist_writer.h"
#include "model/tiny_models.h"
#include "support/expect_error.h"
#include "support/temporary_directory.h"

namespace heed {
namespace {

class MarianShortlistTest : public testing::Test {
 protected:
  std::vector<std::vector<std::uint32_t>> lists() const {
    std::vector<std::vector<std::uint32_t>> lists(size_);
    lists[3] = {7, 2, 9};
    lists[5] = {0};
    return lists;
  }
  Shortlist parse(const std::string& file) const {
    return parse_marian_shortlist(bytes(file), "lex.bin", joint_tokenizers());
  }
  Shortlist read(const std::string& file) const {
    return read_marian_shortlist(directory_.write("lex", file), joint_tokenizers());
  }
  std::string piece(int id) const { return joint_tokenizers().source.piece(id); }

  TemporaryDirectory directory_;
  const int size_ = joint_tokenizers().source.size();
};

TEST_F(MarianShortlistTest, ReadsBinaryFiles) {
  const Shortlist found = read(marian_shortlist_bin(2, lists()));
  EXPECT_EQ(found.frequent, (std::vector<int>{0, 1}));
  EXPECT_EQ(found.targets, (std::vector<int>{7, 2, 9, 0}));
  EXPECT_EQ(found.of(3).size(), 3U);
  EXPECT_EQ(found.of(4).size(), 0U);
  EXPECT_TRUE(found.probabilities.empty());
  found.check(size_, size_, "lex");
}

TEST_F(MarianShortlistTest, PiecesThatMarianDoesNotKnowHaveNoTargets) {
  auto fewer = lists();
  fewer.resize(6);
  const Shortlist found = parse(marian_shortlist_bin(1000, fewer));
  EXPECT_EQ(found.frequent.size(), static_cast<std::size_t>(size_));
  EXPECT_TRUE(found.of(size_ - 1).empty());
  fewer.resize(size_ + 1);
  expect_error([&] { parse(marian_shortlist_bin(1, fewer)); }, "another vocabulary");
}

/// Each byte at which a file ends, and each byte changed.
TEST_F(MarianShortlistTest, DamagedBinaryFilesAreErrors) {
  const std::string file = marian_shortlist_bin(2, lists());
  for (std::size_t end = 16; end < file.size(); ++end) {
    EXPECT_THROW(parse(file.substr(0, end)), Error) << end;
  }
  for (std::size_t i = 8; i < file.size() / 8 * 8; ++i) {
    std::string changed = file;
    changed[i] = static_cast<char>(changed[i] ^ 0x41);
    EXPECT_THROW(parse(changed), Error) << i;
  }
}

TEST_F(MarianShortlistTest, HostileBinaryFilesAreErrors) {
  auto hostile = lists();
  hostile[3][0] = static_cast<std::uint32_t>(size_);
  expect_error([&] { parse(marian_shortlist_bin(2, hostile)); }, "target tokens from 0");
  hostile[3][0] = 0xffffffff;
  expect_error([&] { parse(marian_shortlist_bin(2, hostile)); }, "target tokens from 0");
  expect_error([&] { parse(marian_shortlist_bin(2, {})); }, "another vocabulary");
}

TEST_F(MarianShortlistTest, ReadsText) {
  const std::string text = piece(7) + " " + piece(3) + " 0.25\n" + piece(2) + " " + piece(3) +
                           " 0.5\n\nNULL " + piece(3) + " 0.9\nnothing " + piece(4) + " 1\n" +
                           piece(7) + "\t" + piece(3) + " 0.125\n";
  const Shortlist found = read(text);
  EXPECT_EQ(found.targets, (std::vector<int>{2, 7}));
  EXPECT_EQ(found.probabilities, (std::vector<float>{0.5F, 0.25F}));
  EXPECT_EQ(found.of(3).size(), 2U);
  EXPECT_EQ(found.frequent.size(), static_cast<std::size_t>(std::min(size_, 100)));
  found.check(size_, size_, "lex");
}

TEST_F(MarianShortlistTest, OtherTextIsAnError) {
  for (const std::string line : {"a b", "a b c", "a b 0.5 d", "a b 1.5", "a b nan", "a b 0.5x"}) {
    expect_error([&] { read("x y 0.5\n" + line + "\n"); }, ":2, found");
  }
}

TEST_F(MarianShortlistTest, TextThatIsWrittenComesBack) {
  ModelContents contents{{}, joint_tokenizers()};
  contents.shortlist = parse(marian_shortlist_bin(2, lists()));
  contents.shortlist.probabilities = {1, 0.5F, 0.25F, 0.125F};
  const Shortlist found = read(marian_shortlist_text(contents));
  EXPECT_TRUE(std::ranges::equal(found.of(3), contents.shortlist.of(3)));
  EXPECT_TRUE(std::ranges::equal(found.of(5), contents.shortlist.of(5)));
  const int eos = contents.tokenizers.source.eos_id();
  EXPECT_TRUE(std::ranges::equal(found.of(eos), contents.shortlist.frequent));
}

}  // namespace
}  // namespace heed
