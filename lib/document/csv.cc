#include <algorithm>

#include "document/document_builder.h"
#include "text/unicode.h"
#include "util/error.h"

namespace heed {
namespace {

/// Of the separators, the one that the first record has most of outside of quotation marks.
char separator_of(std::string_view bytes) {
  char best = ',';
  std::ptrdiff_t most = 0;
  for (const char separator : {',', ';', '\t'}) {
    bool is_quoted = false;
    std::ptrdiff_t count = 0;
    for (const char c : bytes) {
      is_quoted = is_quoted != (c == '"');
      count += !is_quoted && c == separator ? 1 : 0;
      if (!is_quoted && c == '\n') break;
    }
    if (count > most) {
      most = count;
      best = separator;
    }
  }
  return best;
}

std::string csv_field(std::string_view text, char separator, bool is_quoted) {
  const char special[] = {separator, '"', '\n', '\r'};
  const bool needs_quotes = text.find_first_of(std::string_view(special, 4)) != text.npos;
  if (!is_quoted && !needs_quotes) return std::string(text);
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? std::string("\"\"") : std::string(1, c);
  return result + '"';
}

/// Fields with words are translated, as RFC 4180 has them.
class CsvReader {
 public:
  explicit CsvReader(DocumentBuilder& builder)
      : builder_(builder), bytes_(builder.bytes()), separator_(separator_of(bytes_)) {
    if (bytes_.starts_with("\xef\xbb\xbf")) at_ = 3;
  }

  void read() {
    for (; at_ < bytes_.size(); ++at_) {
      if (bytes_[at_] == '"') {
        read_quoted();
      } else {
        read_plain();
      }
    }
  }

 private:
  void read_plain() {
    const char ends[] = {separator_, '\n', '\r'};
    const std::size_t end =
        std::min(bytes_.find_first_of(std::string_view(ends, 3), at_), bytes_.size());
    add(bytes_.substr(at_, end - at_), std::string(bytes_.substr(at_, end - at_)), false);
    at_ = end;
  }

  void read_quoted() {
    const std::size_t begin = at_++;
    std::string text;
    for (;; ++at_) {
      at_ = std::min(at_, bytes_.size());
      const std::size_t end = bytes_.find('"', at_);
      if (end == std::string_view::npos) {
        fail("expected a field's closing quotation mark, found none for that in {}",
             builder_.place_of(bytes_.data() + begin));
      }
      text += bytes_.substr(at_, end - at_);
      at_ = end + 1;
      if (at_ >= bytes_.size() || bytes_[at_] != '"') break;
      text += '"';
    }
    const char ends[] = {separator_, '\n', '\r'};
    if (at_ < bytes_.size() &&
        std::string_view(ends, 3).find(bytes_[at_]) == std::string_view::npos) {
      fail("expected a separator behind a field's quotation mark in {}, found '{}'",
           builder_.place_of(bytes_.data() + at_), bytes_.substr(at_, 1));
    }
    add(bytes_.substr(begin, at_ - begin), std::move(text), true);
  }

  void add(std::string_view field, std::string text, bool is_quoted) {
    if (!has_letters(text)) return;
    std::ranges::replace_if(
        text, [](char c) { return c == '\n' || c == '\r'; }, ' ');
    builder_.replace(field, {std::move(text)}, Markup::kNone,
                     [is_quoted, separator = separator_](auto translations) {
                       return csv_field(translations.front(), separator, is_quoted);
                     });
  }
  static bool has_letters(std::string_view text) {
    return std::ranges::any_of(decode_utf8(text), is_letter);
  }

  DocumentBuilder& builder_;
  std::string_view bytes_;
  char separator_;
  std::size_t at_ = 0;
};

}  // namespace

void read_csv(DocumentBuilder& builder) { CsvReader(builder).read(); }

}  // namespace heed
