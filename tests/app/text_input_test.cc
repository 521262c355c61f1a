#include <gtest/gtest.h>

#include <string>

#include "app/translate_command.h"
#include "support/compress.h"
#include "util/json.h"
#include "util/strings.h"

using namespace std::string_literals;

namespace heed {
namespace {

TEST_F(TranslateCommandTest, ContainersAndEncodingsChangeNothing) {
  const std::string text = "zwei\nzwei\n", expected = translate(text).out;
  EXPECT_EQ(translate("\xef\xbb\xbf" + text).err, "");
  EXPECT_EQ(translate("\xef\xbb\xbf" + text).out, expected);
  for (const auto compress : kCompressors) {
    const Shell::Result result = translate(compress(text));
    EXPECT_EQ(result.out, expected);
    EXPECT_EQ(result.err, "");
  }
  const Shell::Result padded = translate(gzip(text) + std::string(512, '\0'));
  EXPECT_EQ(padded.out, expected);
  EXPECT_EQ(padded.err,
            "heed: standard input: padding or garbage behind its gzip data is left out\n");
  std::string wide = "\xff\xfe";
  for (const char c : text) wide += std::string{c, '\0'};
  const Shell::Result converted = translate(wide);
  EXPECT_EQ(converted.out, expected);
  EXPECT_EQ(converted.err, "heed: standard input is UTF-16; it is read as such\n");
  EXPECT_EQ(run("heed translate --quiet -m m < in").err, "");
}

std::string text_of(std::string_view record) { return nlohmann::json::parse(record)["text"]; }

TEST_F(TranslateCommandTest, LinesThatAreNoJsonKeepTheirPlace) {
  const std::string input = "{\"text\": \"zwei\"}\n{zwei\nzwei\n";
  const std::string plain = translate("zwei\n{zwei\nzwei\n").out;
  const auto texts = [&](const Shell::Result& result) {
    EXPECT_EQ(result.code, 0) << result.err;
    std::string all;
    for (const std::string_view record : split_fields(trim(result.out), '\n')) {
      all += text_of(record) + "\n";
    }
    return all;
  };
  const Shell::Result translated = translate(input, "--json");
  EXPECT_EQ(texts(translated), plain);
  EXPECT_EQ(translated.err,
            "heed: line 2 is no JSON object with a \"text\": it is translated as plain text\n"
            "heed: 1 line with invalid JSON: 2\n"
            "heed: 1 line that may be no translation (--flag-doubtful): 2\n");
  const Shell::Result copied = translate(input, "--json --invalid-json copy");
  EXPECT_EQ(texts(copied), translate("zwei\n").out + "{zwei\nzwei\n");
  EXPECT_EQ(copied.err,
            "heed: line 2 is no JSON object with a \"text\": it is copied\n"
            "heed: 2 lines copied: 2, 3\n");
  const Shell::Result failed = translate(input, "--json --invalid-json fail");
  expect_failure(failed, 1, "expected JSON in line 2");
  EXPECT_EQ(lines(failed.out), 1);
}

}  // namespace
}  // namespace heed
