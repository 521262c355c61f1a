#include <algorithm>

#include "document/document_builder.h"
#include "text/text_width.h"
#include "text/unicode.h"
#include "util/error.h"
#include "util/strings.h"

namespace heed {
namespace {

/// The columns that a text takes on the screen, without <tags> and {\codes}.
int shown_width(std::string_view text) {
  std::string shown;
  char closing = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool opens = text[i] == '<' || text.substr(i, 2) == "{\\";
    if (closing == 0 && opens) closing = text[i] == '<' ? '>' : '}';
    if (closing == 0) shown += text[i];
    if (text[i] == closing) closing = 0;
  }
  return display_width(shown);
}

/// The words between blanks that are in no <tag>.
std::vector<std::string> words_of_subtitle(std::string_view text) {
  std::vector<std::string> words(1);
  bool is_in_tag = false;
  for (const char c : text) {
    is_in_tag = c == '<' || (is_in_tag && c != '>');
    if (!is_space(c) || is_in_tag) {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

/// Words, and how wide each is.
struct MeasuredWords {
  explicit MeasuredWords(std::string_view text) : words(words_of_subtitle(text)) {
    for (const std::string& word : words) widths.push_back(shown_width(word));
  }

  std::vector<std::string> lines(int most) const {
    std::vector<std::string> lines;
    int width = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
      const bool fits = !lines.empty() && width + 1 + widths[i] <= most;
      if (fits) {
        lines.back() += ' ' + words[i];
      } else {
        lines.push_back(words[i]);
      }
      width = fits ? width + 1 + widths[i] : widths[i];
    }
    return lines;
  }

  std::vector<std::string> words;
  std::vector<int> widths;
};

/// The text in at most `count` lines, the longest as short as can be.
std::vector<std::string> balanced_lines(std::string_view text, std::size_t count) {
  const MeasuredWords words(text);
  int least = 0, most = shown_width(text) + 1;
  while (least < most) {
    const int middle = least + (most - least) / 2;
    if (words.lines(middle).size() <= count) {
      most = middle;
    } else {
      least = middle + 1;
    }
  }
  return words.lines(most);
}

/// Lines that are said by one: those of a dialogue begin with a dash each.
bool begins_speech(std::string_view line) {
  const std::string_view text = trim(line);
  return text.starts_with('-') || text.starts_with("–") || text.starts_with("—");
}

class SubtitleReader {
 public:
  SubtitleReader(DocumentBuilder& builder, Markup markup)
      : builder_(builder), markup_(markup), lines_(builder.lines()) {}

  void read() {
    for (std::size_t at = 0; at < lines_.size();) {
      if (is_empty(at)) {
        ++at;
        continue;
      }
      std::size_t end = at;
      while (end < lines_.size() && !is_empty(end)) ++end;
      read_block(at, end);
      at = end;
    }
  }

 private:
  bool is_empty(std::size_t line) const { return trim(lines_[line].text).empty(); }
  static bool is_time(std::string_view line) {
    const std::size_t arrow = line.find("-->");
    if (arrow == line.npos) return false;
    const auto is_clock = [](std::string_view text) {
      const std::string_view clock = trim(text).substr(0, trim(text).find(' '));
      return clock.find(':') != clock.npos &&
             clock.find_first_not_of("0123456789:.,") == clock.npos;
    };
    return is_clock(line.substr(0, arrow)) && is_clock(line.substr(arrow + 3));
  }

  void read_block(std::size_t begin, std::size_t end) {
    std::size_t time = begin;
    while (time < end && time < begin + 2 && !is_time(lines_[time].text)) ++time;
    const bool has_time = time < end && time < begin + 2;
    if (!has_time && (markup_ == Markup::kSubtitle || has_arrow(begin, end))) {
      fail("expected the times of a subtitle, as 00:00:01,000 --> 00:00:02,000, in {}, found '{}'",
           builder_.place(lines_[begin].number), lines_[begin].text.substr(0, 60));
    }
    if (!has_time) return;  // a header, a note, a style
    for (std::size_t first = time + 1; first < end;) {
      std::size_t last = first + 1;
      while (last < end && !begins_speech(lines_[last].text)) ++last;
      read_speech(first, last);
      first = last;
    }
  }
  bool has_arrow(std::size_t begin, std::size_t end) const {
    return std::any_of(
        lines_.begin() + static_cast<std::ptrdiff_t>(begin),
        lines_.begin() + static_cast<std::ptrdiff_t>(end),
        [](const DocumentLine& line) { return line.text.find("-->") != line.text.npos; });
  }

  void read_speech(std::size_t begin, std::size_t end) {
    const std::string_view first = lines_[begin].text, last = lines_[end - 1].text;
    std::string_view part(first.data(), last.data() + last.size() - first.data());
    part.remove_prefix(begins_speech(first) ? dash_size(first) : 0);
    std::string text(part);
    std::ranges::replace_if(text, is_space, ' ');
    if (!has_words(text)) return;
    const std::string line_end(lines_[begin].end);
    builder_.replace(part, {std::move(text)}, markup_,
                     [count = end - begin, line_end](std::span<const std::string> translations) {
                       std::string result;
                       for (const std::string& line : balanced_lines(translations.front(), count)) {
                         result += (result.empty() ? "" : line_end) + line;
                       }
                       return result;
                     });
  }
  /// Of white space, the dash, and white space.
  static std::size_t dash_size(std::string_view line) {
    std::size_t size = line.find_first_not_of(" \t");
    size += line[size] == '-' ? 1 : std::string_view("–").size();
    return std::min(line.find_first_not_of(" \t", size), line.size());
  }

  DocumentBuilder& builder_;
  Markup markup_;
  std::vector<DocumentLine> lines_;
};

}  // namespace

void read_srt(DocumentBuilder& builder) { SubtitleReader(builder, Markup::kSubtitle).read(); }
void read_vtt(DocumentBuilder& builder) { SubtitleReader(builder, Markup::kVtt).read(); }

}  // namespace heed
