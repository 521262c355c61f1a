#include "text/markup_reader.h"

#include <algorithm>
#include <optional>

#include "text/character_references.h"
#include "text/html_tags.h"
#include "text/markdown_reader.h"
#include "text/unicode.h"
#include "util/strings.h"

namespace heed {
namespace {

/// %s, %1$d, %-5.2lf, %(name)s, %1, {name}, {0}, ${name}: the bytes that stand there; 0: none.
std::size_t placeholder_size(std::string_view text) {
  constexpr std::size_t kLongest = 100;
  text = text.substr(0, kLongest);
  const auto skip = [&](std::size_t at, std::string_view characters) {
    return std::min(text.find_first_not_of(characters, at), text.size());
  };
  if (text.starts_with('{') || text.starts_with("${")) {
    const std::size_t end = text.find('}');
    const bool is_one = end != text.npos && text.find_first_of(" \t\n") > end;
    return is_one ? end + 1 : 0;
  }
  if (!text.starts_with('%')) return 0;
  std::size_t at = 1;
  if (text.substr(at).starts_with('(')) at = std::min(text.find(')'), text.size() - 1) + 1;
  const std::size_t number = skip(at, "0123456789");
  at = skip(skip(number, "$"), "-+#0123456789.*hlLqjzt");
  constexpr std::string_view kConversions = "diouxXeEfFgGaAcspn@";
  if (at < text.size() && kConversions.find(text[at]) != text.npos) return at + 1;
  if (text.starts_with("%%")) return 2;
  return number > 1 && text[1] != '(' ? number : 0;
}

/// Tags, and what the kind of markup has besides.
class TagReader {
 public:
  TagReader(std::string_view text, Markup markup)
      : text_(text),
        markup_(markup),
        has_entities_(markup != Markup::kSubtitle && markup != Markup::kMessage),
        has_times_(markup == Markup::kSubtitle || markup == Markup::kVtt) {
    if (has_entities_) result_.written = {{U'&', "&amp;"}, {U'<', "&lt;"}, {U'>', "&gt;"}};
  }

  MarkedText read() {
    const char* const starts = markup_ == Markup::kMessage ? "<%{$" : has_times_ ? "<&{" : "<&";
    while (at_ < text_.size()) {
      const std::size_t next = text_.find_first_of(starts, at_);
      result_.add_text(text_.substr(at_, next - at_));
      at_ = next;
      if (next == std::string_view::npos) break;
      if (!read_tag() && !read_reference()) result_.add_text(text_.substr(at_++, 1));
    }
    result_.pair_tags(names_);
    return std::move(result_);
  }

 private:
  /// False where there is none.
  bool read_tag() {
    if (has_times_ && read_code()) return true;
    if (markup_ == Markup::kMessage && read_placeholder()) return true;
    const auto tag = text_[at_] == '<' ? html_tag_at(text_, at_) : std::nullopt;
    if (!tag) return false;
    if (markup_ == Markup::kXml) {
      read_xml(*tag);
    } else if (is_code(*tag) || is_one_sign(*tag)) {
      read_element(*tag, true);
    } else {
      read_html(*tag);
    }
    return true;
  }

  void read_html(const HtmlTag& tag) {
    const bool breaks = is_block(tag.name) || tag.name == "br";
    const bool breaks_before = breaks && tag.name != "br" && !tag.is_closing;
    if (breaks_before) result_.text += '\n';
    add_tag(tag.end, tag.is_empty ? "" : tag.name, tag.is_closing);
    if (breaks && !breaks_before) result_.text += '\n';
  }

  /// What holds another format's code (XLIFF 1.2, 2.3; TMX 1.4b) is one tag.
  void read_xml(const HtmlTag& tag) {
    const bool has_code = tag.name == "ph" || tag.name == "it" || tag.name == "bpt" ||
                          tag.name == "ept" || tag.name == "ut";
    if (has_code && !tag.is_closing && !tag.ends_itself) return read_element(tag, false);
    add_tag(tag.end, tag.ends_itself ? "" : tag.name, tag.is_closing);
  }

  /// All of an element. Without an end it reaches to that of the text, where it has to stay.
  void read_element(const HtmlTag& tag, bool is_word) {
    const auto end = end_of_element(text_, tag);
    if (!end || !is_word) return add_tag(end.value_or(text_.size()), "", false);
    result_.add_opaque(text_.substr(at_, *end - at_));
    at_ = *end;
  }

  void add_tag(std::size_t end, std::string name, bool is_closing) {
    result_.tags.push_back(
        {std::string(text_.substr(at_, end - at_)), result_.text.size(), -1, is_closing});
    names_.push_back(std::move(name));
    at_ = end;
  }

  /// <00:19.000> and {\an8}.
  bool read_code() {
    const std::string_view rest = text_.substr(at_);
    const bool is_time = rest.size() > 1 && rest[0] == '<' && rest[1] >= '0' && rest[1] <= '9';
    if (!is_time && !rest.starts_with("{\\")) return false;
    constexpr std::size_t kLongest = 200;
    const std::size_t end = rest.substr(0, kLongest).find(is_time ? '>' : '}');
    if (end == std::string_view::npos) return false;
    add_tag(at_ + end + 1, "", false);
    return true;
  }

  bool read_placeholder() {
    const std::size_t size = placeholder_size(text_.substr(at_));
    if (size > 0) result_.add_opaque(text_.substr(at_, size));
    at_ += size;
    return size > 0;
  }

  /// A footnote's number or an exponent, of one word, which translates with no word around it.
  bool is_one_sign(const HtmlTag& tag) const {
    if (tag.is_closing || tag.is_empty || (tag.name != "sup" && tag.name != "sub")) return false;
    constexpr std::size_t kLongest = 200;
    const std::string_view rest = text_.substr(tag.end, kLongest);
    const std::string_view inside = rest.substr(0, rest.find('<'));
    return rest.substr(inside.size()).starts_with("</" + tag.name) &&
           unicode_words(inside).size() == 1;
  }

  /// What is not known comes out as it stands.
  bool read_reference() {
    if (!has_entities_ || text_[at_] != '&') return false;
    const CharacterReference reference = character_reference_at(text_, at_);
    if (reference.size == 0) return false;
    const std::string_view bytes = text_.substr(at_, reference.size);
    if (reference.character == 0) {
      result_.add_opaque(bytes);
    } else {
      append_utf8(result_.text, reference.character);
      result_.written.try_emplace(reference.character, bytes);
    }
    at_ += reference.size;
    return true;
  }

  std::string_view text_;
  Markup markup_;
  bool has_entities_, has_times_;
  std::size_t at_ = 0;
  MarkedText result_;
  std::vector<std::string> names_;
};

}  // namespace

MarkedText read_markup(std::string_view text, Markup markup) {
  const std::string_view inside = trim(text);
  MarkedText result;
  if (markup == Markup::kNone) {
    result.add_text(inside);
  } else if (markup == Markup::kMarkdown) {
    result = read_markdown(inside);
  } else {
    result = TagReader(inside, markup).read();
  }
  const auto begin = static_cast<std::size_t>(inside.data() - text.data());
  result.before = text.substr(0, begin);
  result.after = text.substr(begin + inside.size());
  return result;
}

}  // namespace heed
