#include <zlib.h>
#include <zstd.h>

#include "fuzz/fuzz.h"
#include "util/files.h"

namespace heed {

namespace {

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

std::string gzipped(std::string_view text) {
  std::string bytes(compressBound(text.size()) + 32, '\0');
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  deflate(&stream, Z_FINISH);
  bytes.resize(stream.total_out);
  deflateEnd(&stream);
  return bytes;
}

std::string zstandard(std::string_view text) {
  std::string bytes(ZSTD_compressBound(text.size()), '\0');
  bytes.resize(ZSTD_compress(bytes.data(), bytes.size(), text.data(), text.size(), 3));
  return bytes;
}

std::vector<std::string> lines_seeds() {
  const std::string text(kText);
  return {text,
          gzipped(text),
          zstandard(text),
          gzipped(text) + gzipped("more\n"),
          zstandard(text) + zstandard(std::string(5000, 'x')),
          "\x1f\x8b",
          "\x28\xb5\x2f\xfd"};
}

}  // namespace

const FuzzTarget kLinesTarget{"lines", run_lines, lines_seeds};

}  // namespace heed
