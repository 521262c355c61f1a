#include "util/file_part.h"

#include <gtest/gtest.h>

#include "support/compress.h"
#include "support/expect_error.h"
#include "support/temporary_directory.h"
#include "util/files.h"
#include "util/random.h"

using namespace std::string_literals;

namespace heed {
namespace {

std::vector<std::string> lines_of_part(const std::string& path, const PartNumber& part,
                                       std::uint64_t before) {
  FilePart opened = open_part(path, part);
  EXPECT_EQ(opened.lines_before, before);
  LineReader reader(std::move(opened.source));
  std::vector<std::string> lines;
  std::string line;
  while (reader.next(line)) lines.push_back(line);
  return lines;
}

void expect_parts_of(const std::string& text, std::uint64_t most = 12) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("text", text);
  for (std::uint64_t count = 1; count <= most; ++count) {
    std::vector<std::string> joined;
    for (std::uint64_t number = 1; number <= count; ++number) {
      const auto lines = lines_of_part(path, {number, count}, joined.size());
      joined.insert(joined.end(), lines.begin(), lines.end());
    }
    EXPECT_EQ(joined, read_lines(path)) << count;
  }
}

TEST(FilePart, PartsAreTheWhole) {
  expect_parts_of("");
  expect_parts_of("a");
  expect_parts_of("\n");
  expect_parts_of("\n\n\n\nb");
  expect_parts_of("one\ntwo\r\n\nthree\n\xef\xbb\xbf four\nfive");
  expect_parts_of("\xef\xbb\xbfone\ntwo\n");
  expect_parts_of(std::string(30, 'x') + "\ny\n" + std::string(30, 'z'));
}

TEST(FilePart, PartsOfALargerTextAreTheWhole) {
  Random random(1);
  std::string text;
  for (int i = 0; i < 3'000'000; ++i) text += "ab\r\n"[random.below(4)];
  text.insert(1'500'000, std::string(1'200'000, 'x'));  // more than is read at a time
  expect_parts_of(text, 5);
}

TEST(FilePart, PartsAreOfAboutOneSize) {
  const TemporaryDirectory directory;
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "a line\n";
  const std::string path = directory.write("text", text);
  for (std::uint64_t number = 1; number <= 7; ++number) {
    EXPECT_NEAR(static_cast<double>(open_part(path, {number, 7}).size), 1000.0, 14.0);
  }
}

TEST(FilePart, RefusesWhatCannotBeEnteredAnywhere) {
  const TemporaryDirectory directory;
  expect_error<UsageError>([] { open_part("-", {1, 2}); }, "found standard input");
  for (const auto compress : kCompressors) {
    const std::string path = directory.write("compressed", compress("one\ntwo\n"));
    expect_error([&] { open_part(path, {1, 2}); }, "compressed");
  }
  const std::string wide = directory.write("wide",
                                           "\xff\xfe"
                                           "a\0\n\0"s);
  expect_error([&] { open_part(wide, {1, 2}); }, "expected a plain UTF-8 file");
  expect_error([&] { open_part(directory.path("none"), {1, 2}); }, "none");
}

TEST(FilePart, ReadsPartNumbers) {
  const PartNumber part = parse_part("part", "3/12");
  EXPECT_EQ(part.number, 3U);
  EXPECT_EQ(part.count, 12U);
  for (const char* wrong : {"0/4", "5/4", "", "3", "/", "1/", "/2", "-1/2", "1/2/3", "1/2 ", "a/b",
                            "1/99999999999999999999", "1/1000000001"}) {
    expect_error<UsageError>([&] { parse_part("part", wrong); }, "such as 2/10");
  }
}

}  // namespace
}  // namespace heed
