#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "app/translate_command.h"
#include "support/compress.h"

using namespace std::string_literals;

namespace heed {
namespace {

TEST_F(TranslateCommandTest, ContainersAndEncodingsChangeNothing) {
  const std::string text = "zwei\ndrei vier\n", expected = translate(text).out;
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

}  // namespace
}  // namespace heed
