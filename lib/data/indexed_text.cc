#include "data/indexed_text.h"

#include <zlib.h>

#include <optional>

#include "util/files.h"
#include "util/strings.h"

namespace heed {
IndexedText::IndexedText(const std::string& path, const LineCheck& check) : path_(path) {
  LineReader reader(path);
  std::optional<ScratchFile> scratch;
  if (!reader.is_plain_file()) scratch.emplace();
  std::uint64_t scratch_size = 0;
  std::string line;
  while (reader.next(line)) {
    if (check) check(line, reader.line_number());
    examine(line);
    if (scratch) scratch->write(line);
    scratch_size += line.size();
    ends_.push_back(scratch ? scratch_size : reader.offset());
  }
  file_ = scratch ? scratch->release() : open_for_reading(path);
}

void IndexedText::examine(const std::string& line) {
  const auto add = [&](const char* bytes, std::size_t size) {
    checksum_ = static_cast<std::uint32_t>(
        ::crc32_z(checksum_, reinterpret_cast<const Bytef*>(bytes), size));
  };
  add(line.data(), line.size());
  add("\n", 1);
  if (is_valid_utf8(line)) return;
  if (invalid_lines_ == 0) first_invalid_line_ = ends_.size() + 1;
  ++invalid_lines_;
}

std::string IndexedText::line(std::size_t i) const {
  const std::uint64_t begin = i == 0 ? 0 : ends_[i - 1];
  std::string line = read_at(file_, path_, begin, ends_[i] - begin);
  if (line.ends_with('\n')) {  // never in a scratch file
    line.pop_back();
    if (line.ends_with('\r')) line.pop_back();
  }
  if (invalid_lines_ > 0) repair_utf8(line);
  return line;
}

}  // namespace heed
