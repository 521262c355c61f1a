#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "heed/document.h"

namespace heed {

/// Some lines of a document.
struct DocumentLine {
  std::string_view text;  ///< Without its end.
  std::string_view end;   ///< "\n", "\r\n", or "" of the last.
  std::size_t number = 1;
};

/// What a format's reader reads and fills.
class DocumentBuilder {
 public:
  /// Both must outlive it.
  DocumentBuilder(Document& document, const std::string& name) : document_(document), name_(name) {}

  using Write = std::function<std::string(std::span<const std::string>)>;

  std::string_view bytes() const { return document_.bytes_; }
  std::vector<DocumentLine> lines() const;
  /// "line 5 of x.po", for errors.
  std::string place(std::size_t line) const;
  std::string place_of(const char* byte) const;

  /// A part of the bytes is replaced by what `write` makes of the texts' translations.
  void replace(std::string_view part, std::vector<std::string> texts, Markup markup, Write write);
  /// By its translation.
  void translate(std::string_view part, Markup markup);
  /// Other bytes stand before `place`, a part of the bytes.
  void insert(std::string_view place, std::string bytes);

 private:
  void count_lines(std::size_t end);

  Document& document_;
  const std::string& name_;
  std::size_t counted_ = 0, line_ = 1;  ///< Bytes, and the line that begins or goes on there.
};

/// A reader of one format. Throws Error for a damaged document.
using DocumentReader = void (*)(DocumentBuilder& builder);

// One file each; document.cc has the table.
void read_csv(DocumentBuilder& builder);
void read_html(DocumentBuilder& builder);
void read_markdown_document(DocumentBuilder& builder);
void read_po(DocumentBuilder& builder);
void read_srt(DocumentBuilder& builder);
void read_tmx(DocumentBuilder& builder);
void read_vtt(DocumentBuilder& builder);
void read_xliff(DocumentBuilder& builder);

}  // namespace heed
