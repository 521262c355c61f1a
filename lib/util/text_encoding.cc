#include "util/text_encoding.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "util/buffered_bytes.h"
#include "util/error.h"
#include "util/strings.h"

namespace heed {
namespace {

using namespace std::string_view_literals;

struct Encoding {
  std::string_view mark;  ///< U+FEFF in it.
  const char* name;
  std::size_t unit = 1;  ///< In bytes.
  bool is_big_endian = false;
};

/// UTF-32's mark comes before UTF-16's, which it begins with.
constexpr std::array kEncodings{
    Encoding{"\xef\xbb\xbf"sv, "UTF-8"}, Encoding{"\xff\xfe\0\0"sv, "UTF-32", 4},
    Encoding{"\0\0\xfe\xff"sv, "UTF-32", 4, true}, Encoding{"\xff\xfe"sv, "UTF-16", 2},
    Encoding{"\xfe\xff"sv, "UTF-16", 2, true}};

/// Text in units of two or four bytes as UTF-8.
class ConvertedText final : public ByteSource {
 public:
  ConvertedText(std::unique_ptr<BufferedBytes> source, const Encoding& encoding)
      : source_(std::move(source)), encoding_(encoding) {}

  std::size_t read(std::span<char> buffer) override {
    while (text_.empty() && !at_end_) convert_more();
    const std::size_t count = std::min(buffer.size(), text_.size());
    std::copy_n(text_.begin(), count, buffer.begin());
    text_.erase(0, count);
    return count;
  }

  bool is_ready(std::chrono::milliseconds patience) override {
    return !text_.empty() || source_->is_ready(patience);
  }

 private:
  char32_t unit_at(std::size_t place) const {
    char32_t unit = 0;
    for (std::size_t i = 0; i < encoding_.unit; ++i) {
      const std::size_t byte = encoding_.is_big_endian ? i : encoding_.unit - 1 - i;
      unit = unit << 8 | static_cast<unsigned char>(bytes_[place + byte]);
    }
    return unit;
  }

  void convert_more() {
    const std::string_view more = source_->peek();
    at_end_ = more.empty();
    bytes_ += more;
    source_->skip(more.size());
    std::size_t place = 0;
    while (bytes_.size() - place >= encoding_.unit) {
      const std::size_t length = convert_character(place);
      if (length == 0) break;
      place += length;
    }
    bytes_.erase(0, place);
    if (at_end_ && !bytes_.empty()) append_utf8(text_, 0xfffd);
  }

  /// Returns how many bytes it has; 0 if its second half is not read yet.
  std::size_t convert_character(std::size_t place) {
    const auto is_half = [](char32_t unit, char32_t first) { return unit >> 10 == first >> 10; };
    const char32_t unit = unit_at(place);
    const bool is_pair_begun = encoding_.unit == 2 && is_half(unit, 0xd800);
    if (is_pair_begun && bytes_.size() - place < 4 && !at_end_) return 0;
    if (is_pair_begun && bytes_.size() - place >= 4 && is_half(unit_at(place + 2), 0xdc00)) {
      append_utf8(text_, 0x10000 + ((unit & 0x3ffU) << 10) + (unit_at(place + 2) & 0x3ffU));
      return 4;
    }
    append_utf8(text_, unit);  // half a pair becomes U+FFFD
    return encoding_.unit;
  }

  std::unique_ptr<BufferedBytes> source_;
  Encoding encoding_;
  std::string bytes_;  ///< Not converted yet.
  std::string text_;   ///< Not given yet.
  bool at_end_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> as_utf8(std::unique_ptr<ByteSource> source, const std::string& name,
                                    const Warn& warn) {
  auto text = std::make_unique<BufferedBytes>(std::move(source));
  const auto* const found = std::ranges::find_if(
      kEncodings, [&](const Encoding& encoding) { return text->starts_with(encoding.mark); });
  if (found == kEncodings.end()) return text;
  text->skip(found->mark.size());
  if (found->unit == 1) return text;
  if (warn) warn(one_line(fmt::format("{} is {}; it is read as such", name, found->name)));
  return std::make_unique<ConvertedText>(std::move(text), *found);
}

}  // namespace heed
