#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "app/translate_command.h"
#include "support/compress.h"
#include "support/number_words.h"
#include "util/json.h"
#include "util/strings.h"

using namespace std::string_literals;

namespace heed {
namespace {

TEST_F(TranslateCommandTest, NothingInNothingOut) {
  const Shell::Result result = translate("");
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out + result.err, "");
}

TEST_F(TranslateCommandTest, AsManyLinesOutAsIn) {
  const std::string one = translate("zwei\n").out;
  EXPECT_GT(one.size(), 1U);
  EXPECT_EQ(translate("zwei").out, one);
  EXPECT_EQ(translate("zwei\r\n").out, one);
  EXPECT_EQ(translate("\n").out, "\n");
  EXPECT_EQ(translate("\n \nzwei\n\r\n\nzwei").out, "\n\n" + one + "\n\n" + one);
  for (const std::string& odd : {"a\0b"s, "a\fb"s, "a\u2028b"s, "a\vb"s, "a\u0085b"s, "\0"s}) {
    const Shell::Result result = translate("zwei\n" + odd + "\nzwei\n");
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(lines(result.out), 3) << odd;
    EXPECT_TRUE(result.out.starts_with(one) && result.out.ends_with("\n" + one)) << odd;
    EXPECT_EQ(result.err, "");
  }
}

TEST_F(TranslateCommandTest, InvalidUtf8KeepsItsPlace) {
  const std::string one = translate("zwei\n").out;
  const std::string good = translate(
                               "zw\xef\xbf\xbd"
                               "ei\n")
                               .out;
  for (const std::string& bad : {"\xff"s, "\xc3"s, "\xe2\x82"s, "\xf0\x9f\x92"s, "\x80"s}) {
    const Shell::Result result = translate("zwei\nzw" + bad + "ei\nzwei\n");
    EXPECT_EQ(result.out, one + good + one);
    EXPECT_NE(result.err.find("line 2 is not UTF-8"), std::string::npos) << result.err;
    EXPECT_NE(result.err.find("1 line with invalid UTF-8: 2\n"), std::string::npos) << result.err;
  }
  EXPECT_EQ(lines(translate("\xff\nzwei\n\xc3").out), 3);
  EXPECT_EQ(translate("zwei\n\xff\xfe\n", "--invalid-utf8 copy --quiet").out, one + "\xff\xfe\n");
  const Shell::Result failed = translate("zwei\n\xff\nzwei\n", "--invalid-utf8 fail");
  expect_failure(failed, 1, "in line 2");
  expect_failure(failed, 1, "iconv -f LATIN1 -t UTF-8");
  EXPECT_EQ(failed.out, one);
}

TEST_F(TranslateCommandTest, VeryLongLines) {
  const std::string one = translate("zwei\n").out;
  std::string words;
  while (words.size() < 100000) words += german_number(static_cast<int>(words.size())) + " ";
  const std::string flags = "--beam-size 1 --max-length-factor 0.1 --max-length-output 11";
  for (const std::string& line : {words, std::string(100000, 'z')}) {
    const Shell::Result result = translate("zwei\n" + line + "\nzwei\n", flags);
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(lines(result.out), 3);
    EXPECT_NE(result.err.find("1 line split: 2\n"), std::string::npos) << result.err;
  }
  EXPECT_EQ(translate("zwei\n" + words, "--long-lines copy --quiet").out, one + words + "\n");
  expect_failure(translate("zwei\n" + words, "--long-lines fail"), 1, "in line 2");
  EXPECT_EQ(lines(translate(words + "\n" + words, "--long-lines crop --max-length 10").out), 2);
}

TEST_F(TranslateCommandTest, BatchesAndThreadsChangeNothing) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += i % 9 == 5 ? "\n" : german_number(i * i * 23) + "\n";
  const std::string expected = translate(text, "--threads 1 --line-buffered").out;
  EXPECT_EQ(lines(expected), 200);
  for (const char* flags :
       {"--threads 1", "--threads 4", "--threads 2 --mini-batch-words 20 --maxi-batch 2",
        "--threads 3 --mini-batch-words 1", "--threads 2 --mini-batch 3",
        "--line-buffered --threads 4"}) {
    EXPECT_EQ(translate(text, flags).out, expected) << flags;
  }
}

TEST_F(TranslateCommandTest, ATypedLineIsAnsweredAtOnce) {
  const Shell::Result result =
      run("coproc heed translate -m m\n"
          "echo zwei >&${COPROC[1]}; printf dr >&${COPROC[1]}\n"
          "read -r -t 30 line <&${COPROC[0]}; echo \"$line\"\n"
          "echo ei >&${COPROC[1]}\n"
          "read -r -t 30 line <&${COPROC[0]}; echo \"$line\"\n"
          "exec {COPROC[1]}>&-; wait");
  EXPECT_EQ(result.out, translate("zwei\ndrei\n").out);
}

TEST_F(TranslateCommandTest, ReadersMayGoAway) {
  const Shell::Result result =
      run("yes zwei | heed translate -m m --beam-size 1 | head -n 3; echo ${PIPESTATUS[1]}");
  const std::string one = translate("zwei\n", "--beam-size 1").out;
  EXPECT_EQ(result.out, one + one + one + "0\n");
  EXPECT_EQ(result.err, "");
}

TEST_F(TranslateCommandTest, FullDisksAreErrors) {
  const std::string message = "No space left on device";
  expect_failure(run("yes zwei | head -n 99 | heed translate -m m > /dev/full"), 1, message);
  expect_failure(run("yes zwei | heed translate -m m -o /dev/full"), 1, message);
  expect_failure(run("heed info m > /dev/full"), 1, message);
}

TEST_F(TranslateCommandTest, AnInterruptEndsItWith130) {
  const Shell::Result result = run("yes zwei | timeout --preserve-status -s INT 1 '" HEED_PROGRAM
                                   "' translate -m m > /dev/null");
  EXPECT_EQ(result.code, 130);
  EXPECT_EQ(result.err, "");
}

TEST_F(TranslateCommandTest, FilesAreReadOneAfterTheOther) {
  directory().write("a", "zwei");
  directory().write("b.gz", gzip("drei\nvier\n"));
  directory().write("empty", "");
  const std::string expected = translate("zwei\ndrei\nvier\nneun\n").out;
  EXPECT_EQ(run("echo neun | heed translate -m m -i a empty b.gz -").out, expected);
  EXPECT_EQ(run("echo neun | heed translate -m m -i a b.gz - -o result").out, "");
  EXPECT_EQ(directory().read("result"), expected);
}

TEST_F(TranslateCommandTest, BadFiles) {
  directory().write("a", "zwei\n");
  directory().write("old", "old\n");
  expect_failure(run("heed translate -m m -i a missing -o old"), 1,
                 "could not read missing: No such file");
  EXPECT_EQ(directory().read("old"), "old\n");
  expect_failure(run("heed translate -m m -i ."), 1, "directory");
  expect_failure(run("heed translate -m missing -i a"), 1, "missing");
  expect_failure(run("heed translate -m . -i a"), 1, "directory");
  expect_failure(run("heed translate -m a -i a"), 1, " a");
  expect_failure(run("heed translate -m m -i a -o missing/x"), 1, "could not write missing/x");
}

TEST_F(TranslateCommandTest, DamagedModels) {
  const std::string whole = directory().read("m");
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{7}, std::size_t{100}, whole.size() / 2, whole.size() - 1}) {
    directory().write("cut", whole.substr(0, size));
    expect_failure(run("echo zwei | heed translate -m cut"), 1, "cut");
  }
  for (const std::size_t at : {std::size_t{3}, std::size_t{60}, whole.size() - 9}) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    directory().write("flipped", flipped);
    expect_failure(run("echo zwei | heed translate -m flipped"), 1, "flipped");
  }
}

TEST_F(TranslateCommandTest, BadFlags) {
  expect_failure(run("heed translate"), 2, "--model");
  expect_failure(run("heed translate -m m --beam-sizes 3"), 2, "did you mean --beam-size?");
  for (const auto& [flags, part] : std::vector<std::pair<std::string, std::string>>{
           {"--beam-size 0", "beam-size"},
           {"--beam-size x", "'x'"},
           {"--beam-size 99999999999999999999", "beam-size"},
           {"--n-best 7", "--beam-size"},
           {"--normalize nan", "normalize"},
           {"--threads -1", "threads"},
           {"--max-length 0", "max-length"},
           {"--max-length-factor -1", "max-length-factor"},
           {"--mini-batch-words 0", "mini-batch-words"},
           {"--maxi-batch 0", "maxi-batch"},
           {"--mini-batch -1", "mini-batch"},
           {"--alignment firm", "'firm'"},
           {"--alignment 2", "up to 1"},
           {"--alignment 0", "above 0"},
           {"--n-best ''", "found ''"},
           {"--long-lines drop", "'drop'"},
           {"--invalid-utf8 drop", "'drop'"},
           {"--backend abacus", "'abacus'"},
           {"--sampling-topk 5", "--sampling"},
           {"--seed -1", "seed"},
           {"--quiet maybe", "'maybe'"}}) {
    expect_failure(run("echo zwei | heed translate -m m " + flags), 2, part);
  }
}

TEST_F(TranslateCommandTest, ExtrasFollowTheText) {
  const Shell::Result best =
      translate("zwei\n\n", "--scores --alignment hard --word-scores --alignment-unit piece");
  const std::vector<std::string_view> records = split_fields(best.out, '\n');
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[1], "");
  EXPECT_NE(records[0].find(" ||| WordScores= -"), std::string::npos) << best.out;
  EXPECT_TRUE(best.out.starts_with(trim(translate("zwei\n").out))) << best.out;

  const Shell::Result list = translate("zwei\n\ndrei", "--n-best 2");
  EXPECT_EQ(lines(list.out), 5) << list.out;
  EXPECT_TRUE(list.out.starts_with("0 ||| ")) << list.out;
  EXPECT_NE(list.out.find("\n1 |||  ||| F0= 0.0000 ||| 0.0000\n2 ||| "), std::string::npos);
}

TEST_F(TranslateCommandTest, FlagsWithoutAValueAreAsInMarian) {
  const auto out = [&](const std::string& flags) {
    const Shell::Result result = translate("einundzwanzig\n", "--beam-size 3 " + flags);
    EXPECT_EQ(result.code, 0) << result.err;
    return result.out;
  };
  EXPECT_EQ(lines(out("--n-best")), 3);
  EXPECT_EQ(out("--n-best"), out("--n-best 3"));
  EXPECT_EQ(out("--scores --normalize"), out("--scores --normalize 1"));
  EXPECT_NE(out("--scores --normalize"), out("--scores --normalize 0"));
  EXPECT_EQ(out("--n-best 1 --n-best"), out("--n-best 3"));  // the last one counts
  EXPECT_EQ(out("--n-best --n-best 2 --quiet --quiet"), out("--n-best 2"));
  EXPECT_EQ(out("-n --scores"), out("--scores"));
  EXPECT_EQ(out("--alignment"), out("--alignment hard"));
  EXPECT_EQ(out("--alignment"), out("--alignment 1"));
  EXPECT_EQ(out("--alignment true --n-best yes"), out("--alignment --n-best"));  // as in files
  EXPECT_EQ(out("--alignment no --n-best false --quiet off"), out(""));
  EXPECT_GT(out("--alignment 0.01 --alignment-unit piece").size(),
            out("--alignment --alignment-unit piece").size());
}

TEST_F(TranslateCommandTest, JsonLinesKeepTheirFields) {
  const Shell::Result result =
      translate("{\"id\": 7, \"text\": \"zwei\"}\nzwei\n\n", "--json --alignment soft");
  EXPECT_EQ(result.code, 0) << result.err;
  const std::vector<std::string_view> records = split_fields(result.out, '\n');
  ASSERT_EQ(records.size(), 4U);
  const nlohmann::json first = nlohmann::json::parse(records[0]);
  nlohmann::json second = nlohmann::json::parse(records[1]);
  EXPECT_EQ(first["id"], 7);
  EXPECT_EQ(first["attention"].size(), first["target_units"].size());
  second["id"] = 7;
  EXPECT_EQ(first, second);
  EXPECT_EQ(nlohmann::json::parse(records[2])["text"], "");
}

TEST_F(TranslateCommandTest, TranslationsBeginAsTold) {
  const Shell::Result result = translate("zwei\tforty\nzwei\n", "--force-decode");
  EXPECT_TRUE(result.out.starts_with("forty")) << result.out;
  EXPECT_TRUE(result.out.ends_with("\n" + translate("zwei\n").out)) << result.out;
}

TEST_F(TranslateCommandTest, DrawsAttention) {
  const Shell::Result result = translate("zwei\n\n", "--heatmap --heatmap-svg picture.svg");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_TRUE(result.out.starts_with(translate("zwei\n").out)) << result.out;
  EXPECT_NE(result.out.find("</s>"), std::string::npos);
  EXPECT_TRUE(directory().read("picture.svg").starts_with("<svg"));
}

TEST_F(TranslateCommandTest, TellsHowFastItWas) {
  const Shell::Result result = translate("zwei drei\nvier\n", "--stats");
  EXPECT_NE(result.err.find("2 lines, 3 source words"), std::string::npos) << result.err;
  for (const char* part :
       {" lines/s, ", "first translation after ", " (p50), ", " (p95); ", " MiB"}) {
    EXPECT_NE(result.err.find(part), std::string::npos) << result.err;
  }
}

/// What a terminal of 80 columns is shown, line by line; `script` (util-linux) makes the terminal.
TEST_F(TranslateCommandTest, ShowsItsProgressOnATerminal) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += german_number(i) + "\n";
  directory().write("long", text);
  directory().write("long.gz", gzip(text));
  const auto seen = [](const std::string& arguments, const std::string& before = "") {
    const Shell::Result result =
        run("SHELL=/bin/sh script -qec \"stty cols 80; " + before +
            "'" HEED_PROGRAM "' translate -m m -b 1 --max-length-output 3 " + arguments +
            "\" /dev/null | tr '\\r' '\\n'");
    EXPECT_EQ(result.code, 0) << result.err;
    return result.out;
  };
  EXPECT_NE(seen("-i long > made").find(" lines, "), std::string::npos);
  EXPECT_EQ(lines(directory().read("made")), 500);
  for (const char* command : {"-i long > made", "< long > made", "-i long long -o made"}) {
    const std::string progress = seen(command);
    EXPECT_NE(progress.find("% ━"), std::string::npos) << command << progress;
    EXPECT_NE(progress.find(" words/s, "), std::string::npos) << command << progress;
    EXPECT_NE(progress.find(" left"), std::string::npos) << command << progress;
  }
  // Where nobody knows how much there is.
  for (const std::string& progress : {seen("-i long.gz > made"), seen("> made", "cat long | ")}) {
    EXPECT_NE(progress.find(" words/s"), std::string::npos) << progress;
    EXPECT_EQ(progress.find(" left"), std::string::npos) << progress;
  }
  EXPECT_EQ(seen("--quiet -i long > made"), "");
  EXPECT_EQ(seen("-i long").find(" words/s"), std::string::npos) << "text goes to the terminal";
}

TEST_F(TranslateCommandTest, MessagesAreKeptInALog) {
  const Shell::Result result = translate("zwei\n\xff\n", "--log said");
  EXPECT_NE(result.err.find("heed: line 2 is not UTF-8"), std::string::npos) << result.err;
  EXPECT_EQ(translate("\xff\n", "--log said --quiet").err, "");
  const std::string log = directory().read("said");
  EXPECT_EQ(lines(log), 4) << log;  // a warning and a summary each
  EXPECT_NE(log.find("] 1 line with invalid UTF-8: 2\n"), std::string::npos) << log;
  expect_failure(translate("zwei\n", "--log missing/x"), 1, "missing/x");
}

TEST_F(TranslateCommandTest, TellsWhatMayBeNoTranslation) {
  const std::string letters(60, 'q');
  const Shell::Result plain = translate("zwei\n" + letters + "\n");
  EXPECT_EQ(plain.err, "heed: 1 line that may be no translation (--flag-doubtful): 2\n");
  const Shell::Result flagged = translate("zwei\n" + letters + "\n\n", "--flag-doubtful");
  EXPECT_EQ(lines(flagged.out), 3);
  EXPECT_NE(flagged.out.find(" ||| Doubts=\n"), std::string::npos) << flagged.out;
  EXPECT_NE(flagged.out.find(" ||| Doubts= length\n\n"), std::string::npos) << flagged.out;
  const Shell::Result json = translate(letters + "\n", "--flag-doubtful --json");
  EXPECT_NE(json.out.find("\"doubts\":[\"length\"]"), std::string::npos) << json.out;
}

TEST_F(TranslateCommandTest, DistinctTranslations) {
  const auto texts = [](const std::string& flags) {
    const Shell::Result result =
        translate("zwei\nachtundsiebzig\n", "--beam-size 4 --max-length-output 2 " + flags);
    EXPECT_EQ(result.code, 0) << result.err;
    std::vector<std::string> found;
    for (const std::string_view line : split_fields(result.out, '\n')) {
      found.emplace_back(line.substr(0, line.find(" ||| F0")));
    }
    return found;
  };
  const std::string drawn = "--sampling --sampling-topk 2 --n-best 20 ";
  const std::vector<std::string> all = texts(drawn);
  std::vector<std::string> expected;
  for (const std::string& text : all) {
    if (std::ranges::count(expected, text) == 0) expected.push_back(text);
  }
  EXPECT_LT(expected.size(), all.size()) << "the test needs a text twice";
  EXPECT_EQ(texts(drawn + "--n-best-distinct"), expected);
  EXPECT_EQ(texts("--n-best 2 --n-best-distinct").size(), 5U);  // and the end of the last line
  expect_failure(translate("zwei\n", "--n-best-distinct"), 2, "needs --n-best");
}

TEST_F(TranslateCommandTest, WordScoresOfASplitLineAddUp) {
  const Shell::Result result = translate("zwei drei vier fünf sechs sieben acht\n",
                                         "--n-best 1 --word-scores --max-length 6 -n 1");
  EXPECT_NE(result.err.find("1 line split"), std::string::npos) << result.err;
  const std::vector<std::string_view> words = split_words(result.out);
  const auto at = [&](std::string_view name) { return std::ranges::find(words, name) + 1; };
  double sum = 0;
  for (auto word = at("WordScores="); word != words.end(); ++word) {
    sum += std::stod(std::string(*word));
  }
  const auto tokens = static_cast<double>(words.end() - at("WordScores="));
  const auto total = at("F0=");
  EXPECT_NEAR(std::stod(std::string(*total)), sum, 1e-4 * tokens) << result.out;
  EXPECT_NEAR(std::stod(std::string(total[2])), sum / tokens, 2e-4) << result.out;
}

TEST_F(TranslateCommandTest, SeveralModelsAreOne) {
  const std::string one = translate("zwei\ndrei\n", "--scores").out;
  EXPECT_EQ(run("heed translate -m m m --weights 2 2 --scores < in").out, one);
  EXPECT_EQ(run("heed score -m m m -i in in").out, run("heed score -m m -i in in").out);
  expect_failure(run("heed translate -m m m --weights 1 < in"), 2, "each of 2 models, found 1");
}

TEST_F(TranslateCommandTest, ConstraintsStandBehindTabs) {
  const Shell::Result found = translate("zwei\tone hundred\nzwei\n", "--constraints");
  EXPECT_NE(found.out.find("one hundred"), std::string::npos) << found.out;
  EXPECT_TRUE(found.out.ends_with("\n" + translate("zwei\n").out));
  EXPECT_EQ(found.err.find("constraints"), std::string::npos) << found.err;
  EXPECT_NE(translate("zwei\tЖ\n", "--constraints").err.find("constraints: 1\n"),
            std::string::npos);
}

TEST_F(TranslateCommandTest, FlagsWinOverConfigurationFiles) {
  directory().write("d.yml", "model: [m]\nbeam-size: 2\nn-best: -1\nalignment: 0.3\n");
  EXPECT_EQ(run("heed translate -c d.yml --dump-config minimal").out, directory().read("d.yml"));
  EXPECT_EQ(lines(run("echo zwei | heed translate -c d.yml").out), 2);
  directory().write("c.yml", "model: m\nbeam-size: 2\nn-best: 2\n");
  EXPECT_EQ(lines(run("echo zwei | heed translate -c c.yml").out), 2);
  EXPECT_EQ(lines(run("echo zwei | heed translate -c c.yml --n-best 1").out), 1);
  const Shell::Result dump = run("heed translate -c c.yml --n-best 1 --dump-config minimal");
  EXPECT_NE(dump.out.find("beam-size: 2\n"), std::string::npos) << dump.out;
  EXPECT_NE(dump.out.find("n-best: 1\n"), std::string::npos) << dump.out;
}

}  // namespace
}  // namespace heed
