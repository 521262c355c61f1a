#include "text/markdown_reader.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "text/character_references.h"
#include "text/html_tags.h"
#include "util/strings.h"

namespace heed {
namespace {

bool is_ascii_mark(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
         (c >= '{' && c <= '~');
}

class MarkdownReader {
 public:
  explicit MarkdownReader(std::string_view text) : text_(text) {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = run_size(at);
      if (text[at] == '`') ++code_runs_[size];
      at += size;
    }
  }

  MarkedText read() {
    while (at_ < text_.size()) {
      const std::size_t next = text_.find_first_of("\\`*_~[]!<&\n", at_);
      result_.add_text(text_.substr(at_, next - at_));
      at_ = std::min(next, text_.size());
      if (at_ < text_.size() && !read_markup()) result_.add_text(text_.substr(at_++, 1));
    }
    result_.pair_tags(names_);
    return std::move(result_);
  }

 private:
  char byte(std::size_t at) const { return at < text_.size() ? text_[at] : ' '; }
  /// How often the byte stands there.
  std::size_t run_size(std::size_t at) const {
    return std::min(text_.find_first_not_of(text_[at], at), text_.size()) - at;
  }

  bool read_markup() {
    switch (text_[at_]) {
      case '\\':
        return read_escape();
      case '`':
        return read_code();
      case '*':
      case '_':
      case '~':
        return read_emphasis();
      case '!':
        return byte(at_ + 1) == '[' && add_tag(2, "[", false);
      case '[':
        return add_tag(1, "[", false);
      case ']':
        return read_link_end();
      case '<':
        return read_brackets();
      case '&':
        return read_entity();
      default:
        return read_line_end();
    }
  }

  bool add_tag(std::size_t size, std::string name, bool is_closing) {
    result_.tags.push_back(
        {std::string(text_.substr(at_, size)), result_.text.size(), -1, is_closing});
    names_.push_back(std::move(name));
    at_ += size;
    return true;
  }
  bool add_opaque(std::size_t size) {
    result_.add_opaque(text_.substr(at_, size));
    at_ += size;
    return true;
  }

  bool read_escape() {
    if (byte(at_ + 1) == '\n') return read_break(1);
    if (!is_ascii_mark(byte(at_ + 1))) return false;
    const char escaped = text_[at_ + 1];
    result_.text += escaped;
    result_.written.try_emplace(static_cast<char32_t>(escaped), text_.substr(at_, 2));
    at_ += 2;
    return true;
  }

  /// Between two runs of as many backticks. Runs that are counted are looked for, so that the time
  /// is not that of the square of the text.
  bool read_code() {
    const std::size_t size = run_size(at_);
    --code_runs_[size];
    std::size_t end = at_ + size;
    while (code_runs_[size] > 0) {
      end = text_.find('`', end);
      const std::size_t other = run_size(end);
      --code_runs_[other];
      end += other;
      if (other == size) return add_opaque(end - at_);
    }
    result_.add_text(text_.substr(at_, size));
    at_ += size;
    return true;
  }

  bool read_emphasis() {
    const std::size_t size = run_size(at_);
    const char mark = text_[at_], before = at_ > 0 ? text_[at_ - 1] : ' ', after = byte(at_ + size);
    const bool follows = !is_space(before), precedes = !is_space(after);
    const auto is_part = [](char c) { return !is_space(c) && !is_ascii_mark(c); };
    const bool is_inside = mark == '_' && is_part(before) && is_part(after);
    if (size > 3 || is_inside || (!follows && !precedes)) {
      result_.add_text(text_.substr(at_, size));
      at_ += size;
      return true;
    }
    const std::string name(text_.substr(at_, size));
    const bool is_closing = follows && (!precedes || open_[name] > 0);
    open_[name] += is_closing ? -1 : 1;
    return add_tag(size, name, is_closing);
  }

  /// ](place "title"), ][label], or ].
  bool read_link_end() {
    const char next = byte(at_ + 1);
    std::size_t end = at_ + 1;
    if (next == '(' || next == '[') {
      const char closing = next == '(' ? ')' : ']';
      constexpr std::size_t kLongest = 400;
      int depth = 0;
      for (std::size_t i = end; i < std::min(text_.size(), at_ + kLongest); ++i) {
        if (text_[i] == next) ++depth;
        if (text_[i] == closing && --depth == 0) {
          end = i + 1;
          break;
        }
      }
    }
    return add_tag(end - at_, "[", true);
  }

  /// <http://a.b> or a tag.
  bool read_brackets() {
    const std::size_t end = text_.find_first_of("<> \n", at_ + 1);
    const std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
    const bool is_address = inside.find("://") != inside.npos || inside.find('@') != inside.npos;
    if (end != text_.npos && text_[end] == '>' && is_address) return add_opaque(end + 1 - at_);
    const std::optional<HtmlTag> tag = html_tag_at(text_, at_);
    if (!tag) return false;
    if (is_code(*tag)) {  // without an end it reaches to that of the text, where it has to stay
      const auto code_end = end_of_element(text_, *tag);
      return code_end ? add_opaque(*code_end - at_) : add_tag(text_.size() - at_, "", false);
    }
    const bool breaks = is_block(tag->name) || tag->name == "br";
    add_tag(tag->end - at_, tag->is_empty ? "" : tag->name, tag->is_closing);
    if (breaks) result_.text += '\n';
    return true;
  }

  bool read_entity() {
    const CharacterReference reference = character_reference_at(text_, at_);
    if (reference.size == 0) return false;
    if (reference.character == 0) return add_opaque(reference.size);
    append_utf8(result_.text, reference.character);
    result_.written.try_emplace(reference.character, text_.substr(at_, reference.size));
    at_ += reference.size;
    return true;
  }

  /// Two blanks at a line's end break it.
  bool read_line_end() {
    std::size_t blanks = 0;
    while (result_.text.ends_with(' ')) {
      result_.text.pop_back();
      ++blanks;
    }
    if (blanks < 2) return false;
    at_ -= blanks;
    return read_break(blanks);
  }
  bool read_break(std::size_t before) {
    add_tag(before + 1, "", false);
    result_.text += '\n';
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::map<std::size_t, int> code_runs_;  ///< Runs of backticks to come, by size.
  std::map<std::string, int> open_;       ///< Emphasis.
  MarkedText result_;
  std::vector<std::string> names_;
};

}  // namespace

MarkedText read_markdown(std::string_view text) { return MarkdownReader(text).read(); }

}  // namespace heed
