#include <algorithm>
#include <optional>

#include "document/document_builder.h"
#include "text/unicode.h"
#include "util/error.h"
#include "util/strings.h"

namespace heed {
namespace {

/// The string of a keyword and the lines that it stands in, from its first quotation mark on.
struct PoString {
  std::string value;
  std::string_view bytes;
};

/// One entry of a catalogue.
struct PoEntry {
  std::string_view start;                 ///< Where its first keyword stands.
  std::optional<std::string_view> flags;  ///< What stands behind "#,".
  std::optional<PoString> id, plural;
  std::vector<PoString> translations;  ///< msgstr, or msgstr[0] and so on.

  bool is_translated() const {
    return std::ranges::any_of(translations, [](const auto& t) { return !t.value.empty(); });
  }
  bool is_fuzzy() const { return flags && flags->find("fuzzy") != flags->npos; }
};

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    switch (c) {
      case '\n':
        result += "\\n";
        break;
      case '\t':
        result += "\\t";
        break;
      case '"':
        result += "\\\"";
        break;
      case '\\':
        result += "\\\\";
        break;
      default:
        result += c;
    }
  }
  return result + '"';
}

/// A string with a line for each of its lines, as gettext's tools write it.
std::string po_string(std::string_view text, std::string_view line_end) {
  if (text.find('\n') >= text.size() - std::min<std::size_t>(text.size(), 1)) return quoted(text);
  std::string result = "\"\"";
  while (!text.empty()) {
    const std::size_t size = std::min(text.find('\n'), text.size() - 1) + 1;
    (result += line_end) += quoted(text.substr(0, size));
    text.remove_prefix(size);
  }
  return result;
}

/// The lines of a text that have words, by themselves, and all that is between them.
struct PoLines {
  explicit PoLines(std::string_view text) {
    between.emplace_back();
    for (const std::string_view line : split_fields(text, '\n')) {
      if (!has_words(line)) {
        between.back() += line;
      } else {
        const std::string_view inside = trim(line);
        between.back() += line.substr(0, static_cast<std::size_t>(inside.data() - line.data()));
        texts.emplace_back(inside);
        between.emplace_back(line.substr(line.size() - (line.end() - inside.end())));
      }
      between.back() += '\n';
    }
    between.back().pop_back();
  }

  std::vector<std::string> texts, between;
};

class PoReader {
 public:
  explicit PoReader(DocumentBuilder& builder) : builder_(builder), lines_(builder.lines()) {}

  void read() {
    while (at_ < lines_.size()) {
      const std::string_view line = trim(lines_[at_].text);
      if (line.empty()) {
        finish();
        ++at_;
      } else if (line.starts_with('#')) {
        read_comment(line);
      } else {
        read_keyword();
      }
    }
    finish();
  }

 private:
  void read_comment(std::string_view line) {
    if (!entry_.translations.empty()) finish();
    if (line.starts_with("#,")) entry_.flags = line.substr(2);
    ++at_;
  }

  [[noreturn]] void fail_here(const char* expected) const {
    fail("expected {} in {}, found '{}'", expected, builder_.place(lines_[at_].number),
         lines_[at_].text.substr(0, 60));
  }

  void read_keyword() {
    const std::string_view line = lines_[at_].text;
    const std::string_view keyword = trim(line.substr(0, line.find('"')));
    if (!entry_.translations.empty() && (keyword == "msgid" || keyword == "msgctxt")) finish();
    if (entry_.start.empty()) entry_.start = line;
    const bool is_translation = keyword == "msgstr" || keyword.starts_with("msgstr[");
    if (is_translation && !entry_.id) fail_here("a msgid before its msgstr");
    if (keyword != "msgid" && keyword != "msgid_plural" && keyword != "msgctxt" &&
        !is_translation) {
      fail_here("msgctxt, msgid, msgid_plural, msgstr or a comment");
    }
    PoString string = read_string(line.find('"'));
    if (keyword == "msgid") {
      entry_.id = std::move(string);
    } else if (keyword == "msgid_plural") {
      entry_.plural = std::move(string);
    } else if (is_translation) {
      entry_.translations.push_back(std::move(string));
    }
  }

  /// From a place in this line on, with the lines that go on with it.
  PoString read_string(std::size_t begin) {
    PoString string;
    if (begin == std::string_view::npos) fail_here("a string in quotation marks");
    const char* const first = lines_[at_].text.data() + begin;
    std::string_view part = trim(lines_[at_].text.substr(begin));
    for (;;) {
      add_part(part, string.value);
      const char* const end = part.data() + part.size();
      string.bytes = {first, static_cast<std::size_t>(end - first)};
      if (++at_ == lines_.size()) return string;
      part = trim(lines_[at_].text);
      if (!part.starts_with('"')) return string;
    }
  }
  void add_part(std::string_view part, std::string& value) const {
    std::size_t i = 1;
    for (; i < part.size() && part[i] != '"'; ++i) {
      if (part[i] != '\\') {
        value += part[i];
        continue;
      }
      const char escaped = ++i < part.size() ? part[i] : '\\';
      value += escaped == 'n' ? '\n' : escaped == 't' ? '\t' : escaped;
    }
    if (i + 1 != part.size()) fail_here("one string that ends with its quotation mark");
  }

  /// Gives an entry without a translation those of its strings, and marks it as fuzzy.
  void finish() {
    const PoEntry entry = std::exchange(entry_, {});
    if (!entry.id) return;
    if (entry.translations.empty()) {
      fail("expected a msgstr for the msgid in {}, found none",
           builder_.place_of(entry.id->bytes.data()));
    }
    if (entry.id->value.empty() || entry.is_translated()) return;
    if (!has_words(entry.id->value)) return;
    mark_fuzzy(entry);
    for (std::size_t i = 0; i < entry.translations.size(); ++i) {
      const bool is_plural = i > 0 && entry.plural;
      fill(entry.translations[i], is_plural ? entry.plural->value : entry.id->value);
    }
  }

  void mark_fuzzy(const PoEntry& entry) {
    if (entry.is_fuzzy()) return;
    const std::string line_end(lines_.front().end);
    if (entry.flags) {
      builder_.insert(*entry.flags, " fuzzy,");
    } else {
      builder_.insert(entry.start, "#, fuzzy" + line_end);
    }
  }

  void fill(const PoString& string, std::string_view value) {
    PoLines source(value);
    const std::string line_end(lines_.front().end);
    builder_.replace(string.bytes, source.texts, Markup::kMessage,
                     [between = std::move(source.between), line_end](auto translations) {
                       std::string text = between.front();
                       for (std::size_t i = 0; i < translations.size(); ++i) {
                         text += translations[i] + between[i + 1];
                       }
                       return po_string(text, line_end);
                     });
  }

  DocumentBuilder& builder_;
  std::vector<DocumentLine> lines_;
  std::size_t at_ = 0;
  PoEntry entry_;
};

}  // namespace

void read_po(DocumentBuilder& builder) { PoReader(builder).read(); }

}  // namespace heed
