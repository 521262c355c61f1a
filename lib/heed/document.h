#pragma once

#include <array>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "heed/translation.h"

namespace heed {

/// Kinds of documents that Document reads; kText is a text of lines, which is none.
enum class TextFormat { kText, kSrt, kVtt, kPo, kHtml, kMd, kCsv, kXliff, kTmx };
constexpr std::array<std::string_view, 9> enum_names(TextFormat) {
  return {"text", "srt", "vtt", "po", "html", "md", "csv", "xliff", "tmx"};
}

/// A document in UTF-8: texts that are translated, each by itself, and all else, which comes out
/// byte for byte.
class Document {
 public:
  /// Throws Error naming `name` and the line where the document is damaged, and for kText.
  static Document read(TextFormat format, std::string bytes, const std::string& name);

  /// What is to be translated, in order; SourceLine::markup says how it is written.
  std::span<const SourceLine> texts() const { return texts_; }

  /// The document with translations of all texts, in order.
  std::string with(std::span<const std::string> translations) const;

 private:
  friend class DocumentBuilder;

  /// Bytes that are replaced, and what by: made of the translations of some texts.
  struct Change {
    std::size_t begin = 0, end = 0;
    std::size_t first = 0, count = 0;  ///< Of `texts_`.
    std::function<std::string(std::span<const std::string>)> write;
  };

  std::string bytes_;
  std::vector<SourceLine> texts_;
  std::vector<Change> changes_;  ///< In order.
};

}  // namespace heed
