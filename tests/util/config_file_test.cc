#include "util/config_file.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "util/json_fields.h"

namespace heed {
namespace {

struct Sample {
  bool quiet = false;
  int depth = 6;
  float rate = 0.1F;
  std::string name;
  std::vector<std::string> files = {"a"};

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"quiet", "Say nothing"}, self.quiet);
    v(Field{"depth", "Layers"}, self.depth);
    v(Field{"rate", "A share"}, self.rate);
    v(Field{"name", "A text"}, self.name);
    v(Field{"files", "Texts"}, self.files);
  }
};

std::string error_of(std::string_view text) {
  Sample sample;
  try {
    read_config(text, "c.yml", sample);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

TEST(ConfigFile, ReadsWhatUsersOfMarianWrite) {
  Sample sample;
  read_config(
      "---\n"
      "# a comment\n"
      "\n"
      "depth: 3   # another\r\n"
      "quiet:\ttrue\n"
      "name: It's #1: no comment \n"
      "files:\n"
      "  - one file.txt\n"
      "\n"
      "  - 'it''s' # third\n"
      "- \"a\\tb\\\"\"",
      "c.yml", sample);
  EXPECT_EQ(sample.depth, 3);
  EXPECT_TRUE(sample.quiet);
  EXPECT_EQ(sample.name, "It's");
  EXPECT_EQ(sample.files, (std::vector<std::string>{"one file.txt", "it's", "a\tb\""}));
  EXPECT_EQ(sample.rate, 0.1F);
}

TEST(ConfigFile, ReadsListsInBrackets) {
  Sample sample;
  read_config("files: [ a#b , 'c, d' ,\"]\"] # end", "c.yml", sample);
  EXPECT_EQ(sample.files, (std::vector<std::string>{"a#b", "c, d", "]"}));
  read_config("files: [ ]", "c.yml", sample);
  EXPECT_TRUE(sample.files.empty());
  read_config("files: alone", "c.yml", sample);
  EXPECT_EQ(sample.files, (std::vector<std::string>{"alone"}));
}

TEST(ConfigFile, ErrorsNameFileAndLine) {
  EXPECT_EQ(error_of("depth: 3\n\ndeph: 4"),
            "c.yml:3: unknown option 'deph', did you mean 'depth'? One of: quiet, depth, rate, "
            "name, files");
  EXPECT_EQ(error_of("depth: x"), "c.yml:1: expected a whole number for depth, found 'x'");
  EXPECT_EQ(error_of("depth: [1, 2]"), "c.yml:1: expected one value for depth, found 2");
  EXPECT_EQ(error_of("depth: 1\nquiet: true\ndepth: 2"),
            "c.yml:3: expected each option once, found depth on line 1 too");
  EXPECT_EQ(error_of("depth:\nquiet: true"),
            "c.yml:1: expected a value for depth, found none (an empty list is [])");
  EXPECT_EQ(error_of("files:"),
            "c.yml:1: expected a value for files, found none (an empty list is [])");
}

TEST(ConfigFile, ErrorsShowWhatWasFound) {
  EXPECT_EQ(error_of("just text"), "c.yml:1: expected 'option: value', found 'just text'");
  EXPECT_EQ(error_of("depth:3"), "c.yml:1: expected a blank after ':', found '3'");
  EXPECT_EQ(error_of("- 3"), "c.yml:1: expected 'option:' above the items of a list, found ' 3'");
  EXPECT_EQ(error_of("depth: 1\n- 3"),
            "c.yml:2: expected 'option:' above the items of a list, found ' 3'");
  EXPECT_EQ(error_of("files: [a"), "c.yml:1: expected ',' or ']', found the end of the line");
  EXPECT_EQ(error_of("files: [a,,b]"),
            "c.yml:1: expected a value, in quotes if it begins like this, found ',b]'");
  EXPECT_EQ(error_of("name: \"x"), "c.yml:1: expected a closing \", found the end of the line");
  EXPECT_EQ(error_of("name: 'x"), "c.yml:1: expected a closing ', found the end of the line");
  EXPECT_EQ(error_of("name: 'x' y"),
            "c.yml:1: expected the end of the line or ' #' and a comment, found 'y'");
  EXPECT_EQ(error_of("name: {a: b}"),
            "c.yml:1: expected a value, in quotes if it begins like this, found '{a: b}'");
}

TEST(ConfigFile, WritesWhatItReads) {
  Sample sample;
  sample.quiet = true;
  sample.rate = 1e-9F;
  sample.name = "#1: \"a\"\\ \n\r\t";
  sample.files = {"-", "", "a,b", "[x]", "J\xC3\xBCrgen's", std::string("nul\0nul", 7)};
  for (const ConfigDump kind : {ConfigDump::kFull, ConfigDump::kMinimal}) {
    Sample again;
    read_config(write_config(sample, kind), "c.yml", again);
    EXPECT_EQ(to_json(again), to_json(sample));
  }
}

TEST(ConfigFile, MinimalHasOnlyWhatDiffers) {
  Sample sample;
  EXPECT_EQ(write_config(sample, ConfigDump::kMinimal), "");
  sample.depth = 3;
  sample.files = {};
  EXPECT_EQ(write_config(sample, ConfigDump::kMinimal), "depth: 3\nfiles: []\n");
  Sample defaults;
  defaults.depth = 3;
  EXPECT_EQ(write_config(sample, ConfigDump::kMinimal, defaults), "files: []\n");
}

TEST(ConfigFile, FullExplainsEveryField) {
  EXPECT_EQ(write_config(Sample{}, ConfigDump::kFull),
            "# Say nothing\nquiet: false\n# Layers\ndepth: 6\n# A share\nrate: 0.1\n"
            "# A text\nname: \"\"\n# Texts\nfiles: [a]\n");
}

}  // namespace
}  // namespace heed
