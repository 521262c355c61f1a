#include "data/indexed_text.h"

#include <fmt/core.h>
#include <zlib.h>

#include <string_view>
#include <utility>

#include "util/strings.h"

namespace heed {

IndexedText::IndexedText(const std::string& path) {
  TextIndexer indexer(path);
  for (std::string line; indexer.next(line);) continue;
  *this = indexer.finish();
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

TextIndexer::TextIndexer(const std::string& path)
    : reader_(path, [this](const std::string& message) { text_.warnings_.push_back(message); }) {
  text_.path_ = path;
  text_.first_begin_ = reader_.is_plain_file() ? reader_.offset() : 0;
  if (!reader_.is_plain_file()) scratch_.emplace();
}

bool TextIndexer::next(std::string& line) {
  if (!reader_.next(line)) return false;
  add_to_checksum(line);
  if (!is_valid_utf8(line) && ++text_.invalid_lines_ == 1) first_invalid_ = line_number();
  if (scratch_) scratch_->write(line);
  scratch_size_ += line.size();
  text_.ends_.push_back(scratch_ ? scratch_size_ : reader_.offset());
  return true;
}

void TextIndexer::add_to_checksum(const std::string& line) {
  for (const std::string_view part : {std::string_view(line), std::string_view("\n")}) {
    text_.checksum_ = static_cast<std::uint32_t>(
        ::crc32_z(text_.checksum_, reinterpret_cast<const Bytef*>(part.data()), part.size()));
  }
}

IndexedText TextIndexer::finish() {
  text_.file_ = scratch_ ? scratch_->release() : open_for_reading(text_.path_);
  if (text_.invalid_lines_ > 0) {
    text_.warnings_.push_back(fmt::format(
        "{}: lines that are not UTF-8: {}, the first is line {}; invalid bytes become U+FFFD, "
        "unless the text is converted, as by {}",
        display_name(text_.path_), text_.invalid_lines_, first_invalid_, kConversion));
  }
  return std::move(text_);
}

}  // namespace heed
