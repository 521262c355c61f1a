#include "data/corpus.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "support/compress.h"
#include "support/expect_error.h"
#include "support/temporary_directory.h"

using namespace std::string_literals;

namespace heed {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs pairs_of(const Corpus& corpus) {
  Pairs pairs(corpus.size());
  for (std::size_t i = corpus.size(); i-- > 0;) {
    const SentencePair pair = corpus.pair(i);
    EXPECT_EQ(pair.source, corpus.source(i));
    EXPECT_EQ(pair.target, corpus.target(i));
    pairs[i] = {pair.source, pair.target};
  }
  return pairs;
}

const std::string kSource = "ein Haus\r\n\nzwei\r\r\n\0\n\xe2\x80\xa8 x"s;
const std::string kTarget = "a house\n\ntwo\nNUL\nend\r"s;
const Pairs kSentencePairs{{"ein Haus", "a house"},
                           {"", ""},
                           {"zwei\r", "two"},
                           {"\0"s, "NUL"},
                           {"\xe2\x80\xa8 x", "end\r"}};

TEST(Corpus, IsTheSamePlainAndCompressed) {
  const TemporaryDirectory directory;
  const Corpus plain({directory.write("s", kSource), directory.write("t", kTarget)}, false);
  EXPECT_EQ(pairs_of(plain), kSentencePairs);
  EXPECT_TRUE(plain.warnings().empty());
  const Corpus packed(
      {directory.write("s.x", gzip(kSource)), directory.write("t.x", zstd(kTarget))}, false);
  EXPECT_EQ(pairs_of(packed), kSentencePairs);
  EXPECT_EQ(packed.fingerprint(), plain.fingerprint());
}

TEST(Corpus, ReadsStandardInput) {
  const TemporaryDirectory directory;
  const int saved = ::dup(STDIN_FILENO);
  const std::string tsv = directory.write("in", "a\tb\nc\td");
  ASSERT_NE(std::freopen(tsv.c_str(), "rb", stdin), nullptr);
  const Corpus corpus({"-"}, true);
  ::dup2(saved, STDIN_FILENO);
  ::close(saved);
  EXPECT_EQ(pairs_of(corpus), (Pairs{{"a", "b"}, {"c", "d"}}));
}

TEST(Corpus, ReadsTsv) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("tsv", "a b\tc\r\n\tonly target\nonly source\t\n\t\n");
  const Corpus corpus({path}, true);
  EXPECT_EQ(pairs_of(corpus),
            (Pairs{{"a b", "c"}, {"", "only target"}, {"only source", ""}, {"", ""}}));
  const std::string bad = directory.write("bad", "a\tb\nno tab\nc\td\n");
  expect_error([&] { Corpus({bad}, true); }, "found 0 tabs in " + bad + ":2");
  const std::string three = directory.write("three", "a\tb\tc\n");
  expect_error([&] { Corpus({three}, true); }, "found 2 tabs in " + three + ":1");
}

TEST(Corpus, ReportsAndRepairsInvalidUtf8) {
  const TemporaryDirectory directory;
  const std::string source = directory.write("s", "gut\n\xff schlecht\ngut\nauch \xc3\n");
  const Corpus corpus({source, directory.write("t", "a\nb\nc\nd\n")}, false);
  EXPECT_EQ(corpus.source(1), "\xef\xbf\xbd schlecht");
  EXPECT_EQ(corpus.source(3), "auch \xef\xbf\xbd");
  ASSERT_EQ(corpus.warnings().size(), 1U);
  EXPECT_TRUE(corpus.warnings()[0].starts_with(
      source + ": lines that are not UTF-8: 2, the first is line 2; invalid bytes become U+FFFD"));
  EXPECT_NE(corpus.warnings()[0].find("iconv -f LATIN1 -t UTF-8"), std::string::npos);
}

TEST(Corpus, IsTheSameInAnyContainerAndEncoding) {
  const TemporaryDirectory directory;
  const std::string text = "erste\r\nzweite\n\nletzte",
                    target = directory.write("t", "1\n2\n3\n4\n");
  const Corpus plain({directory.write("s", text), target}, false);
  std::string wide = "\xff\xfe";
  for (const char c : text) wide += std::string{c, '\0'};
  for (const std::string& bytes :
       {"\xef\xbb\xbf" + text, xz(text), bzip2("\xef\xbb\xbf" + text), wide}) {
    const Corpus other({directory.write("other", bytes), target}, false);
    EXPECT_EQ(pairs_of(other), pairs_of(plain));
    EXPECT_EQ(other.fingerprint(), plain.fingerprint());
    EXPECT_EQ(other.warnings().size(), bytes == wide ? 1U : 0U);
  }
}

TEST(Corpus, LengthsMustAgree) {
  const TemporaryDirectory directory;
  const std::string two = directory.write("two", "a\nb\n"),
                    three = directory.write("three", "\n\n\n");
  expect_error([&] { Corpus({two, three}, false); }, "found 2 in " + two + " and 3 in " + three);
  expect_error([&] { Corpus({three, two}, false); }, "found 3 in " + three + " and 2 in " + two);
  const std::string empty = directory.write("empty", "");
  expect_error([&] { Corpus({empty, empty}, false); }, "found no line in " + empty);
  expect_error([&] { Corpus({empty}, true); }, "found no line in " + empty);
}

TEST(Corpus, WrongPaths) {
  const TemporaryDirectory directory;
  const std::string file = directory.write("file", "a\n"), missing = directory.path("missing");
  expect_error([&] { Corpus({file, missing}, false); }, "could not read " + missing);
  expect_error([&] { Corpus({directory.path(), file}, false); }, "found a directory");
  expect_error<UsageError>([&] { Corpus({file}, false); }, "found 1 file");
  expect_error<UsageError>([&] { Corpus({file, file, file}, false); }, "found 3 files");
  expect_error<UsageError>([&] { ParallelText({file, file}, true); }, "expected one TSV file");
  expect_error<UsageError>([&] { Corpus({}, true); }, "expected --train-sets");
  expect_error<UsageError>([&] { Corpus({"-", "-"}, false); }, "read once only");
  expect_error<UsageError>([&] { Corpus({"-", file, "-"}, true); }, "read once only");
  expect_error<UsageError>([&] { ParallelText({"-", "-"}, false); }, "one side only");
}

TEST(Corpus, IsSeveralTextsOneBehindTheOther) {
  const TemporaryDirectory directory;
  const std::vector<std::string> sides{directory.write("s", "a\nb\n"), directory.write("t", "A\nB"),
                                       directory.write("s2", gzip("c\n")),
                                       directory.write("t2", "C\n")};
  const Corpus corpus(sides, false);
  const Pairs all{{"a", "A"}, {"b", "B"}, {"c", "C"}};
  EXPECT_EQ(pairs_of(corpus), all);
  EXPECT_EQ(corpus.places(), 3U);
  const std::vector<std::string> files{directory.write("1", "a\tA\nb\tB\n"),
                                       directory.write("2", "c\tC\n")};
  EXPECT_EQ(pairs_of(Corpus(files, true)), all);
  EXPECT_NE(Corpus({sides[2], sides[3], sides[0], sides[1]}, false).fingerprint(),
            corpus.fingerprint());
  EXPECT_EQ(Corpus({sides[0], sides[1]}, false).fingerprint(),
            ParallelText({sides[0], sides[1]}, false).fingerprint());
}

TEST(Corpus, HasNoPairThatAFilterLeavesOut) {
  const TemporaryDirectory directory;
  DataOptions options;
  options.tsv = true;
  options.train_sets = {directory.write("1", "a\ta\n\tx\nb\tB\n"),
                        directory.write("2", "b\tB\nc\tC\n")};
  options.filter_identical = options.filter_duplicates = true;
  const Corpus corpus(options);
  EXPECT_EQ(pairs_of(corpus), (Pairs{{"", "x"}, {"b", "B"}, {"c", "C"}}));
  EXPECT_EQ(corpus.places(), 5U);
  EXPECT_EQ(corpus.place_of(2), 4U);
  EXPECT_EQ(corpus.notes(),
            std::vector<std::string>{"filters leave out 2 of 5 pairs: 1 with identical sides, 1 "
                                     "that came before"});
  options.train_sets = {directory.write("3", "a\ta\nb\tb\n")};
  expect_error([&] { Corpus{options}; }, "leave none of 2: 2 with identical sides, 0 that");
}

TEST(Corpus, TellsHowItsTextsAreMixed) {
  const TemporaryDirectory directory;
  DataOptions options;
  options.tsv = true;
  options.train_sets = {directory.write("1", "a\tA\na\tA\n"), directory.write("2", "b\tB\nc\tC\n")};
  options.filter_duplicates = true;
  options.mix = {2, 0.5F};
  const Corpus corpus(options);
  EXPECT_EQ(corpus.mixture().size(), 3U);
  EXPECT_EQ(corpus.notes().at(1), options.train_sets[0] +
                                      ": 1 pairs, each 2 times in an epoch, "
                                      "66.7 % of its pairs");
  EXPECT_EQ(corpus.notes().at(2), options.train_sets[1] +
                                      ": 2 pairs, each 0.5 times in an epoch, "
                                      "33.3 % of its pairs");
  options.mix = {1};
  options.train_sets[0] = "missing";
  expect_error<UsageError>([&] { Corpus{options}; }, "found 1 for 2 texts");
}

TEST(Corpus, FingerprintSeesEveryChange) {
  const TemporaryDirectory directory;
  const auto fingerprint = [&](const std::string& source, const std::string& target) {
    return Corpus({directory.write("s", source), directory.write("t", target)}, false)
        .fingerprint();
  };
  const std::uint64_t original = fingerprint("a\nb\n", "c\nd\n");
  EXPECT_EQ(fingerprint("a\r\nb", "c\nd\n"), original);
  EXPECT_NE(fingerprint("b\na\n", "c\nd\n"), original);
  EXPECT_NE(fingerprint("a\nb\n", "c\ne\n"), original);
  EXPECT_NE(fingerprint("c\nd\n", "a\nb\n"), original);
  EXPECT_NE(fingerprint("ab\n\n", "c\nd\n"), original);
}

TEST(Corpus, NoticesAFileThatShrinks) {
  const TemporaryDirectory directory;
  const std::string source = directory.write("s", "long line\nlast line\n");
  const Corpus corpus({source, directory.write("t", "a\nb\n")}, false);
  directory.write("s", "short\n");
  expect_error([&] { corpus.pair(1); }, source);
}

TEST(Corpus, NoSpaceForTheScratchFile) {
  const TemporaryDirectory directory;
  std::string text;
  for (int i = 0; i < 5000; ++i) text += std::to_string(i) + "\n";
  const std::string source = directory.write("s", gzip(text));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit limit{1000, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  expect_error([&] { Corpus({source, source}, false); }, "set TMPDIR to a directory with space");
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
}

TEST(Corpus, ALineOfAHundredThousandCharacters) {
  const TemporaryDirectory directory;
  const std::string wide(100000, 'x');
  const Corpus corpus(
      {directory.write("s", "a\n" + wide + "\nb\n"), directory.write("t", "1\n2\n3")}, false);
  EXPECT_EQ(corpus.source(1), wide);
  EXPECT_EQ(corpus.source(2), "b");
}

}  // namespace
}  // namespace heed
