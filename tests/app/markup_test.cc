#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "app/translate_command.h"
#include "text/markup_reader.h"
#include "util/random.h"
#include "util/strings.h"

namespace heed {
namespace {

std::ptrdiff_t times(const std::string& text, const std::string& part) {
  std::ptrdiff_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size())
    ++count;
  return count;
}

TEST_F(TranslateCommandTest, WhatIsProtectedComesOutOnce) {
  const std::string text = "zwei {name} drei %s.\n{name} %s\nNew York eins New York\n";
  const Shell::Result result =
      translate(text, "--protect '\\{\\w+\\}' '%[sd]' --protect 'New York'");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(lines(result.out), 3);
  EXPECT_EQ(times(result.out, "{name}"), 2);
  EXPECT_EQ(times(result.out, "%s"), 2);
  EXPECT_EQ(times(result.out, "New York"), 2);
  EXPECT_NE(result.out.find("\n{name} %s\n"), std::string::npos) << "nothing to translate";
}

TEST_F(TranslateCommandTest, ExpressionsAreChecked) {
  expect_failure(translate("zwei\n", "--protect 'a(b'"), 2, "U_REGEX_MISMATCHED_PAREN");
  const std::string hard = std::string(60, 'a');
  const Shell::Result result = translate("zwei\n" + hard + "\n", "--protect '(a+)+b'");
  EXPECT_EQ(result.code, 0);
  EXPECT_TRUE(result.out.ends_with("\n" + hard + "\n")) << result.out;
  EXPECT_NE(result.err.find("line 2 keeps --protect searching"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("1 line copied: 2\n"), std::string::npos) << result.err;
}

std::vector<std::string> tags_of(const std::string& text) {
  const MarkedText marked = read_markup(text, Markup::kHtml);
  std::vector<std::string> all = marked.opaque;
  for (const MarkupTag& tag : marked.tags) all.push_back(tag.bytes);
  std::ranges::sort(all);
  return all;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    all.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return all;
}

/// Lines of number words with random tags, many of them without a partner.
std::string random_lines(int count) {
  const char* const parts[] = {
      "<b>",  "</b>", "<i x='1'>", "</i>", "<br>",   "<!-- c -->", "<p>",
      "</p>", "zwei", " ",         ". ",   " drei ", "&amp;",      "<code>a <b></code>",
      "<u>",  "</u>", "&foo;",     "<",    "\xff",   "<a b=\"",    "\xf0\x9f\x98\x80"};
  Random random(1);
  std::string text;
  for (int line = 0; line < count; ++line) {
    for (int i = static_cast<int>(random.uniform() * 20); i >= 0; --i) {
      text += parts[static_cast<std::size_t>(random.uniform() * std::size(parts))];
    }
    text += '\n';
  }
  return text;
}

TEST_F(TranslateCommandTest, TagsAreCarriedOver) {
  const std::string text = random_lines(300);
  const std::string flags = "--html --quiet -b 2 --max-length-output 20 ";
  const Shell::Result result = translate(text, flags);
  EXPECT_EQ(result.code, 0) << result.err;
  std::string valid = text;
  repair_utf8(valid);
  const auto sources = lines_of(valid), targets = lines_of(result.out);
  ASSERT_EQ(sources.size(), targets.size());
  for (std::size_t i = 0; i < sources.size(); ++i) {
    EXPECT_EQ(tags_of(targets[i]), tags_of(sources[i])) << sources[i] << '\n' << targets[i];
  }
  EXPECT_EQ(translate(text, flags + "--mini-batch 1 --threads 2").out, result.out);
  EXPECT_EQ(translate(text, flags + "--mini-batch-words 7 --threads 1").out, result.out);
}

TEST_F(TranslateCommandTest, MarkupWithoutTextStaysAsItIs) {
  const std::string text =
      "<p><br>  </p>\n \t<hr>\n<code>zwei</code> <!-- drei -->\n&nbsp;<img>\n<script>zwei\n<b\n";
  EXPECT_EQ(translate(text, "--html").out, text);
}

TEST_F(TranslateCommandTest, AlignmentsCountWordsWithoutTheirMarkup) {
  const std::string plain = translate("zwei drei\n", "--alignment").out;
  const std::string marked = translate("<b>zwei</b> <img> drei\n", "--alignment --html").out;
  EXPECT_EQ(marked.substr(marked.find(" ||| ")), plain.substr(plain.find(" ||| ")));
  const std::string json = translate(R"({"text": "<b>zwei</b>", "id": "<b>"})"
                                     "\n",
                                     "--json --html")
                               .out;
  EXPECT_NE(json.find(R"("id":"<b>")"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("text":"<b>)"), std::string::npos) << json;
}

}  // namespace
}  // namespace heed
