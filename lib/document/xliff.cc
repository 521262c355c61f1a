#include <optional>

#include "document/document_builder.h"
#include "text/html_tags.h"
#include "text/markup_reader.h"
#include "text/unicode.h"
#include "util/error.h"
#include "util/strings.h"

namespace heed {
namespace {

/// Segments without a target get one: XLIFF 1.2 (trans-unit) and 2 (segment) have the same
/// <source> and <target>.
class XliffReader {
 public:
  explicit XliffReader(DocumentBuilder& builder) : builder_(builder), bytes_(builder.bytes()) {}

  void read() {
    bool is_xliff = false;
    for (std::size_t at = 0; (at = bytes_.find('<', at)) != std::string_view::npos;) {
      const auto tag = html_tag_at(bytes_, at);
      if (!tag) fail_at(at, "a tag");
      is_xliff = is_xliff || tag->name == "xliff";
      at = read_tag(at, *tag);
    }
    if (!is_xliff) fail_at(0, "the element xliff");
    if (source_begin_) fail_at(*source_begin_, "</source> for the source");
    finish();
  }

 private:
  [[noreturn]] void fail_at(std::size_t at, const char* expected) const {
    fail("expected {} in {}, found none", expected, builder_.place_of(bytes_.data() + at));
  }

  /// Returns where to go on.
  std::size_t read_tag(std::size_t at, const HtmlTag& tag) {
    const bool opens = !tag.is_closing && !tag.ends_itself;
    if (opens && (tag.is_kept || holds_other_translations(tag.name))) {
      const auto end = end_of_element(bytes_, tag);
      if (!end) fail_at(at, "the end of an element");
      return *end;
    }
    if (tag.name == "source") {
      read_source(at, tag);
    } else if (tag.name == "seg-source" && tag.is_closing && source_) {
      after_ = tag.end;
    } else if (tag.name == "target" && source_ && !tag.is_closing) {
      return read_target(at, tag);
    } else if (tag.is_closing && (tag.name == "trans-unit" || tag.name == "segment")) {
      finish();
    }
    return tag.end;
  }
  static bool holds_other_translations(std::string_view name) {
    return name == "alt-trans" || name == "matches" || name == "mtc:matches" || name == "ignorable";
  }

  void read_source(std::size_t at, const HtmlTag& tag) {
    if (!tag.is_closing) {
      finish();
      if (!tag.ends_itself) source_begin_ = tag.end;
      indent_ = bytes_.substr(0, at);
      indent_ = indent_.substr(indent_.find_last_not_of(" \t\r\n") + 1);
      return;
    }
    if (!source_begin_) fail_at(at, "<source> before </source>");
    source_ = bytes_.substr(*source_begin_, at - *source_begin_);
    source_begin_.reset();
    after_ = tag.end;
  }

  std::size_t read_target(std::size_t at, const HtmlTag& tag) {
    std::string_view tag_bytes = bytes_.substr(at, tag.end - at);
    if (tag.ends_itself) {
      tag_bytes.remove_suffix(2);
      fill(bytes_.substr(at, tag.end - at), std::string(strip_end(tag_bytes)) + ">", "</target>");
      return tag.end;
    }
    const std::size_t end = bytes_.find("</target", tag.end);
    if (end == std::string_view::npos) fail_at(at, "</target> for the target");
    const std::string_view inside = bytes_.substr(tag.end, end - tag.end);
    if (trim(inside).empty()) fill(inside, "", "");
    source_.reset();
    return end;
  }

  /// A segment that has ended without a target.
  void finish() {
    if (source_) fill(bytes_.substr(after_, 0), std::string(indent_) + "<target>", "</target>");
  }

  void fill(std::string_view part, std::string before, std::string behind) {
    const std::string_view source = *std::exchange(source_, std::nullopt);
    if (!has_words(read_markup(source, Markup::kXml).text)) return;
    builder_.replace(part, {std::string(source)}, Markup::kXml,
                     [before = std::move(before), behind = std::move(behind)](auto translations) {
                       return before + translations.front() + behind;
                     });
  }

  DocumentBuilder& builder_;
  std::string_view bytes_;
  std::optional<std::size_t> source_begin_;  ///< Of a source that is not closed.
  std::optional<std::string_view> source_;   ///< Without a target as yet.
  std::string_view indent_;                  ///< Before it.
  std::size_t after_ = 0;                    ///< Where its target goes.
};

}  // namespace

void read_xliff(DocumentBuilder& builder) { XliffReader(builder).read(); }

}  // namespace heed
