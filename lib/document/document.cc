#include "heed/document.h"

#include <algorithm>

#include "document/document_builder.h"
#include "util/error.h"

namespace heed {
namespace {

struct DocumentFormat {
  TextFormat format;
  DocumentReader read;
};

constexpr DocumentFormat kFormats[] = {{TextFormat::kSrt, read_srt},
                                       {TextFormat::kVtt, read_vtt},
                                       {TextFormat::kPo, read_po},
                                       {TextFormat::kHtml, read_html},
                                       {TextFormat::kMd, read_markdown_document},
                                       {TextFormat::kCsv, read_csv},
                                       {TextFormat::kXliff, read_xliff},
                                       {TextFormat::kTmx, read_tmx}};

}  // namespace

Document Document::read(TextFormat format, std::string bytes, const std::string& name) {
  if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff")) {
    fail("expected a document in UTF-8, found UTF-16 in {}; convert it, as by iconv -t UTF-8",
         name);
  }
  const auto* found = std::ranges::find(kFormats, format, &DocumentFormat::format);
  if (found == std::end(kFormats)) fail_usage("expected the format of a document, found text");
  Document document;
  document.bytes_ = std::move(bytes);
  DocumentBuilder builder(document, name);
  found->read(builder);
  return document;
}

std::string Document::with(std::span<const std::string> translations) const {
  if (translations.size() != texts_.size()) {
    fail("expected {} translations, found {}", texts_.size(), translations.size());
  }
  std::string result;
  std::size_t done = 0;
  for (const Change& change : changes_) {
    result.append(bytes_, done, change.begin - done);
    result += change.write(translations.subspan(change.first, change.count));
    done = change.end;
  }
  return result.append(bytes_, done);
}

std::vector<DocumentLine> DocumentBuilder::lines() const {
  std::vector<DocumentLine> lines;
  std::string_view rest = bytes();
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::size_t size = end > 0 && end < rest.size() && rest[end - 1] == '\r' ? end - 1 : end;
    const std::size_t next = std::min(end + 1, rest.size());
    lines.push_back({rest.substr(0, size), rest.substr(size, next - size), lines.size() + 1});
    rest.remove_prefix(next);
  }
  return lines;
}

std::string DocumentBuilder::place(std::size_t line) const {
  return fmt::format("line {} of {}", line, name_);
}

std::string DocumentBuilder::place_of(const char* byte) const {
  return place(static_cast<std::size_t>(std::count(bytes().data(), byte, '\n')) + 1);
}

void DocumentBuilder::replace(std::string_view part, std::vector<std::string> texts, Markup markup,
                              Write write) {
  const auto begin = static_cast<std::size_t>(part.data() - bytes().data());
  document_.changes_.push_back(
      {begin, begin + part.size(), document_.texts_.size(), texts.size(), std::move(write)});
  count_lines(begin);
  for (std::string& text : texts) {
    SourceLine& line = document_.texts_.emplace_back();
    line.text = std::move(text);
    line.markup = markup;
    line.number = line_;
  }
}

/// Changes come in order: each byte is looked at once.
void DocumentBuilder::count_lines(std::size_t end) {
  if (end < counted_) counted_ = 0, line_ = 1;
  line_ +=
      static_cast<std::size_t>(std::ranges::count(bytes().substr(counted_, end - counted_), '\n'));
  counted_ = end;
}

void DocumentBuilder::translate(std::string_view part, Markup markup) {
  replace(part, {std::string(part)}, markup,
          [](auto translations) { return translations.front(); });
}

void DocumentBuilder::insert(std::string_view place, std::string bytes) {
  replace(place.substr(0, 0), {}, Markup::kNone,
          [bytes = std::move(bytes)](auto) { return bytes; });
}

}  // namespace heed
