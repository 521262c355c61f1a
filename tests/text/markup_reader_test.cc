#include "text/markup_reader.h"

#include <gtest/gtest.h>

#include "text/character_references.h"

namespace heed {
namespace {

/// The text, with each tag in brackets where it stands, and opaque parts in braces.
std::string read(std::string_view text, Markup markup = Markup::kHtml) {
  const MarkedText marked = read_markup(text, markup);
  std::string result;
  auto tag = marked.tags.begin();
  auto span = marked.stand_ins.begin();
  for (std::size_t i = 0; i <= marked.text.size();) {
    for (; tag != marked.tags.end() && tag->place == i; ++tag) result += '[' + tag->bytes + ']';
    if (span != marked.stand_ins.end() && span->begin == i) {
      result +=
          '{' + marked.opaque[static_cast<std::size_t>(span - marked.stand_ins.begin())] + '}';
      i = span++->end;
    } else if (i++ < marked.text.size()) {
      result += marked.text[i - 1];
    }
  }
  return result;
}

TEST(MarkupReader, TakesTagsAndTextApart) {
  EXPECT_EQ(read("Ein <b>Haus</b>."), "Ein [<b>]Haus[</b>].");
  EXPECT_EQ(read("a <img src='x>y'/> b<!-- c > d -->"), "a [<img src='x>y'/>] b[<!-- c > d -->]");
  EXPECT_EQ(read("a < b, 3 <4 <> </> <3"), "a < b, 3 <4 <> </> <3");
  EXPECT_EQ(read("<!DOCTYPE html>a<?xml v?>"), "[<!DOCTYPE html>]a[<?xml v?>]");
  EXPECT_EQ(read(" \tEin\n <i>Haus</i> \n"), "Ein  [<i>]Haus[</i>]");
  EXPECT_EQ(read("nichts <b>", Markup::kNone), "nichts <b>");
}

TEST(MarkupReader, BlocksEndSentences) {
  EXPECT_EQ(read("<p>Eins</p><p>Zwei<br>Drei</p>"),
            "\n[<p>]Eins[</p>]\n\n[<p>]Zwei[<br>]\nDrei[</p>]\n");
}

TEST(MarkupReader, ReadsEntities) {
  EXPECT_EQ(read("a &amp; b &lt;c&gt; &auml;&#228;&#xE4; &euro;"), "a & b <c> äää €");
  EXPECT_EQ(read("AT&T &; &foo; &#0; &#xD800; &#xFDD0;"),
            "AT&T &; {&foo;} {&#0;} {&#xD800;} {&#xFDD0;}");
  for (const char* name : {"&quot;", "&apos;", "&nbsp;", "&yuml;", "&Omega;", "&omega;", "&hellip;",
                           "&mdash;", "&hearts;", "&diams;", "&rang;", "&bdquo;"}) {
    EXPECT_NE(character_reference_at(name, 0).character, 0U) << name;
  }
  EXPECT_EQ(character_reference_at("&omega;", 0).character, U'ω');
  EXPECT_EQ(character_reference_at("&diams;", 0).character, U'♦');
}

TEST(MarkupReader, WritesCharactersAsTheyWere) {
  const MarkedText marked = read_markup("&quot;a&quot; &auml; <code>x & y</code>", Markup::kHtml);
  std::vector<bool> written(marked.opaque.size());
  EXPECT_EQ(marked.written_text("\"ä\" & < > ö " + std::string(marked.stand_ins[0].of(marked.text)),
                                written),
            "&quot;&auml;&quot; &amp; &lt; &gt; ö <code>x & y</code>");
}

TEST(MarkupReader, CodeIsOpaque) {
  EXPECT_EQ(read("x <code>a<b>c</b></code> y"), "x {<code>a<b>c</b></code>} y");
  EXPECT_EQ(read("<script>if (a<b) '</b>'</script >x"), "{<script>if (a<b) '</b>'</script >}x");
  EXPECT_EQ(read("<b translate=no>a <b>b</b></b> c"), "{<b translate=no>a <b>b</b></b>} c");
  EXPECT_EQ(read("<b class='x notranslate'>a</b> c <pre>d"),
            "{<b class='x notranslate'>a</b>} c [<pre>d]");
  EXPECT_EQ(read("m<sup>2</sup> <sup>a b</sup>"), "m{<sup>2</sup>} [<sup>]a b[</sup>]");
}

TEST(MarkupReader, ElementsAreNested) {
  const auto partners = [](std::string_view text) {
    std::vector<int> result;
    for (const MarkupTag& tag : read_markup(text, Markup::kHtml).tags)
      result.push_back(tag.partner);
    return result;
  };
  EXPECT_EQ(partners("<a><b></b></a>"), (std::vector<int>{3, 2, 1, 0}));
  EXPECT_EQ(partners("<a><b></a></b>"), (std::vector<int>(4, -1)));
  EXPECT_EQ(partners("<a><b></b></c></a><d></d>"), (std::vector<int>{-1, 2, 1, -1, -1, 6, 5}));
  EXPECT_EQ(partners("</a><B></b><br><c/>"), (std::vector<int>{-1, 2, 1, -1, -1}));
}

TEST(MarkupReader, SubtitlesHaveTimesAndCodes) {
  EXPECT_EQ(read("{\\an8}<i>A & B</i> <00:01.000>x &amp; {y}", Markup::kSubtitle),
            "[{\\an8}][<i>]A & B[</i>] [<00:01.000>]x &amp; {y}");
  EXPECT_EQ(read("<v Ann>a &amp; b", Markup::kVtt), "[<v Ann>]a & b");
}

TEST(MarkupReader, MessagesHavePlaceholders) {
  EXPECT_EQ(read("%s: %1$d von %(n)s, {0} <b>%5.2lf</b>%% ${x}", Markup::kMessage),
            "{%s}: {%1$d} von {%(n)s}, {{0}} [<b>]{%5.2lf}[</b>]{%%} {${x}}");
  EXPECT_EQ(read("100% sicher { a } & %", Markup::kMessage), "100% sicher { a } & %");
}

TEST(MarkupReader, XmlHasCodeInElements) {
  EXPECT_EQ(read("a <ph id='1'>&lt;br></ph><g id='2'>b</g><x/> &amp; <source>c", Markup::kXml),
            "a [<ph id='1'>&lt;br></ph>][<g id='2'>]b[</g>][<x/>] & [<source>]c");
}

TEST(MarkupReader, ReadsMarkdown) {
  const auto markdown = [](std::string_view text) { return read(text, Markup::kMarkdown); };
  EXPECT_EQ(markdown("Ein **rotes *Haus***."), "Ein [**]rotes [*]Haus[***].");
  EXPECT_EQ(markdown("Ein **rotes** _Haus_ a_b_c 5 * 3"),
            "Ein [**]rotes[**] [_]Haus[_] a_b_c 5 * 3");
  EXPECT_EQ(markdown("`a*b` ``x`y`` `z"), "{`a*b`} {``x`y``} `z");
  EXPECT_EQ(markdown("[Text](http://a(b) \"t\") ![b](c)"),
            "[[]Text[](http://a(b) \"t\")] [![]b[](c)]");
  EXPECT_EQ(markdown("\\*a\\* <http://a.b> <b>c</b> &amp;"), "*a* {<http://a.b>} [<b>]c[</b>] &");
  EXPECT_EQ(markdown("a  \nb\nc\\\nd"), "a[  \n]\nb c[\\\n]\nd");
}

/// Squares of these numbers would take minutes.
TEST(MarkupReader, TakesHostileText) {
  constexpr int kTimes = 8'000;
  for (const char* part :
       {"<b>",     "</b>",       "<",   "&",   "<!--",  "<a b=\"", "<code>", "&x",
        "<a></b>", "<b><i></b>", "<p>", "{\\", "<sup>", "<0",      "{",      "%(",
        "`",       "` ``",       "*a",  "a* ", "[",     "](",      "\\",     "  \n"}) {
    std::string text;
    for (int i = 0; i < kTimes; ++i) text += part;
    for (const Markup markup : {Markup::kHtml, Markup::kVtt, Markup::kMessage, Markup::kMarkdown}) {
      const MarkedText marked = read_markup(text, markup);
      EXPECT_LE(marked.tags.size(), 3U * kTimes) << part;
    }
  }
}

}  // namespace
}  // namespace heed
