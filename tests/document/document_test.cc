#include "heed/document.h"

#include <gtest/gtest.h>

#include "support/expect_error.h"
#include "text/unicode.h"
#include "util/random.h"
#include "util/strings.h"

namespace heed {
namespace {

/// Of a translator that writes capitals, but for what is in angle brackets.
std::string translated(TextFormat format, const std::string& bytes) {
  const Document document = Document::read(format, bytes, "d");
  std::vector<std::string> translations;
  for (const SourceLine& line : document.texts()) {
    std::string text;
    bool is_tag = false;
    for (const char c : line.text) {
      is_tag = c == '<' || (is_tag && c != '>');
      text += is_tag || c < 'a' || c > 'z' ? c : static_cast<char>(c - 32);
    }
    translations.push_back(text);
  }
  return document.with(translations);
}

std::vector<std::string> texts(TextFormat format, const std::string& bytes) {
  std::vector<std::string> all;
  const Document document = Document::read(format, bytes, "d");
  for (const SourceLine& line : document.texts()) all.push_back(line.text);
  return all;
}

using Texts = std::vector<std::string>;

TEST(Subtitles, KeepTimesAndLines) {
  const std::string film =
      "\xef\xbb\xbf"
      "1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>ein haus</i>\r\nam see\r\n\r\n"
      "2\r\n00:00:03,000 --> 00:00:04,000 X1:0\r\n- ja?\r\n- nein, das\r\nist so\r\n\r\n"
      "3\r\n00:00:05,000 --> 00:00:06,000\r\n...\r\n";
  EXPECT_EQ(texts(TextFormat::kSrt, film),
            (Texts{"<i>ein haus</i>  am see", "ja?", "nein, das  ist so"}));
  EXPECT_EQ(translated(TextFormat::kSrt, film),
            "\xef\xbb\xbf"
            "1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>EIN HAUS</i>\r\nAM SEE\r\n\r\n"
            "2\r\n00:00:03,000 --> 00:00:04,000 X1:0\r\n- JA?\r\n- NEIN, DAS\r\nIST SO\r\n\r\n"
            "3\r\n00:00:05,000 --> 00:00:06,000\r\n...\r\n");
}

TEST(Subtitles, LinesAreBalanced) {
  const Document document = Document::read(
      TextFormat::kSrt, "1\n00:00:01,000 --> 00:00:02,500\nein langes wort\nund noch eins", "d");
  const auto with = [&](const std::string& text) {
    return document.with(std::vector{text}).substr(32);
  };
  EXPECT_EQ(with("one two three four five"), "one two three\nfour five");
  EXPECT_EQ(with("<b a=\"x y\">one</b> {\\an8}two three"),
            "<b a=\"x y\">one</b> {\\an8}two\nthree");
  EXPECT_EQ(with("one"), "one");
  EXPECT_EQ(with(""), "");
}

TEST(Subtitles, OfTheWebHaveHeadersAndNotes) {
  const std::string film =
      "WEBVTT - titel\nKind: captions\n\nNOTE\nnichts --\n\nSTYLE\n::cue {}\n\nid\n"
      "00:01.000 --> 00:02.000 align:start\nein <c.x>haus</c>\n";
  EXPECT_EQ(texts(TextFormat::kVtt, film), Texts{"ein <c.x>haus</c>"});
  EXPECT_EQ(Document::read(TextFormat::kVtt, film, "d").texts()[0].markup, Markup::kVtt);
}

TEST(Subtitles, DamageIsNamed) {
  expect_error([] { texts(TextFormat::kSrt, "1\n00:00:01,000 --> 00:00:02,000\na\n\nb\nc\n"); },
               "in line 5 of d, found 'b'");
  expect_error([] { texts(TextFormat::kSrt, "1\n00:00 > 2\na\n"); }, "in line 1 of d");
  expect_error([] { texts(TextFormat::kVtt, "WEBVTT\n\n00:x --> 00:02.000\na\n"); },
               "in line 3 of d");
}

TEST(Po, FillsWhatIsNotTranslated) {
  EXPECT_EQ(
      translated(TextFormat::kPo,
                 "# x\nmsgid \"\"\nmsgstr \"\"\n\"Language: en\\n\"\n\n"
                 "#: a.c:1\n#, c-format\nmsgid \"ein \\\"haus\\\"\"\nmsgstr \"\"\n\n"
                 "msgctxt \"menu\"\nmsgid \"\"\n\"zwei\\n\"\n\"  drei.\\n\"\nmsgstr \"\"\n\n"
                 "msgid \"da\"\nmsgstr \"there\"\n\n#~ msgid \"alt\"\n#~ msgstr \"\"\n"),
      "# x\nmsgid \"\"\nmsgstr \"\"\n\"Language: en\\n\"\n\n"
      "#: a.c:1\n#, fuzzy, c-format\nmsgid \"ein \\\"haus\\\"\"\nmsgstr \"EIN \\\"HAUS\\\"\"\n\n"
      "#, fuzzy\nmsgctxt \"menu\"\nmsgid \"\"\n\"zwei\\n\"\n\"  drei.\\n\"\n"
      "msgstr \"\"\n\"ZWEI\\n\"\n\"  DREI.\\n\"\n\n"
      "msgid \"da\"\nmsgstr \"there\"\n\n#~ msgid \"alt\"\n#~ msgstr \"\"\n");
}

TEST(Po, FillsPluralForms) {
  EXPECT_EQ(
      translated(TextFormat::kPo,
                 "#, fuzzy\nmsgid \"ein\"\nmsgid_plural \"viele\"\nmsgstr[0] \"\"\nmsgstr[1] \"\"\n"
                 "msgid \"b\"\nmsgstr \"\""),
      "#, fuzzy\nmsgid \"ein\"\nmsgid_plural \"viele\"\nmsgstr[0] \"EIN\"\nmsgstr[1] \"VIELE\"\n"
      "#, fuzzy\nmsgid \"b\"\nmsgstr \"B\"");
}

TEST(Po, DamageIsNamed) {
  const auto expect = [](const std::string& bytes, const std::string& part) {
    expect_error([&] { texts(TextFormat::kPo, bytes); }, part);
  };
  expect("msgid \"a\"\nmsgstr \"b\n", "in line 2 of d");
  expect("msgid \"a\"\n\nmsgid \"b\"\nmsgstr \"\"\n",
         "expected a msgstr for the msgid in line 1 of d");
  expect("msgstr \"b\"\n", "a msgid before its msgstr in line 1");
  expect("\nmsgidd \"b\"\n", "in line 2 of d, found 'msgidd");
  expect("msgid\nmsgstr \"b\"\n", "quotation marks in line 1");
}

TEST(HtmlDocument, BlocksAreTexts) {
  const std::string page =
      "<!DOCTYPE html>\n<html><head><title>ein titel</title>\n<style>p > a {}</style></head>\n"
      "<body class=\"x\">\n <p>ein <b>haus</b>\n am see</p><ul><li>eins<li>zwei</ul>\n"
      "<pre>code</pre><!-- notiz --> rest <code>x</code>\n<p><code>y</code></p></body></html>\n";
  EXPECT_EQ(texts(TextFormat::kHtml, page), (Texts{"ein titel", "ein <b>haus</b>\n am see", "eins",
                                                   "zwei", "<!-- notiz --> rest <code>x</code>"}));
  const std::string empty = "<p> <br>&nbsp;</p>\n<script>if (a<b) {}</script><x>\n</x><!-- a";
  EXPECT_TRUE(texts(TextFormat::kHtml, empty).empty());
  EXPECT_EQ(translated(TextFormat::kHtml, empty), empty);
}

TEST(Markdown, BlocksAreTexts) {
  const std::string page =
      "---\ntitle: x\n---\n# ein titel #\n\nein *absatz*\nvon zwei zeilen.\n\n- punkt eins\n"
      "- [ ] punkt\n  zwei\n\n1. erstens\n> zitat\n> geht weiter\n\n```c\nint code;\n```\n\n"
      "    code\n\n| a | b \\| c |\n|---|:--|\n\n[ref]: http://a.b\n[^1]: "
      "notiz\n\nueberschrift\n===\n"
      "***\n<!-- x\n\ny -->\n";
  EXPECT_EQ(texts(TextFormat::kMd, page),
            (Texts{"ein titel", "ein *absatz*\nvon zwei zeilen.", "punkt eins", "punkt\nzwei",
                   "erstens\nzitat\ngeht weiter", "a", "b \\| c", "notiz", "ueberschrift"}));
  EXPECT_EQ(translated(TextFormat::kMd, "# a\r\n\r\n- b\r\n"), "# A\r\n\r\n- B\r\n");
}

TEST(Csv, FieldsWithLettersAreTexts) {
  EXPECT_EQ(translated(TextFormat::kCsv, "id;text\n1;\"ein \"\"haus\"\"; da\"\n2;zwei\r\n;;\n"),
            "ID;TEXT\n1;\"EIN \"\"HAUS\"\"; DA\"\n2;ZWEI\r\n;;\n");
  const Document document = Document::read(TextFormat::kCsv, "a,b", "d");
  EXPECT_EQ(document.with(Texts{"x,y", "\"z\""}), "\"x,y\",\"\"\"z\"\"\"");
  expect_error([] { texts(TextFormat::kCsv, "a,b\n\"c\n"); }, "line 2 of d");
  expect_error([] { texts(TextFormat::kCsv, "a,b\n\"c\"d\n"); }, "in line 2 of d, found 'd'");
}

TEST(Xliff, MissingTargetsAreFilled) {
  EXPECT_EQ(
      translated(
          TextFormat::kXliff,
          "<xliff version=\"1.2\"><body>\n <trans-unit id=\"1\">\n  <source>ein <g "
          "id=\"1\">haus</g>"
          "</source>\n </trans-unit>\n <trans-unit "
          "id=\"2\"><source>a</source><target/></trans-unit>"
          "<trans-unit id=\"3\"><source>b</source><target>c</target></trans-unit>"
          "<trans-unit id=\"4\" translate=\"no\"><source>d</source></trans-unit>"
          "<trans-unit id=\"5\"><source>e</source><alt-trans><source>e</source><target>f</target>"
          "</alt-trans></trans-unit></body></xliff>"),
      "<xliff version=\"1.2\"><body>\n <trans-unit id=\"1\">\n  <source>ein <g id=\"1\">haus</g>"
      "</source>\n  <target>EIN <g id=\"1\">HAUS</g></target>\n </trans-unit>\n <trans-unit "
      "id=\"2\">"
      "<source>a</source><target>A</target></trans-unit>"
      "<trans-unit id=\"3\"><source>b</source><target>c</target></trans-unit>"
      "<trans-unit id=\"4\" translate=\"no\"><source>d</source></trans-unit>"
      "<trans-unit "
      "id=\"5\"><source>e</source><target>E</target><alt-trans><source>e</source><target>f</target>"
      "</alt-trans></trans-unit></body></xliff>");
  EXPECT_EQ(
      translated(
          TextFormat::kXliff,
          "<xliff version=\"2.0\"><unit><segment><source>a</source></segment></unit></xliff>"),
      "<xliff "
      "version=\"2.0\"><unit><segment><source>a</source><target>A</target></segment></unit></"
      "xliff>");
  expect_error([] { texts(TextFormat::kXliff, "<a/>"); }, "expected the element xliff in line 1");
  expect_error([] { texts(TextFormat::kXliff, "<xliff>\n<source>"); },
               "</source> for the source in line 2");
}

TEST(Tmx, EmptySegmentsAreFilled) {
  EXPECT_EQ(translated(TextFormat::kTmx,
                       "<tmx><body><tu><tuv xml:lang=\"de\"><seg>ein <ph>x</ph></seg></tuv>"
                       "<tuv xml:lang=\"en\"><seg/></tuv></tu>\n<tu><tuv><seg> </seg></tuv>"
                       "<tuv><seg>b</seg></tuv><tuv><seg>c</seg></tuv></tu></body></tmx>"),
            "<tmx><body><tu><tuv xml:lang=\"de\"><seg>ein <ph>x</ph></seg></tuv>"
            "<tuv xml:lang=\"en\"><seg>EIN <ph>X</ph></seg></tuv></tu>\n<tu><tuv><seg>B</seg></tuv>"
            "<tuv><seg>b</seg></tuv><tuv><seg>c</seg></tuv></tu></body></tmx>");
  expect_error([] { texts(TextFormat::kTmx, "<tmx>\n<seg>a"); },
               "</seg> for the segment in line 2");
  expect_error([] { texts(TextFormat::kTmx, "a"); }, "expected the element tmx");
}

constexpr TextFormat kAll[] = {TextFormat::kSrt,   TextFormat::kVtt, TextFormat::kPo,
                               TextFormat::kHtml,  TextFormat::kMd,  TextFormat::kCsv,
                               TextFormat::kXliff, TextFormat::kTmx};

TEST(Documents, TextsHaveTheNumbersOfTheirLines) {
  const auto numbers = [](TextFormat format, const std::string& bytes) {
    std::vector<std::size_t> all;
    const Document document = Document::read(format, bytes, "d");
    for (const SourceLine& line : document.texts()) all.push_back(line.number);
    return all;
  };
  using Numbers = std::vector<std::size_t>;
  EXPECT_EQ(numbers(TextFormat::kHtml, "<p>a</p><p>b</p>\n<p>c\nd</p>\n\n<p>e"),
            (Numbers{1, 1, 2, 5}));
  EXPECT_EQ(numbers(TextFormat::kCsv, "a,b\n\"c\nd\",e\nf,7\n"), (Numbers{1, 1, 2, 3, 4}));
}

TEST(Documents, WithoutTextAreTheSameBytes) {
  expect_error([] { texts(TextFormat::kHtml, "\xff\xfe<"); }, "found UTF-16 in d");
  expect_error<UsageError>([] { texts(TextFormat::kText, "a"); }, "the format of a document");
  for (const std::string& bytes :
       {std::string(), std::string("<xliff/>\r\n<tmx/>"), std::string("<!-- \xff -->")}) {
    for (const TextFormat format : kAll) {
      try {
        const std::string same = texts(format, bytes).empty() ? bytes : translated(format, bytes);
        EXPECT_EQ(translated(format, bytes), same);
      } catch (const Error&) {
        EXPECT_NE(format, TextFormat::kHtml);
      }
    }
  }
}

/// Of any bytes, with the time of their number: squares of these would take minutes.
TEST(Documents, TakeHostileBytes) {
  constexpr std::size_t kBytes = 300'000;
  const std::string parts[] = {"<p>a",
                               "<",
                               "\n",
                               "\n\n",
                               "- ",
                               "> ",
                               "|",
                               "\"",
                               "a,",
                               "`",
                               "1\n00:00:01,000 --> 00:00:02,000\na\n\n",
                               "msgid \"a\"\nmsgstr \"\"\n\n",
                               "<source>",
                               "<source>a</source>",
                               "a ",
                               "<pre>",
                               "#",
                               "[",
                               "0",
                               std::string(1, '\0'),
                               "\xff"};
  for (const TextFormat format : kAll) {
    for (const std::string& part : parts) {
      std::string bytes;
      while (bytes.size() < kBytes) bytes += part;
      try {
        translated(format, bytes);
      } catch (const Error&) {
      }
    }
  }
}

}  // namespace
}  // namespace heed
