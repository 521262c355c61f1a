#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace heed {

/// For messages: how text in another encoding, such as Latin-1, becomes UTF-8.
constexpr std::string_view kConversion = "iconv -f LATIN1 -t UTF-8";

/// Whether the bytes are well-formed UTF-8.
bool is_valid_utf8(std::string_view text);

/// Puts U+FFFD in place of each maximal part of an ill-formed sequence, as the Unicode Standard
/// (section 3.9) and the WHATWG decoder do. Returns whether anything changed.
bool repair_utf8(std::string& text);

/// Appends a character; U+FFFD for what is none: half a surrogate pair, a number over 10FFFF.
void append_utf8(std::string& text, char32_t character);

/// Whether the byte is one of the six ASCII white-space characters.
constexpr bool is_space(char byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

/// The text without ASCII white space at its ends. A view of the argument.
std::string_view trim(std::string_view text);

/// The words between runs of ASCII white space. Views of the argument.
std::vector<std::string_view> split_words(std::string_view text);

/// Those words, numbered from 0 by where they stand.
class WordPlaces {
 public:
  /// `text` must live as long.
  explicit WordPlaces(std::string_view text) : text_(text), words_(split_words(text)) {}

  int size() const { return static_cast<int>(words_.size()); }
  std::string_view operator[](int word) const { return words_[static_cast<std::size_t>(word)]; }
  std::size_t end(int word) const;
  /// The word that the byte `place` is in, or that comes next; size() behind the last.
  int at(std::size_t place) const;

 private:
  std::string_view text_;
  std::vector<std::string_view> words_;
};

/// The fields between single separators: one more than there are separators.
std::vector<std::string_view> split_fields(std::string_view text, char separator);

/// 64000 as "64,000".
std::string with_thousands(std::int64_t number);

/// Bytes as "512 B", "1.5 KiB", "139.0 GiB".
std::string human_size(std::uint64_t bytes);

/// Seconds as "0.42s", "41.2s", "3m 05s", "2h 05m", "3d 04h".
std::string human_duration(double seconds);

/// The known name that is fewest insertions, deletions, replacements and exchanges of neighbours
/// away (the first of equals), or "" when none is near enough to be a slip of the hand.
std::string nearest_name(std::string_view name, const std::vector<std::string>& known);

}  // namespace heed
