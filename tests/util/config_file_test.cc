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
  int length = 1;
  float rate = 0.1F;
  std::string name;
  std::vector<std::string> files = {"a"};

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"quiet", "Say nothing"}, self.quiet);
    v(Field{"depth", "Layers"}, self.depth);
    v(Field{.name = "length", .help = "Words", .bare = "5"}, self.length);
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
      "  - \"a\\tb\\\"\"",
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
            "c.yml:3: unknown option 'deph', did you mean 'depth'? One of: quiet, depth, length, "
            "rate, name, files");
  EXPECT_EQ(error_of("depth: x"), "c.yml:1: expected a whole number for depth, found 'x'");
  EXPECT_EQ(error_of("depth: [1, 2]"), "c.yml:1: expected one value for depth, found 2");
  EXPECT_EQ(error_of("depth: 1\nquiet: true\ndepth: 2"),
            "c.yml:3: expected each option once, found depth on line 1 too");
  EXPECT_EQ(error_of("depth:\nquiet: true"),
            "c.yml:1: expected a value for depth, found none (an empty list is [], an empty text "
            "\"\")");
  EXPECT_EQ(error_of("files:"),
            "c.yml:1: expected a value for files, found none (an empty list is [], an empty text "
            "\"\")");
}

TEST(ConfigFile, ErrorsShowWhatWasFound) {
  EXPECT_EQ(error_of("just text"), "c.yml:1: expected 'option: value', found 'just text'");
  EXPECT_EQ(error_of("\ndepth:3"), "c.yml:2: expected 'option: value', found 'depth:3'");
  EXPECT_EQ(error_of("- 3"), "c.yml:1: expected 'option: value', found a list without a name");
  EXPECT_EQ(error_of("[depth]: 3"), "c.yml:1: expected an option's name, found none");
  EXPECT_EQ(error_of("name: {a: b}"),
            "c.yml:1: expected a value or a list of values for name, found a map inside; put text "
            "that begins with [ or { in quotes");
  EXPECT_EQ(error_of("files:\n- a\n- [b]").substr(0, 76),
            "c.yml:1: expected a value or a list of values for files, found a list inside");
  EXPECT_EQ(error_of("files: [a,,b]"),
            "c.yml:1: expected a value for files, found none (an empty list is [], an empty text "
            "\"\")");
}

TEST(ConfigFile, ErrorsAreOneLineWhateverTheyQuote) {
  EXPECT_EQ(error_of("depth: \"a\\nb\\e[31m\""),
            "c.yml:1: expected a whole number for depth, found 'a\\x0ab\\x1b[31m'");
}

TEST(ConfigFile, FaultsNameTheirLine) {
  const auto fault = [](const std::string& line, const std::string& what) {
    return "c.yml:" + line + ": expected YAML ('option: value'), found a fault: " + what +
           "; put text with signs in quotes";
  };
  EXPECT_EQ(error_of("depth: 1\n- 3"), fault("2", "end of map not found"));
  EXPECT_EQ(error_of("\nfiles: [a"), fault("2", "end of sequence flow not found"));
  EXPECT_EQ(error_of("name: \"x"), fault("1", "illegal EOF in scalar"));
  EXPECT_EQ(error_of("name: 'x' y"), fault("1", "end of map not found"));
  EXPECT_EQ(error_of("depth: 1\nname: *base"), fault("2", "the referenced anchor is not defined"));
  EXPECT_EQ(error_of("depth: 1\nname: @x"), fault("2", "unknown token"));
  EXPECT_EQ(
      error_of(std::string("depth: 1\nname: a\0b", 17)),
      "c.yml:2: expected text, found a byte 0x00; save the file as UTF-8, or write \"\\x00\"");
}

TEST(ConfigFile, ReadsOtherFormsOfYaml) {
  Sample sample;
  read_config(
      "\xEF\xBB\xBF{name: &text \"\\u00e4 \\x41\",\n"
      "  depth: !!int 4}\n",
      "c.yml", sample);
  EXPECT_EQ(sample.name, "\xC3\xA4 A");
  EXPECT_EQ(sample.depth, 4);
  read_config(
      "%YAML 1.1\n---\nname: &one one\nfiles:\n- *one\n- |-\n  two\n  lines\n- >-\n  a\n  b\n...\n"
      "---\nquiet: true\n",
      "c.yml", sample);
  EXPECT_EQ(sample.files, (std::vector<std::string>{"one", "two\nlines", "a b"}));
  EXPECT_TRUE(sample.quiet);
  read_config("files: [a,\n  'b', # no\n  c ]", "c.yml", sample);
  EXPECT_EQ(sample.files, (std::vector<std::string>{"a", "b", "c"}));
  read_config("", "c.yml", sample);
  read_config("---\n# nothing\n", "c.yml", sample);
}

TEST(ConfigFile, YesAndNoAreSaidAsTheFieldDoes) {
  Sample sample;
  for (const char* yes : {"yes", "On", "TRUE"}) {
    const std::string text(yes);
    read_config("quiet: " + text + "\nlength: " + text + "\nname: " + text, "c.yml", sample);
    EXPECT_TRUE(sample.quiet);
    EXPECT_EQ(sample.length, 5);
    EXPECT_EQ(sample.name, text);
  }
  read_config("quiet: Off\nlength: no", "c.yml", sample);
  EXPECT_FALSE(sample.quiet);
  EXPECT_EQ(sample.length, 1);
  read_config("length: 7", "c.yml", sample);
  EXPECT_EQ(sample.length, 7);
  EXPECT_EQ(error_of("depth: yes"), "c.yml:1: expected a whole number for depth, found 'yes'");
  TranslateOptions translate;
  read_config("alignment: true\nn-best: true\nword-scores: yes", "c.yml", translate);
  EXPECT_EQ(translate.alignment.form, AlignmentForm::kHard);
  EXPECT_EQ(translate.n_best, -1);
  EXPECT_TRUE(translate.word_scores);
  read_config("alignment: off\nn-best: no", "c.yml", translate);
  EXPECT_EQ(translate.alignment.form, AlignmentForm::kNone);
  EXPECT_EQ(translate.n_best, 0);
}

/// A text of nothing but what `part` says, over and over.
std::string repeated(const std::string& part, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += part;
  return text;
}

TEST(ConfigFile, HostileTextsAreRefused) {
  std::string laughs = "files: &a0 [x, x]\n";
  for (int i = 1; i < 1000; ++i) {
    laughs += "k" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" +
              std::to_string(i - 1) + ", *a" + std::to_string(i - 1) + "]\n";
  }
  EXPECT_EQ(error_of(laughs).substr(0, 76),
            "c.yml:2: expected a value or a list of values for k1, found a list inside; p");
  EXPECT_EQ(error_of("files: &a [*a]").substr(0, 60),
            "c.yml:1: expected a value or a list of values for files, fou");
  std::string lists = "files: &a [" + repeated("x,", 50'000) + "]\n";
  for (int i = 0; i < 1000; ++i) lists += "k" + std::to_string(i) + ": *a\n";
  EXPECT_EQ(error_of(lists), "c.yml:3: expected at most 100000 values");
  for (const char* part : {"[", "{", "- ", "? ", "[a: ", "\"a", "!a ", "&a ", "a: ", "\n  - "}) {
    EXPECT_NE(error_of("files: " + repeated(part, 60'000)), "no error") << part;
  }
  EXPECT_EQ(error_of(repeated(" ", (1 << 20) + 1)),
            "c.yml: expected a configuration of at most 1048576 bytes, found more");
  EXPECT_EQ(
      error_of("{" + repeated("a,", 200'000) + "}"),
      "c.yml:1: expected YAML ('option: value'), found a fault: more than 100,000 values; put "
      "text with signs in quotes");
  EXPECT_EQ(error_of(",...x"),  // without end in yaml-cpp 0.7
            "c.yml:1: expected YAML ('option: value'), found a fault: no beginning of a value; put "
            "text with signs in quotes");
}

TEST(ConfigFile, WritesWhatItReads) {
  Sample sample;
  sample.quiet = true;
  sample.rate = 1e-9F;
  sample.name = "#1: \"a\"\\ \n\r\t";
  sample.files = {"-",
                  "",
                  "a,b",
                  "[x]",
                  "J\xC3\xBCrgen's",
                  std::string("nul\0nul", 7),
                  "null",
                  "~",
                  "yes",
                  "---",
                  "...",
                  "a: b",
                  "a #b",
                  "\x04",
                  "*a",
                  "\xff",
                  "%x",
                  " a "};
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
  EXPECT_EQ(
      write_config(Sample{}, ConfigDump::kFull),
      "# Say nothing\nquiet: false\n# Layers\ndepth: 6\n# Words\nlength: 1\n# A share\nrate: 0.1\n"
      "# A text\nname: \"\"\n# Texts\nfiles: [a]\n");
}

}  // namespace
}  // namespace heed
