#include <gtest/gtest.h>

#include "app/translate_command.h"

namespace heed {
namespace {

const std::string kFilm =
    "1\n00:00:01,000 --> 00:00:02,500\n<i>zwei drei</i>\nvier\n\n2\n00:00:03,000 --> 00:00:04,000\n"
    "- eins\n- zwei\n\n";

TEST_F(TranslateCommandTest, DocumentsKeepWhatIsNoText) {
  const Shell::Result film = translate(kFilm, "--format srt");
  EXPECT_EQ(film.code, 0) << film.err;
  EXPECT_TRUE(film.out.starts_with("1\n00:00:01,000 --> 00:00:02,500\n")) << film.out;
  EXPECT_NE(film.out.find("\n\n2\n00:00:03,000 --> 00:00:04,000\n- "), std::string::npos);
  EXPECT_NE(film.out, kFilm);
  for (const char* flags : {"--threads 3", "--mini-batch 1", "--mini-batch-words 5 --threads 1"}) {
    EXPECT_EQ(translate(kFilm, std::string("--format srt ") + flags).out, film.out);
  }
  const std::string empty = "<html>\r\n<p> <br>&nbsp;</p><script>zwei</script>\t<!-- \xff -->\n";
  EXPECT_EQ(translate(empty, "--format html").out, empty);
  EXPECT_EQ(translate("", "--format md").out, "");
}

TEST_F(TranslateCommandTest, WarningsNameADocumentsLines) {
  const std::string page = "<p>zwei</p>\n\n<p>drei</p>\n<p>" + std::string(900, 'x') + " y</p>\n";
  const Shell::Result result = translate(page, "--format html --max-length 40 --long-lines crop");
  EXPECT_EQ(result.code, 0);
  EXPECT_NE(result.err.find("line 4 "), std::string::npos) << result.err;
}

TEST_F(TranslateCommandTest, NothingIsWrittenOfADamagedDocument) {
  directory().write("made", "before");
  expect_failure(translate("msgid \"a\n", "--format po -o made"), 1, "in line 1 of standard input");
  EXPECT_EQ(directory().read("made"), "before");
  expect_failure(translate("a\n", "--format srt"), 1, "expected the times of a subtitle");
}

TEST_F(TranslateCommandTest, DocumentsHoldTranslationsAlone) {
  for (const char* flag :
       {"--json", "--n-best", "--scores", "--alignment", "--resume", "--heatmap"}) {
    expect_failure(translate("a\n", std::string("--format html ") + flag), 2, flag);
  }
  directory().write("in", "a");
  expect_failure(run("heed translate -m m --format html -i in in"), 2, "--output-suffix");
}

TEST_F(TranslateCommandTest, OutputsStandBesideInputs) {
  directory().write("a.de", "zwei\n");
  directory().write("b", "drei vier\n");
  directory().write("c.srt", kFilm);
  EXPECT_EQ(run("heed translate -m m -i a.de b --output-suffix .en").code, 0);
  EXPECT_EQ(directory().read("a.de.en"), translate("zwei\n").out);
  EXPECT_EQ(directory().read("b.en"), translate("drei vier\n").out);
  EXPECT_EQ(run("heed translate -m m -i ./c.srt --format srt --output-suffix .en").code, 0);
  EXPECT_EQ(directory().read("c.en.srt"), translate(kFilm, "--format srt").out);
  directory().write("a.de", "drei\n\xff\n");
  const std::string failing = "heed translate -m m -i a.de --invalid-utf8 fail --output-suffix .en";
  expect_failure(run(failing), 1, "UTF-8");
  EXPECT_EQ(directory().read("a.de.en"), translate("zwei\n").out);  // as it was
  expect_failure(run("heed translate -m m -i a.de --output-suffix .en -o x"), 2, "found both");
  expect_failure(run("heed translate -m m --output-suffix .en"), 2, "found standard input");
}

}  // namespace
}  // namespace heed
