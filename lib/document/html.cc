#include "document/document_builder.h"
#include "text/html_tags.h"
#include "text/markup_reader.h"
#include "text/unicode.h"
#include "util/strings.h"

namespace heed {
namespace {

class HtmlDocumentReader {
 public:
  explicit HtmlDocumentReader(DocumentBuilder& builder)
      : builder_(builder), bytes_(builder.bytes()) {}

  void read() {
    for (std::size_t at = 0; (at = bytes_.find('<', at)) != std::string_view::npos;) {
      const auto tag = html_tag_at(bytes_, at);
      if (!tag) {
        ++at;
        continue;
      }
      const bool ends_block = is_block(tag->name);
      const std::size_t begin = at;
      at = is_code(*tag) ? end_of_element(bytes_, *tag).value_or(bytes_.size()) : tag->end;
      if (!ends_block) continue;
      add_block(begin);
      block_ = at;
    }
    add_block(bytes_.size());
  }

 private:
  /// What stands between the last block's tag and this place, if there are words in it.
  void add_block(std::size_t end) {
    const std::string_view block = trim(bytes_.substr(block_, end - block_));
    const bool has_text = !block.empty() && has_words(words_outside_code(block));
    if (has_text) builder_.translate(block, Markup::kHtml);
  }
  static std::string words_outside_code(std::string_view block) {
    const MarkedText marked = read_markup(block, Markup::kHtml);
    std::string text;
    std::size_t done = 0;
    for (const TextSpan& span : marked.stand_ins) {
      text.append(marked.text, done, span.begin - done) += ' ';
      done = span.end;
    }
    return text.append(marked.text, done);
  }

  DocumentBuilder& builder_;
  std::string_view bytes_;
  std::size_t block_ = 0;  ///< Where it begins.
};

}  // namespace

void read_html(DocumentBuilder& builder) { HtmlDocumentReader(builder).read(); }

}  // namespace heed
