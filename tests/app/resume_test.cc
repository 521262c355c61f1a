#include <gtest/gtest.h>

#include "app/translate_command.h"

namespace heed {
namespace {

TEST_F(TranslateCommandTest, GoesOnWhereItWasCutOff) {
  std::string text;
  for (const char* line : {"eins", "", "zwei drei", "vier\xff", "f\xc3\xbcnf sechs sieben"}) {
    text += std::string(line) + "\n";
  }
  for (const char* flags : {"", "--json --n-best 2", "--n-best 3 --word-scores", "--scores",
                            "--sampling --seed 7 --n-best 2"}) {
    const std::string whole = translate(text, flags).out;
    for (std::size_t size = 0; size <= whole.size(); size += 1 + whole.size() / 19) {
      directory().write("made", whole.substr(0, size));
      const Shell::Result result =
          translate(text, "--quiet --resume -o made " + std::string(flags));
      EXPECT_EQ(result.code, 0) << result.err;
      EXPECT_EQ(directory().read("made"), whole) << flags << ", cut off at " << size;
    }
  }
}

TEST_F(TranslateCommandTest, GoesOnWithNothingElse) {
  expect_failure(translate("eins\n", "--resume"), 2, "--resume needs --output FILE");
  expect_failure(translate("eins\n", "--resume --heatmap -o x"), 2, "--resume or --heatmap");
  directory().write("made", "one\ntwo\nthree\n");
  expect_failure(translate("eins\nzwei\n", "--resume -o made"), 1, "of another text");
  expect_failure(translate("eins\nzwei\n", "--resume -o made --n-best 2"), 1, "n-best list");
  EXPECT_EQ(directory().read("made"), "one\ntwo\nthree\n") << "nothing is lost";
  for (const char* list : {"1 ||| one ||| F0= -1 ||| -1\n",
                           "0 ||| one ||| F0= -1 ||| -1\n2 ||| two ||| F0= -1 ||| -1\n"}) {
    directory().write("made", list);
    expect_failure(translate("eins\nzwei\ndrei\n", "--resume -o made --n-best 2"), 1,
                   "another text");
    EXPECT_EQ(directory().read("made"), list) << "nothing is lost";
  }
}

}  // namespace
}  // namespace heed
