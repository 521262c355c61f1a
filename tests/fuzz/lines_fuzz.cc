#include "fuzz/fuzz.h"
#include "support/compress.h"
#include "util/files.h"

namespace heed {

namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

constexpr std::string_view kText = "one\r\ntwo\n\n\0three\nno end";

void run_lines(std::string_view bytes) {
  const MemoryFile file(bytes);
  LineReader reader(file.path());
  std::size_t lines = 0;
  for (std::string line; reader.next(line);) {
    require(line.find('\n') == std::string::npos, "a line has no line feed");
    require(reader.line_number() == ++lines, "lines are counted");
  }
  if (reader.is_plain_file()) require(reader.offset() == bytes.size(), "all bytes are read");
}

/// ASCII in units of so many bytes, the lowest first.
std::string wide(std::string_view mark, std::string_view text, std::size_t unit) {
  std::string bytes(mark);
  for (const char c : text) bytes += c + std::string(unit - 1, '\0');
  return bytes;
}

std::vector<std::string> lines_seeds() {
  const std::string text(kText);
  std::vector<std::string> seeds{text,
                                 "\xef\xbb\xbf" + text,
                                 wide("\xff\xfe"sv, text, 2),
                                 wide("\xff\xfe\0\0"sv, text, 4),
                                 "\xfe\xff\xd8\x3d\xde\x00\xd8\x3d"s,
                                 gzip(text) + std::string(10, '\0'),
                                 "BZh91AY&SY"};
  for (const auto compress : kCompressors) {
    seeds.push_back(compress(text));
    seeds.push_back(compress(text) + compress(std::string(5000, 'x')));
    seeds.push_back(compress(text).substr(0, 6));
  }
  return seeds;
}

}  // namespace

const FuzzTarget kLinesTarget{"lines", run_lines, lines_seeds};

}  // namespace heed
