#include <algorithm>

#include "document/document_builder.h"
#include "text/unicode.h"
#include "util/strings.h"

namespace heed {
namespace {

std::size_t blanks_before(std::string_view line) {
  return std::min(line.find_first_not_of(" \t"), line.size());
}

/// "- ", "+ ", "* ", "12. ", "12) ", with "[ ] " or "[x] " behind it; 0: no item begins.
std::size_t marker_size(std::string_view line) {
  std::size_t size = std::min(line.find_first_not_of("0123456789"), line.size());
  const bool is_number = size > 0 && size < 10;
  if (size >= line.size()) return 0;
  const bool is_marker = is_number
                             ? line[size] == '.' || line[size] == ')'
                             : size == 0 && (line[0] == '-' || line[0] == '+' || line[0] == '*');
  if (!is_marker || ++size >= line.size() || !is_space(line[size])) return 0;
  size += blanks_before(line.substr(size));
  const std::string_view task = line.substr(size, 4);
  return size + (task == "[ ] " || task == "[x] " || task == "[X] " ? 4 : 0);
}

/// A thematic break, or what underlines a heading or parts a table's head.
bool is_rule(std::string_view line) {
  return !line.empty() && line.find_first_not_of("-=*_ \t|:") == line.npos &&
         (line.size() > 2 || line.find_first_not_of('=') == line.npos || line == "--");
}

/// "[label]: " of a link; not that of a footnote, which is text.
bool is_link_definition(std::string_view line) {
  const std::size_t end = line.find("]:");
  return line.starts_with('[') && !line.starts_with("[^") && end != line.npos;
}

class MarkdownDocumentReader {
 public:
  explicit MarkdownDocumentReader(DocumentBuilder& builder)
      : builder_(builder), lines_(builder.lines()) {}

  void read() {
    for (std::size_t at = front_matter(); at < lines_.size(); ++at) read_line(lines_[at].text);
    flush();
  }

 private:
  /// The lines of "---" at the beginning and what is between them.
  std::size_t front_matter() const {
    if (lines_.empty() || lines_.front().text != "---") return 0;
    for (std::size_t at = 1; at < lines_.size(); ++at) {
      if (lines_[at].text == "---") return at + 1;
    }
    return 0;
  }

  void read_line(std::string_view whole) {
    std::string_view line = whole;
    const bool begins_item = strip_containers(line);
    if (!verbatim_end_.empty()) {
      if (line.find(verbatim_end_) != line.npos) verbatim_end_ = {};
      return;
    }
    if (begins_item) flush();
    is_in_list_ = begins_item || (is_in_list_ && (trim(line).empty() || is_space(whole.front())));
    const bool is_code = paragraph_.empty() && !is_in_list_ &&
                         (whole.starts_with("    ") || whole.starts_with('\t'));
    if (trim(line).empty() || is_code || begins_verbatim(line) || is_rule(trim(line)) ||
        is_link_definition(line)) {
      flush();
    } else if (line.starts_with('#')) {
      flush();
      read_heading(line);
    } else if (line.starts_with('|')) {
      flush();
      read_row(line);
    } else {
      paragraph_.push_back(line);
    }
  }

  /// Takes marks of quotations and list items away. Returns whether an item, or a footnote, begins.
  static bool strip_containers(std::string_view& line) {
    bool begins_item = false;
    for (;;) {
      line.remove_prefix(blanks_before(line));
      std::size_t size = line.starts_with('>') ? 1 : is_rule(trim(line)) ? 0 : marker_size(line);
      const std::size_t note = line.starts_with("[^") ? line.find("]: ") : line.npos;
      if (note != line.npos) size = note + 3;
      if (size == 0) return begins_item;
      begins_item = begins_item || !line.starts_with('>');
      line.remove_prefix(size);
    }
  }

  /// Fences, comments, scripts: lines up to one that has their end.
  bool begins_verbatim(std::string_view line) {
    if (line.starts_with("```") || line.starts_with("~~~")) {
      verbatim_end_ = line.substr(0, std::min(line.find_first_not_of(line[0]), line.size()));
      return true;
    }
    constexpr std::pair<std::string_view, std::string_view> kHtml[] = {
        {"<!--", "-->"}, {"<pre", "</pre>"}, {"<script", "</script>"}, {"<style", "</style>"}};
    for (const auto& [begin, end] : kHtml) {
      if (!line.starts_with(begin)) continue;
      if (line.find(end) == line.npos) verbatim_end_ = end;
      return true;
    }
    return false;
  }

  void read_heading(std::string_view line) {
    const std::size_t marks = std::min(line.find_first_not_of('#'), line.size());
    if (marks > 6 || marks == line.size() || !is_space(line[marks])) {
      paragraph_.push_back(line);
      return;
    }
    std::string_view text = trim(line.substr(marks));
    if (text.ends_with('#')) text = strip_end(text.substr(0, text.find_last_not_of('#') + 1));
    translate({text});
  }

  /// Cells between bars that are not escaped.
  void read_row(std::string_view line) {
    std::size_t begin = 1;
    for (std::size_t i = 1; i <= line.size(); ++i) {
      const bool is_end = i == line.size() || (line[i] == '|' && line[i - 1] != '\\');
      if (!is_end) continue;
      translate({trim(line.substr(begin, i - begin))});
      begin = i + 1;
    }
  }

  void flush() {
    if (paragraph_.empty()) return;
    paragraph_.back() = strip_end(paragraph_.back());
    translate(std::exchange(paragraph_, {}));
  }

  /// Lines that are one text.
  void translate(const std::vector<std::string_view>& lines) {
    std::string text;
    for (const std::string_view line : lines) {
      text += text.empty() ? "" : "\n";
      text += line;
    }
    if (!has_words(text)) return;
    const char* const begin = lines.front().data();
    const char* const end = lines.back().data() + lines.back().size();
    builder_.replace({begin, static_cast<std::size_t>(end - begin)}, {std::move(text)},
                     Markup::kMarkdown, [](auto translations) { return translations.front(); });
  }

  DocumentBuilder& builder_;
  std::vector<DocumentLine> lines_;
  std::vector<std::string_view> paragraph_;  ///< Its lines, without marks of containers.
  std::string_view verbatim_end_;            ///< Of what is not read; "": nothing such is open.
  bool is_in_list_ = false;
};

}  // namespace

void read_markdown_document(DocumentBuilder& builder) { MarkdownDocumentReader(builder).read(); }

}  // namespace heed
