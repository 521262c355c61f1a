#include "text/html_tags.h"

#include <algorithm>
#include <array>

#include "util/strings.h"

namespace heed {
namespace {

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string small(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return result;
}

bool is_one_of(std::string_view name, std::string_view names) {
  for (const std::string_view word : split_words(names)) {
    if (word == name) return true;
  }
  return false;
}

constexpr std::string_view kVoid =
    "area base br col embed hr img input link meta param source track wbr";
constexpr std::string_view kCode = "script style code pre kbd samp var textarea svg math";
constexpr std::string_view kRaw = "script style textarea";  // hold no tags (HTML, 13.1.2)
constexpr std::string_view kBlocks =
    "address article aside audio base blockquote body button canvas caption center col colgroup dd "
    "details "
    "dialog dir div dl dt fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 "
    "head header hgroup hr html iframe legend li link main menu meta nav noscript ol optgroup "
    "option p param picture pre script search section select source style summary table tbody td "
    "template textarea tfoot th thead title tr track ul video";

/// Behind `end`, or the end of the text.
std::size_t behind(std::string_view text, std::string_view end, std::size_t from) {
  const std::size_t at = text.find(end, from);
  return at == std::string_view::npos ? text.size() : at + end.size();
}

/// <!-- -->, <![CDATA[ ]]>, <!DOCTYPE >, <? >.
std::size_t end_of_declaration(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  if (rest.starts_with("<!--")) return behind(text, "-->", at + 2);  // <!--> is one too
  if (rest.starts_with("<![CDATA[")) return behind(text, "]]>", at);
  return behind(text, ">", at);
}

/// Attributes, one after the other, to the end of a tag.
class Attributes {
 public:
  Attributes(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  /// The next one; false at the tag's end.
  bool next() {
    name = value = {};
    while (at_ < text_.size() && (is_space(text_[at_]) || text_[at_] == '/')) {
      is_empty = text_[at_++] == '/';
    }
    if (at_ >= text_.size()) return false;
    if (text_[at_] == '>') {
      is_closed = true;
      ++at_;
      return false;
    }
    is_empty = false;
    name = until(" \t\n\r\f/>=", at_ + 1);
    skip_spaces();
    if (at_ < text_.size() && text_[at_] == '=') read_value();
    return true;
  }
  std::size_t end() const { return at_; }

  std::string_view name, value;
  bool is_empty = false;   ///< The tag ends with "/>".
  bool is_closed = false;  ///< It ends before the text does.

 private:
  void skip_spaces() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  /// To one of the bytes, which is looked for from `from` on.
  std::string_view until(const char* bytes, std::size_t from) {
    const std::size_t end = std::min(text_.find_first_of(bytes, from), text_.size());
    const std::string_view found = text_.substr(at_, end - at_);
    at_ = end;
    return found;
  }
  void read_value() {
    ++at_;
    skip_spaces();
    if (at_ >= text_.size()) return;
    const char quote = text_[at_];
    if (quote != '"' && quote != '\'') {
      value = until(" \t\n\r\f>", at_);
      return;
    }
    ++at_;
    value = until(quote == '"' ? "\"" : "'", at_);
    at_ = std::min(at_ + 1, text_.size());
  }

  std::string_view text_;
  std::size_t at_;
};

void read_attributes(std::string_view text, std::size_t at, HtmlTag& tag) {
  Attributes attributes(text, at);
  while (attributes.next()) {
    const std::string name = small(attributes.name);
    if (name == "translate") tag.is_kept = small(attributes.value) == "no";
    if (name == "class" && is_one_of("notranslate", attributes.value)) tag.is_kept = true;
  }
  tag.ends_itself = attributes.is_empty;
  tag.is_empty = tag.ends_itself || is_one_of(tag.name, kVoid);
  if (!attributes.is_closed) tag = {};
  tag.end = attributes.end();
}

/// An element whose content holds no tags ends at its own closing tag.
std::optional<std::size_t> end_of_raw(std::string_view text, std::size_t at,
                                      std::string_view name) {
  for (; (at = text.find("</", at)) != std::string_view::npos; at += 2) {
    if (small(text.substr(at + 2, name.size())) == name) return behind(text, ">", at);
  }
  return std::nullopt;
}

}  // namespace

std::optional<HtmlTag> html_tag_at(std::string_view text, std::size_t at) {
  const char next = at + 1 < text.size() ? text[at + 1] : '\0';
  HtmlTag tag;
  if (next == '!' || next == '?') {
    tag.end = end_of_declaration(text, at);
    return tag;
  }
  tag.is_closing = next == '/';
  const std::size_t name = at + (tag.is_closing ? 2 : 1);
  if (name >= text.size() || !is_name_start(text[name])) return std::nullopt;
  const std::size_t end = std::min(text.find_first_of(" \t\n\r\f/>", name), text.size());
  tag.name = small(text.substr(name, end - name));
  read_attributes(text, end, tag);
  return tag;
}

bool is_code(const HtmlTag& tag) {
  return !tag.is_closing && !tag.is_empty && (tag.is_kept || is_one_of(tag.name, kCode));
}

bool is_block(std::string_view name) { return is_one_of(name, kBlocks); }

std::optional<std::size_t> end_of_element(std::string_view text, const HtmlTag& tag) {
  if (is_one_of(tag.name, kRaw)) return end_of_raw(text, tag.end, tag.name);
  int open = 1;
  for (std::size_t at = tag.end; (at = text.find('<', at)) != std::string_view::npos;) {
    const std::optional<HtmlTag> next = html_tag_at(text, at);
    at = next ? next->end : at + 1;
    if (!next || next->name != tag.name || next->is_empty) continue;
    open += next->is_closing ? -1 : 1;
    if (open == 0) return at;
  }
  return std::nullopt;
}

}  // namespace heed
