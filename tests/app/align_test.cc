#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "app/shell.h"
#include "translation/lively_model.h"

namespace heed {
namespace {

class AlignCommandTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    shell_ = std::make_unique<Shell>();
    ModelOptions options = tiny_options(ModelType::kTransformer);
    options.dec_depth = 3;
    save_lively_model(shell_->directory().path("m"), options);
    save_lively_model(shell_->directory().path("r"), ModelType::kRnn);
    options = tiny_options();
    options.attention = "none";
    save_lively_model(shell_->directory().path("blind"), options);
    shell_->directory().write("s", "drei und vierzig\n\nsieben acht\nacht\n");
    shell_->directory().write("t", "forty three\n\nseven and eight\n\n");
    shell_->directory().write("gold", "0-1 2-0 1p0\n\n0-0 1-2\n\n");
  }
  static void TearDownTestSuite() { shell_.reset(); }

  static Shell::Result run(const std::string& script) { return shell_->run(script); }
  static Shell::Result align(const std::string& flags) {
    return run("heed align -m m -i s t " + flags);
  }
  static void expect_told(const Shell::Result& result, const std::string& part) {
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_NE(result.err.find(part), std::string::npos) << result.err;
  }

  static std::unique_ptr<Shell> shell_;
};

std::unique_ptr<Shell> AlignCommandTest::shell_;

TEST_F(AlignCommandTest, ALineAPair) {
  const Shell::Result result = align("");
  expect_told(result, "alignment by layer 2, mean of its heads\n");
  expect_told(result, "attention by word: entropy = ");
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 4) << result.out;
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '-'), 5) << "one a target word";
  EXPECT_NE(result.out.find("\n\n"), std::string::npos) << result.out;
  EXPECT_TRUE(result.out.ends_with("\n\n")) << "no target words: " << result.out;
  EXPECT_EQ(run("paste s t | heed align -m m --tsv").out, result.out);
  EXPECT_EQ(run("heed align -m m -i - t --quiet < s").out, result.out);
  EXPECT_EQ(run("heed align -m m -i s t --quiet").err, "");
  EXPECT_EQ(run("heed align -m m -i /dev/null /dev/null").out, "");
}

TEST_F(AlignCommandTest, AgreesWithTheSearch) {
  const Shell::Result result = run(
      "heed translate -m m -i s > best && heed align -m m -i s best > found\n"
      "heed translate -m m -i s --alignment hard | sed 's/.* ||| //; s/^[^0-9].*//' > expected\n"
      "grep -cFxf expected found");
  EXPECT_EQ(result.code, 0) << result.out << result.err;
}

TEST_F(AlignCommandTest, SoftAlignments) {
  const Shell::Result result =
      run("heed align -m m -i s t --alignment soft --quiet | head -n 1 |"
          "awk '{n = split($0, rows, \" \"); print n; for (i = 1; i <= n; ++i) {"
          "k = split(rows[i], a, \",\"); t = 0; for (j = 1; j <= k; ++j) t += a[j];"
          "print k, (t > 0.999 && t < 1.001)}}'");
  EXPECT_EQ(result.out, "3\n4 1\n4 1\n4 1\n");
}

TEST_F(AlignCommandTest, JsonLines) {
  const Shell::Result result =
      align("--json --alignment soft --alignment-layer 1 --alignment-heads 2");
  EXPECT_TRUE(result.out.starts_with(
      R"({"source_units":["drei","und","vierzig","</s>"],"target_units":["forty","three","</s>"],)"))
      << result.out;
  EXPECT_NE(result.out.find(R"("layer":1,"heads":"2"})"), std::string::npos) << result.out;
  EXPECT_EQ(align("--json").out.find("attention\":[["), std::string::npos);
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 4);
}

TEST_F(AlignCommandTest, MeasuresAgainstGold) {
  const Shell::Result result = align("--gold gold");
  expect_told(result, "AER = ");
  expect_told(result, "links = 5 sure = 4)");
  shell_->directory().write("one", "1-2 3-1 2p1\n\n1-1 2-3\n\n");
  const auto last = [](const std::string& text) {
    return text.substr(text.rfind('\n', text.size() - 2));
  };
  EXPECT_EQ(last(align("--gold one --gold-one-based").err), last(result.err));
  EXPECT_EQ(run("heed align -m m -i s t > a && heed evaluate gold -i a -m aer").code, 0);
  EXPECT_EQ(run("heed evaluate -i a -m aer gold").out, run("heed evaluate gold -i a -m aer").out);
  EXPECT_EQ(run("heed evaluate -m bleu ter t -i s t").out,
            run("heed evaluate t -i s t --metrics bleu ter").out);
  EXPECT_EQ(run("heed evaluate t -i s t -m bleu,ter").code,
            run("heed evaluate -i s t -m bleu,ter t").code);
}

TEST_F(AlignCommandTest, TheBestHeadIsTheBest) {
  const Shell::Result all = align("--gold gold --alignment-heads best");
  expect_told(all, ", head ");
  const Shell::Result best =
      run("for l in 1 2 3; do for h in 1 2; do heed align -m m -i s t --gold gold "
          "--alignment-layer $l --alignment-heads $h 2>&1 > /dev/null | grep -o 'AER = [0-9.]*';"
          "done; done | sort -k3 -n | head -n 1");
  EXPECT_NE(all.err.find(best.out.substr(0, best.out.size() - 1)), std::string::npos)
      << all.err << best.out;
  expect_told(align("--gold gold --alignment-heads best --alignment-layer 3"), "by layer 3, head ");
}

TEST_F(AlignCommandTest, JoinsBothDirections) {
  const std::string both = "--reverse-model r --symmetrize ";
  const auto links = [&](const std::string& flags) {
    const std::string out = align(flags).out;
    return std::count(out.begin(), out.end(), '-');
  };
  EXPECT_LE(links(both + "intersection"), links(both + "grow-diag"));
  EXPECT_LE(links(both + "grow-diag"), links(both + "grow-diag-final"));
  EXPECT_LE(links(both + "grow-diag-final"), links(both + "union"));
  expect_told(align("--reverse-model r"), "joined by grow-diag-final-and");
  const Shell::Result file =
      run("heed align -m r -i t s > back && heed align -m m -i s t "
          "--reverse-alignments back --symmetrize union");
  EXPECT_EQ(file.out, align(both + "union").out);
}

TEST_F(AlignCommandTest, BadFiles) {
  shell_->directory().write("short", "0-0\n\n");
  expect_failure(align("--gold short > /dev/null"), 1, "found 2 lines and 4 pairs");
  expect_failure(align("--gold short --alignment-heads best"), 1, "found 2 lines and 4 pairs");
  expect_failure(align("--reverse-alignments short > /dev/null"), 1, "found 2 lines and 4 pairs");
  shell_->directory().write("bad", "0-0\n\n0:0\n\n");
  expect_failure(align("--gold bad > /dev/null"), 1, "bad:3: expected a link");
  shell_->directory().write("far", "0-1\n\n2-0\n\n");
  expect_failure(align("--gold far > /dev/null"), 1,
                 "far:3: expected links of 2 and 3 words, found a link of word 2");
  expect_failure(align("--gold missing"), 1, "missing");
  expect_failure(run("heed align -m m -i s missing"), 1, "missing");
  expect_failure(run("head -n 1 t > few; heed align -m m -i s few > /dev/null"), 1,
                 "found 4 and 1");
}

TEST_F(AlignCommandTest, BadFlags) {
  expect_failure(run("heed align -i s t"), 2, "--model");
  expect_failure(run("heed align -m m -i s"), 2, "SOURCE TARGET");
  expect_failure(run("heed align -m blind -i s t"), 2, "attention weights");
  expect_failure(align("--alignment-layer 7"), 2, "expected 1 to 3 for --alignment-layer, found 7");
  expect_failure(align("--alignment-heads 3"), 2, "mean or 1 to 2");
  expect_failure(align("--alignment-heads best"), 2, "needs --gold");
  expect_failure(align("--alignment none"), 2, "hard, soft or a weight");
  expect_failure(align("--symmetrize union"), 2, "needs the other direction");
  expect_failure(align("--reverse-model r --alignment soft"), 2, "joins links");
  expect_failure(align("--reverse-model r --alignment-unit piece"), 2, "different pieces");
  expect_failure(align("--reverse-model r --reverse-alignments gold"), 2, "exclude each other");
  expect_failure(align("--reverse-model r --symmetrize grow"), 2, "grow-diag");
}

TEST_F(AlignCommandTest, AnyBytes) {
  const Shell::Result result =
      run("head -c 4000 /dev/urandom | tr '\\n\\t' 'xx' > noise; printf 'a\\tb\\n' >> noise\n"
          "printf 'zwei\\0drei\\ttwo\\xff three\\n\\t\\nacht \\ttwo\\n' >> noise\n"
          "sed -i '1s/^/x\\t/' noise; heed align -m m --tsv -i noise > out.txt; wc -l < out.txt");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(std::stoi(result.out), 4) << result.err;
}

TEST_F(AlignCommandTest, DumpsItsConfiguration) {
  const Shell::Result result =
      run("heed align -m m --gold g --dump-config minimal > c; heed align -c c --dump-config "
          "minimal | cmp - c && cat c");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_NE(result.out.find("gold: g"), std::string::npos) << result.out;
  EXPECT_NE(run("heed score -m m --dump-config minimal").out.find("model: [m]"), std::string::npos);
}

}  // namespace
}  // namespace heed
