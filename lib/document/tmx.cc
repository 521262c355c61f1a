#include <optional>

#include "document/document_builder.h"
#include "text/html_tags.h"
#include "text/markup_reader.h"
#include "text/unicode.h"
#include "util/error.h"
#include "util/strings.h"

namespace heed {
namespace {

/// Empty segments of a translation unit are filled with the translation of its first other one (TMX
/// 1.4b).
class TmxReader {
 public:
  explicit TmxReader(DocumentBuilder& builder) : builder_(builder), bytes_(builder.bytes()) {}

  void read() {
    bool is_tmx = false;
    for (std::size_t at = 0; (at = bytes_.find('<', at)) != std::string_view::npos;) {
      const auto tag = html_tag_at(bytes_, at);
      if (!tag) fail_to_find(at, "a tag");
      is_tmx = is_tmx || tag->name == "tmx";
      if (tag->name == "tu") finish_unit();
      at = tag->name == "seg" && !tag->is_closing ? read_segment(at, *tag) : tag->end;
    }
    if (!is_tmx) fail_to_find(0, "the element tmx");
    finish_unit();
  }

 private:
  struct Gap {
    std::string_view part;
    std::string before, behind;  ///< What the translation stands between.
  };

  [[noreturn]] void fail_to_find(std::size_t at, const char* expected) const {
    fail("expected {} in {}, found none", expected, builder_.place_of(bytes_.data() + at));
  }

  /// Returns where to go on.
  std::size_t read_segment(std::size_t at, const HtmlTag& tag) {
    if (tag.ends_itself) {
      const std::string_view bytes = bytes_.substr(at, tag.end - at);
      const std::string opening(strip_end(bytes.substr(0, bytes.size() - 2)));
      gaps_.push_back({bytes, opening + ">", "</seg>"});
      return tag.end;
    }
    const std::size_t end = bytes_.find("</seg", tag.end);
    if (end == std::string_view::npos) fail_to_find(at, "</seg> for the segment");
    const std::string_view inside = bytes_.substr(tag.end, end - tag.end);
    if (trim(inside).empty()) {
      gaps_.push_back({inside, "", ""});
    } else if (!source_) {
      source_ = inside;
    }
    return end;
  }

  void finish_unit() {
    const bool has_text = source_ && has_words(read_markup(*source_, Markup::kXml).text);
    for (const Gap& gap : gaps_) {
      if (!has_text) break;
      builder_.replace(gap.part, {std::string(*source_)}, Markup::kXml, [gap](auto translations) {
        return gap.before + translations.front() + gap.behind;
      });
    }
    gaps_.clear();
    source_.reset();
  }

  DocumentBuilder& builder_;
  std::string_view bytes_;
  std::optional<std::string_view> source_;
  std::vector<Gap> gaps_;
};

}  // namespace

void read_tmx(DocumentBuilder& builder) { TmxReader(builder).read(); }

}  // namespace heed
