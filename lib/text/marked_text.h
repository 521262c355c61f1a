#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "text/copied_spans.h"

namespace heed {

/// A tag, or what else stands between words without being text, and where in MarkedText::text.
struct MarkupTag {
  std::string bytes;
  std::size_t place = 0;
  int partner = -1;  ///< The tag that it opens or closes an element with; -1: none.
  bool is_closing = false;
  bool is_single = false;  ///< One of an element's two tags, without the other.
};

/// A text and its markup, apart. Of the text, line feeds are places where one block ends and
/// another begins; all other white space is blanks.
struct MarkedText {
  std::string text;
  std::vector<MarkupTag> tags;      ///< In order. Elements are nested.
  std::vector<std::string> opaque;  ///< What comes out as it stands, such as code.
  std::vector<TextSpan> stand_ins;  ///< Of `opaque`, where it stands in `text`.
  std::string before, after;        ///< White space around all.
  /// Characters of the text that are written otherwise, as & is &amp; in HTML.
  std::map<char32_t, std::string> written;

  /// Puts what comes out as it stands behind the text.
  void add_opaque(std::string_view bytes);
  /// Puts text behind it: white space as blanks, without the characters of stand-ins.
  void add_text(std::string_view bytes);
  /// Makes opening and closing tags partners. A closing tag closes the nearest open element of its
  /// name; what was opened in there stays open, and tags around a single one are single too. So
  /// elements are nested, and single tags in none. `names`: of each tag; "" of those that are
  /// neither.
  void pair_tags(const std::vector<std::string>& names);

  /// A part of the translated text as it is written, with opaque parts in the place of their
  /// stand-ins, each the first time; `is_written` says which were.
  std::string written_text(std::string_view translated, std::vector<bool>& is_written) const;

 private:
  void free_single_tags(const std::vector<std::string>& names);
};

}  // namespace heed
