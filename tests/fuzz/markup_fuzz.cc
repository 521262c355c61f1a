#include <algorithm>

#include "fuzz/fuzz.h"
#include "text/markup_reader.h"
#include "text/protected_patterns.h"
#include "translation/placed_markup.h"
#include "util/strings.h"

namespace heed {

namespace {

/// In all that is no text.
std::ptrdiff_t brackets(const MarkedText& marked) {
  std::string all;
  for (const MarkupTag& tag : marked.tags) all += tag.bytes;
  for (const std::string& opaque : marked.opaque) all += opaque;
  return std::ranges::count(all, '<');
}

void check_marked(const MarkedText& marked) {
  require(is_valid_utf8(marked.text), "text is UTF-8");
  std::size_t last = 0;
  for (const MarkupTag& tag : marked.tags) {
    require(tag.place >= last && tag.place <= marked.text.size(), "tags stand in order");
    last = tag.place;
  }
}

/// Of a model that says the words in reverse order.
std::string translated(const MarkedText& marked) {
  const auto words = split_words(marked.text);
  WordLinks links;
  std::string text;
  for (std::size_t i = words.size(); i > 0; --i) {
    text += (text.empty() ? "" : " ") + std::string(words[i - 1]);
    links.source_of.push_back(static_cast<int>(i) - 1);
  }
  return with_markup(marked, text, links);
}

void run_markup(std::string_view bytes) {
  std::string text(bytes);
  repair_utf8(text);
  for (const Markup markup : {Markup::kHtml, Markup::kSubtitle, Markup::kVtt}) {
    const MarkedText marked = read_markup(text, markup);
    check_marked(marked);
    const std::string result = translated(marked);
    require(is_valid_utf8(result), "markup is UTF-8");
    if (markup == Markup::kHtml) {
      require(std::ranges::count(result, '<') == brackets(marked), "tags are there, text is none");
      require(brackets(read_markup(result, markup)) == brackets(marked), "tags are still tags");
    }
  }
  static const ProtectedPatterns patterns(std::vector<std::string>{"\\{[^}]*\\}", "%\\w+|<.>"});
  std::size_t end = 0;
  for (const TextSpan& span : patterns.find(text).value_or(std::vector<TextSpan>())) {
    require(span.begin >= end && span.end > span.begin && span.end <= text.size(),
            "protected spans stand in order");
    end = span.end;
  }
}

std::vector<std::string> markup_seeds() {
  return {"<p>Ein <b>rotes <i>Haus</i></b>.</p><br/> &amp; &auml; &foo; <!-- x --> AT&T",
          "a <code>x<b></code> <span translate=\"no\">c</span> m<sup>2</sup> <script>a<b</script>",
          "<b><i></b></i></u> <a href='x>y' b=c/> <![CDATA[ x ]]> <?y?> < 3",
          "{\\an8}<i>a</i> <00:01.000>b {name} %s <0>",
          "<div class=\"notranslate\"><p>a</div",
          "a </b9> m<sup>5</Sup"};
}

}  // namespace

const FuzzTarget kMarkupTarget{"markup", run_markup, markup_seeds};

}  // namespace heed
