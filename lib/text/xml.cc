#include "text/xml.h"

#include "text/text_width.h"

namespace heed {

std::string xml_text(std::string_view text) {
  std::string result;
  for (const Glyph& glyph : glyphs(text)) {
    for (const char byte : glyph.text) {
      switch (byte) {
        case '&':
          result += "&amp;";
          break;
        case '<':
          result += "&lt;";
          break;
        case '>':
          result += "&gt;";
          break;
        case '"':
          result += "&quot;";
          break;
        case '\'':
          result += "&#39;";
          break;
        default:
          result += byte;
      }
    }
  }
  return result;
}

}  // namespace heed
