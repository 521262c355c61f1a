#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace heed {

/// A tag of HTML or XML, a comment, or another thing in angle brackets.
struct HtmlTag {
  std::string name;  ///< In small letters; "" of a comment, and what else is no whole tag.
  bool is_closing = false;
  bool ends_itself = false;  ///< With "/>".
  bool is_empty = false;     ///< Has no closing tag: void in HTML, or ends itself.
  bool is_kept = false;      ///< translate="no", or of the class notranslate.
  std::size_t end = 0;       ///< Behind its last byte in the text.
};

/// The tag whose "<" stands at `at`; none where "<" is text. What is not closed reaches to the end
/// of the text. Reads as the tokenizer of the HTML standard (13.2.5) does.
std::optional<HtmlTag> html_tag_at(std::string_view text, std::size_t at);

/// Whether what is between the element's tags is no text to translate, whatever it is.
bool is_code(const HtmlTag& tag);

/// Whether the tag stands between blocks of text, not inside a sentence.
bool is_block(std::string_view name);

/// Behind the closing tag of the element whose opening tag this is; none where it is not closed.
std::optional<std::size_t> end_of_element(std::string_view text, const HtmlTag& tag);

}  // namespace heed
