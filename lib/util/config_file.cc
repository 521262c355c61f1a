#include "util/config_file.h"

#include <algorithm>

namespace heed {
namespace {

/// A position in one line of a configuration file, and what can be read there.
class Line {
 public:
  Line(std::string_view text, const std::string& name, std::size_t number)
      : text_(text), name_(name), number_(number) {}

  [[noreturn]] void fail(std::string_view expected) const {
    const std::string_view found = text_.substr(position_);
    fail_usage("{}:{}: expected {}, found {}", name_, number_, expected,
               found.empty() ? "the end of the line" : fmt::format("'{}'", found));
  }

  /// Nothing is left but blanks and a comment.
  bool at_end() {
    skip_blanks();
    return position_ == text_.size() || at_comment();
  }

  void expect_end() {
    if (!at_end()) fail("the end of the line or ' #' and a comment");
  }

  bool accept(char c) {
    if (position_ == text_.size() || text_[position_] != c) return false;
    ++position_;
    return true;
  }

  /// "- " at the beginning of a list's line.
  bool accept_dash() {
    skip_blanks();
    if (position_ == text_.size() || text_[position_] != '-') return false;
    if (position_ + 1 < text_.size() && !is_blank(text_[position_ + 1])) return false;
    ++position_;
    return true;
  }

  std::string key() {
    const std::size_t end = text_.find_first_of(": \t#", position_);
    std::string key(text_.substr(position_, end - position_));
    if (key.empty() || end == std::string_view::npos || text_[end] != ':') fail("'option: value'");
    position_ = end + 1;
    if (position_ < text_.size() && !is_blank(text_[position_])) fail("a blank after ':'");
    return key;
  }

  /// [a, b]; the opening bracket is read already.
  std::vector<std::string> rest_of_list() {
    std::vector<std::string> items;
    skip_blanks();
    if (accept(']')) return items;
    while (true) {
      items.push_back(value(",]"));
      skip_blanks();
      if (accept(']')) return items;
      if (!accept(',')) fail("',' or ']'");
    }
  }

  /// A quoted text, or a plain one that ends at a comment or at one of the characters `ends`.
  std::string value(std::string_view ends) {
    skip_blanks();
    if (accept('"')) return double_quoted();
    if (accept('\'')) return single_quoted();
    if (position_ < text_.size() && is_one_of(text_[position_], "[]{}&*!|>%@`,?#")) {
      fail("a value, in quotes if it begins like this");
    }
    const std::size_t begin = position_;
    while (position_ < text_.size() && !is_one_of(text_[position_], ends) && !at_comment()) {
      ++position_;
    }
    std::string_view plain = text_.substr(begin, position_ - begin);
    while (!plain.empty() && is_blank(plain.back())) plain.remove_suffix(1);
    if (plain.empty()) fail("a value");
    return std::string(plain);
  }

  void skip_blanks() {
    while (position_ < text_.size() && is_blank(text_[position_])) ++position_;
  }

 private:
  static bool is_one_of(char c, std::string_view set) { return set.find(c) != set.npos; }
  static bool is_blank(char c) { return c == ' ' || c == '\t'; }

  bool at_comment() const {
    return text_[position_] == '#' && (position_ == 0 || is_blank(text_[position_ - 1]));
  }

  /// '' stands for one quote.
  std::string single_quoted() {
    std::string value;
    while (position_ < text_.size()) {
      const char c = text_[position_++];
      if (c == '\'' && !accept('\'')) return value;
      value += c;
    }
    fail("a closing '");
  }

  std::string double_quoted() {
    std::string value;
    while (position_ < text_.size()) {
      const char c = text_[position_++];
      if (c == '"') return value;
      value += c == '\\' ? escaped() : c;
    }
    fail("a closing \"");
  }

  char escaped() {
    constexpr std::string_view kLetters = "\\\"ntr0";
    constexpr std::string_view kMeant("\\\"\n\t\r\0", kLetters.size());
    const std::size_t letter =
        position_ < text_.size() ? kLetters.find(text_[position_]) : std::string_view::npos;
    if (letter == std::string_view::npos) fail("one of \\\\ \\\" \\n \\t \\r \\0");
    ++position_;
    return kMeant[letter];
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t number_;
  std::size_t position_ = 0;
};

/// The value of `key:` on the same line; nothing where a list follows on the next lines.
std::vector<std::string> values_of(Line& line) {
  if (line.at_end()) return {};
  std::vector<std::string> values =
      line.accept('[') ? line.rest_of_list() : std::vector{line.value("")};
  line.expect_end();
  return values;
}

class Parser {
 public:
  explicit Parser(const std::string& name) : name_(name) {}

  void read(std::string_view text) {
    Line line(text, name_, ++number_);
    if (line.at_end() || text == "---") return;
    if (line.accept_dash()) return read_item(line);
    read_entry(line);
  }

  std::vector<ConfigEntry> finish() {
    require_values();
    return std::move(entries_);
  }

 private:
  void read_item(Line& line) {
    if (!list_is_open_) line.fail("'option:' above the items of a list");
    entries_.back().values.push_back(line.value(""));
    line.expect_end();
  }

  void read_entry(Line& line) {
    require_values();
    ConfigEntry entry{.key = line.key(), .values = {}, .line = number_};
    for (const ConfigEntry& earlier : entries_) {
      if (earlier.key != entry.key) continue;
      fail_usage("{}:{}: expected each option once, found {} on line {} too", name_, number_,
                 entry.key, earlier.line);
    }
    list_is_open_ = line.at_end();
    entry.values = values_of(line);
    entries_.push_back(std::move(entry));
  }

  void require_values() const {
    if (!list_is_open_ || !entries_.back().values.empty()) return;
    fail_usage("{}:{}: expected a value for {}, found none (an empty list is [])", name_,
               entries_.back().line, entries_.back().key);
  }

  const std::string& name_;
  std::size_t number_ = 0;
  std::vector<ConfigEntry> entries_;
  bool list_is_open_ = false;
};

}  // namespace

std::vector<ConfigEntry> parse_config(std::string_view text, const std::string& name) {
  Parser parser(name);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    parser.read(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parser.finish();
}

std::string quote_config(std::string_view value) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_./+-").find(c) != std::string_view::npos;
  };
  const bool is_number_or_name = !value.starts_with('-') || value.size() > 1;
  if (!value.empty() && is_number_or_name && std::all_of(value.begin(), value.end(), is_plain)) {
    return std::string(value);
  }
  std::string quoted = "\"";
  for (const char c : value) {
    switch (c) {
      case '"':
        quoted += "\\\"";
        break;
      case '\\':
        quoted += "\\\\";
        break;
      case '\n':
        quoted += "\\n";
        break;
      case '\r':
        quoted += "\\r";
        break;
      case '\0':
        quoted += "\\0";
        break;
      default:
        quoted += c;
    }
  }
  return quoted + '"';
}

}  // namespace heed
