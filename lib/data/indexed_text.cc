#include "data/indexed_text.h"

#include <fmt/format.h>
#include <zlib.h>

#include <optional>

#include "util/files.h"
#include "util/strings.h"

namespace heed {
IndexedText::IndexedText(const std::string& path, const LineCheck& check) : path_(path) {
  LineReader reader(path, [this](const std::string& message) { warnings_.push_back(message); });
  std::optional<ScratchFile> scratch;
  if (!reader.is_plain_file()) scratch.emplace();
  std::uint64_t scratch_size = 0;
  first_begin_ = reader.offset();
  std::string line;
  std::size_t first_invalid = 0;
  while (reader.next(line)) {
    if (check) check(line, reader.line_number());
    add_to_checksum(line);
    if (!is_valid_utf8(line) && ++invalid_lines_ == 1) first_invalid = reader.line_number();
    if (scratch) scratch->write(line);
    scratch_size += line.size();
    ends_.push_back(scratch ? scratch_size : reader.offset());
  }
  file_ = scratch ? scratch->release() : open_for_reading(path);
  if (invalid_lines_ == 0) return;
  warnings_.push_back(fmt::format(
      "{}: lines that are not UTF-8: {}, the first is line {}; invalid bytes become U+FFFD, unless "
      "the text is converted, as by {}",
      display_name(path), invalid_lines_, first_invalid, kConversion));
}

void IndexedText::add_to_checksum(const std::string& line) {
  for (const std::string_view part : {std::string_view(line), std::string_view("\n")}) {
    checksum_ = static_cast<std::uint32_t>(
        ::crc32_z(checksum_, reinterpret_cast<const Bytef*>(part.data()), part.size()));
  }
}

std::string IndexedText::line(std::size_t i) const {
  const std::uint64_t begin = i == 0 ? first_begin_ : ends_[i - 1];
  std::string line = read_at(file_, path_, begin, ends_[i] - begin);
  if (line.ends_with('\n')) {  // never in a scratch file
    line.pop_back();
    if (line.ends_with('\r')) line.pop_back();
  }
  if (invalid_lines_ > 0) repair_utf8(line);
  return line;
}

}  // namespace heed
