#include "app/request_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "util/strings.h"

namespace heed {

RequestText::RequestText(std::string text, bool is_html) {
  repair_utf8(text);
  if (is_html) {
    document_ = Document::read(TextFormat::kHtml, std::move(text), "the request");
    return;
  }
  for (const std::string_view line : split_fields(text, '\n')) {
    lines_.push_back({.text = std::string(line)});
  }
}

std::span<const SourceLine> RequestText::lines() const {
  return document_ ? document_->texts() : std::span<const SourceLine>(lines_);
}

std::string RequestText::with(std::span<const TranslatedLine> translated, std::size_t n) const {
  std::vector<std::string> texts;
  for (const TranslatedLine& line : translated) {
    texts.push_back(line.translations[std::min(n, line.translations.size() - 1)].text);
  }
  return document_ ? document_->with(texts) : fmt::format("{}", fmt::join(texts, "\n"));
}

}  // namespace heed
