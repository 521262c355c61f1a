#include "heed/translator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <set>
#include <thread>

#include "support/expect_error.h"
#include "support/number_words.h"
#include "support/temporary_directory.h"
#include "translation/lively_model.h"
#include "util/random.h"
#include "util/strings.h"

using namespace std::string_literals;

namespace heed {
namespace {

std::string name(ModelType type) {
  return std::string(enum_names(type)[static_cast<std::size_t>(type)]);
}

class TranslatorTest : public testing::TestWithParam<ModelType> {
 protected:
  static void SetUpTestSuite() {
    directory_ = std::make_unique<TemporaryDirectory>();
    for (const ModelType type : {ModelType::kRnn, ModelType::kTransformer}) {
      save_lively_model(directory_->path(name(type)), type);
    }
  }
  static void TearDownTestSuite() { directory_.reset(); }

  static std::string path() { return directory_->path(name(GetParam())); }
  static TranslateOptions options() {
    TranslateOptions options;
    options.search.beam_size = 3;
    options.threads = 2;
    options.max_length = 60;
    options.search.max_length_factor = 1;
    return options;
  }
  static std::vector<TranslatedLine> translate(const std::vector<std::string>& lines,
                                               const TranslateOptions& options) {
    return Translator(path(), options).translate(lines);
  }
  static void expect_independent_lines(const TranslateOptions& options);

  static std::unique_ptr<TemporaryDirectory> directory_;
};

std::unique_ptr<TemporaryDirectory> TranslatorTest::directory_;

INSTANTIATE_TEST_SUITE_P(Models, TranslatorTest,
                         testing::Values(ModelType::kRnn, ModelType::kTransformer),
                         [](const auto& parameter) { return name(parameter.param); });

/// Lines of different lengths, with blank, damaged and over-long ones.
std::vector<std::string> some_lines() {
  std::vector<std::string> lines;
  for (int i = 0; i < 60; ++i) lines.push_back(german_number(i * i * 37 % 1000000));
  lines[3] = "";
  lines[17] = " \t";
  lines[18] = "zwei\0drei"s;
  lines[25] =
      "zwei\xff\xfe"
      "drei";
  lines[40] = "";
  for (int i = 1; i < 12; ++i) lines[40] += german_number(i * 1234) + (i % 3 == 0 ? ". " : " ");
  return lines;
}

std::vector<std::string> texts(const std::vector<TranslatedLine>& lines) {
  std::vector<std::string> result;
  for (const TranslatedLine& line : lines) result.push_back(line.text());
  return result;
}

void TranslatorTest::expect_independent_lines(const TranslateOptions& options) {
  const std::vector<std::string> lines = some_lines();
  TranslateOptions one_by_one = options;
  one_by_one.line_buffered = true;
  one_by_one.threads = 1;
  const std::vector<std::string> expected = texts(translate(lines, one_by_one));
  ASSERT_EQ(expected.size(), lines.size());
  EXPECT_GT(std::set<std::string>(expected.begin(), expected.end()).size(), 20U)
      << "the model should tell lines apart";

  for (const int threads : {1, 2, 5}) {
    for (const int words : {1, 30, 1000}) {
      TranslateOptions other = options;
      other.threads = threads;
      other.mini_batch_words = words;
      other.maxi_batch = 3;
      EXPECT_EQ(texts(translate(lines, other)), expected) << threads << " threads, " << words;
    }
  }
  std::vector<std::size_t> order(lines.size());
  std::iota(order.begin(), order.end(), 0);
  Random(5).shuffle(std::span(order));
  std::vector<std::string> shuffled, expected_shuffled;
  for (const std::size_t i : order) {
    shuffled.push_back(lines[i]);
    expected_shuffled.push_back(expected[i]);
  }
  EXPECT_EQ(texts(translate(shuffled, options)), expected_shuffled);
}

TEST_P(TranslatorTest, ALineDependsOnNothingElse) { expect_independent_lines(options()); }

TEST_P(TranslatorTest, ALineDependsOnNothingElseInInt8) {
  TranslateOptions int8 = options();
  int8.int8 = true;
  expect_independent_lines(int8);
}

TEST_P(TranslatorTest, ManyMayCallAtOnce) {
  const std::vector<std::string> lines = some_lines();
  Translator translator(path(), options());
  const std::vector<std::string> expected = texts(translator.translate(lines));
  std::vector<std::vector<std::string>> found(4);
  std::vector<std::thread> callers;
  for (auto& result : found) {
    callers.emplace_back([&] { result = texts(translator.translate(lines)); });
  }
  for (std::thread& caller : callers) caller.join();
  for (const auto& result : found) EXPECT_EQ(result, expected);
}

TEST_P(TranslatorTest, LineContract) {
  const std::vector<TranslatedLine> lines = translate(some_lines(), options());
  ASSERT_EQ(lines.size(), 60U);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i].number, i + 1);
    EXPECT_EQ(lines[i].text().find('\n'), std::string::npos);
    EXPECT_EQ(lines[i].translations.size(), 1U);
  }
  EXPECT_EQ(lines[3].text(), "");
  EXPECT_EQ(lines[17].text(), "");
  EXPECT_EQ(lines[18].source, "zwei\0drei"s);
  EXPECT_EQ(lines[25].source,
            "zwei\xef\xbf\xbd\xef\xbf\xbd"
            "drei");
  EXPECT_TRUE(translate({}, options()).empty());
}

TEST_P(TranslatorTest, CountsAndWarnsOncePerKind) {
  const std::vector<std::string> lines = some_lines();
  std::size_t next = 0, written = 0;
  std::vector<std::string> warnings;
  Translator translator(path(), options());
  const StreamSummary summary = translator.translate(
      {[&](SourceLine& line) {
         if (next == 2 * lines.size()) return NextLine::kEnd;
         line = {lines[next % lines.size()], "", "tag " + std::to_string(next)};
         ++next;
         return NextLine::kRead;
       },
       [&](std::span<TranslatedLine> part) {
         for (const TranslatedLine& line : part) {
           EXPECT_EQ(line.tag, "tag " + std::to_string(written++));
         }
       },
       [&](const std::string& warning) { warnings.push_back(warning); }});
  EXPECT_EQ(summary.lines, 120U);
  EXPECT_EQ(summary.split.first, (std::vector<std::size_t>{41, 101}));
  EXPECT_EQ(summary.invalid_utf8.first, (std::vector<std::size_t>{26, 86}));
  EXPECT_EQ(summary.invalid_utf8.count, 2U);
  EXPECT_EQ(summary.copied.count + summary.cropped.count, 0U);
  ASSERT_EQ(warnings.size(), 2U);
  EXPECT_TRUE(warnings[0].starts_with("line 26 is not UTF-8"));
  EXPECT_TRUE(warnings[1].starts_with("line 41 has ")) << warnings[1];
}

TEST_P(TranslatorTest, LinesThatComeOneByOneAreAnsweredAtOnce) {
  std::size_t read = 0;
  std::atomic<std::size_t> written = 0;
  Translator(path(), options())
      .translate({[&](SourceLine& line) {
                    for (int i = 0; i < 2000 && written < read; ++i) {
                      std::this_thread::sleep_for(std::chrono::milliseconds(1));
                      return NextLine::kLater;
                    }
                    if (read == 5) return NextLine::kEnd;
                    line.text = "zwei";
                    ++read;
                    return NextLine::kRead;
                  },
                  [&](std::span<TranslatedLine> lines) { written += lines.size(); }});
  EXPECT_EQ(written, 5U);
}

TEST_P(TranslatorTest, ErrorsComeOutAndLinesBeforeAreWritten) {
  TranslateOptions strict = options();
  strict.invalid_utf8 = InvalidUtf8::kFail;
  strict.long_lines = LongLines::kFail;
  Translator translator(path(), strict);
  const auto run = [&](const std::vector<std::string>& lines, bool reader_fails) {
    std::size_t next = 0, written = 0;
    const auto read = [&](SourceLine& line) {
      if (next == lines.size() && reader_fails) throw Error("the disk is gone");
      if (next == lines.size()) return NextLine::kEnd;
      line.text = lines[next++];
      return NextLine::kRead;
    };
    const auto write = [&](std::span<TranslatedLine> part) { written += part.size(); };
    try {
      translator.translate({read, write});
    } catch (const Error& error) {
      return std::to_string(written) + " " + error.what();
    }
    return "none"s;
  };
  EXPECT_EQ(run({"eins", "", "zwei"}, true), "3 the disk is gone");
  EXPECT_TRUE(run({"eins", "\xff", "zwei"}, false).starts_with("1 expected UTF-8 in line 2"));
  EXPECT_TRUE(run({"eins", "zwei", some_lines()[40]}, false).starts_with("2 expected at most 60"));
  std::vector<std::string> many(100, "eins");
  many[45] = many[70] = "\xff";  // in two of the parts that workers prepare
  EXPECT_TRUE(run(many, false).starts_with("45 expected UTF-8 in line 46"));
  EXPECT_EQ(run({"eins"}, false), "none");  // it goes on working
}

TEST_P(TranslatorTest, AWriterThatFailsEndsItAll) {
  Translator translator(path(), options());
  std::size_t read = 0;
  const auto endless = [&](SourceLine& line) {
    line.text = "zwei";
    ++read;
    return NextLine::kRead;
  };
  const auto write = [](std::span<TranslatedLine>) { throw Error("no space left"); };
  expect_error([&] { translator.translate({endless, write}); }, "no space left");
}

TEST_P(TranslatorTest, ADivergedModelIsAnError) {
  const TemporaryDirectory directory;
  TinyModel model(tiny_options(GetParam()), joint_tokenizers());
  model.backend->fill(model.parameters.flat(), std::nanf(""));
  model.save(directory.path("nan"));
  Translator translator(directory.path("nan"), options());
  expect_error([&] { translator.translate(some_lines()); }, "found NaN");
}

TEST_P(TranslatorTest, NBestAndScoresAgreeWithScore) {
  TranslateOptions wanted = options();
  wanted.n_best = 3;
  wanted.alignment.form = AlignmentForm::kSoft;
  wanted.alignment_unit = AlignmentUnit::kPiece;
  Translator translator(path(), wanted);
  const std::vector<std::string> lines{german_number(43), german_number(123456), "sieben"};
  std::vector<SourceLine> pairs;
  std::vector<Translation> expected;
  for (const TranslatedLine& line : translator.translate(lines)) {
    ASSERT_EQ(line.translations.size(), 3U);
    float before = 0;
    for (const Translation& translation : line.translations) {
      EXPECT_TRUE(before == 0 || translation.score <= before);
      before = translation.score;
      const double sum =
          std::accumulate(translation.word_scores.begin(), translation.word_scores.end(), 0.0);
      EXPECT_NEAR(sum, translation.log_probability, 1e-4);
      pairs.push_back({line.source, translation.text, ""});
      expected.push_back(translation);
    }
  }
  std::size_t next = 0, compared = 0;
  const Tokenizer tokenizer = joint_tokenizers().target;
  translator.score({[&](SourceLine& pair) {
                      if (next == pairs.size()) return NextLine::kEnd;
                      pair = pairs[next++];
                      return NextLine::kRead;
                    },
                    [&](std::span<TranslatedLine> scored) {
                      for (const TranslatedLine& line : scored) {
                        const Translation& want = expected[line.number - 1];
                        const Translation& found = line.translations.front();
                        EXPECT_EQ(found.text, want.text);
                        // The search may write a text in other pieces than the tokenizer would.
                        if (found.pieces != want.pieces) continue;
                        ++compared;
                        EXPECT_NEAR(found.log_probability, want.log_probability, 1e-3);
                        EXPECT_NEAR(found.score, want.score, 1e-3);
                        ASSERT_EQ(found.attention.size(), want.attention.size());
                        EXPECT_NEAR(found.attention[0][0], want.attention[0][0], 1e-4);
                        EXPECT_EQ(found.units, want.units);
                      }
                    }});
  EXPECT_GT(compared, 0U);
}

TEST_P(TranslatorTest, AttentionFitsItsUnits) {
  for (const AlignmentUnit unit : {AlignmentUnit::kWord, AlignmentUnit::kPiece}) {
    TranslateOptions wanted = options();
    wanted.alignment.form = AlignmentForm::kSoft;
    wanted.alignment_unit = unit;
    for (const TranslatedLine& line : translate(some_lines(), wanted)) {
      const Translation& best = line.translations.front();
      if (best.word_scores.empty()) continue;
      ASSERT_EQ(best.attention.size(), best.units.size());
      EXPECT_EQ(line.source_units.back(), "</s>");
      for (const std::vector<float>& row : best.attention) {
        ASSERT_EQ(row.size(), line.source_units.size());
        EXPECT_NEAR(std::accumulate(row.begin(), row.end(), 0.0F), 1, 1e-4);
      }
      if (unit == AlignmentUnit::kWord) {
        EXPECT_EQ(line.source_units.size(), split_words(line.source).size() + 1);
      }
      for (const auto& [source, target] : best.alignment) {
        EXPECT_LT(source, static_cast<int>(line.source_units.size()) - 1);
        ASSERT_LT(target, static_cast<int>(best.units.size()) - 1);
        const std::vector<float>& row = best.attention[target];
        // Words may span two parts of line 41, which is split, and have a link in each.
        const bool is_whole = unit == AlignmentUnit::kPiece || line.number != 41;
        const float most = *std::max_element(row.begin(), row.end() - 1);
        EXPECT_TRUE(row[source] == most || !is_whole) << line.number;
      }
      EXPECT_FALSE(draw_attention(line).empty());
    }
  }
}

TEST_P(TranslatorTest, LongLinesAreSplitCroppedOrCopied) {
  const std::string line = some_lines()[40];
  TranslateOptions wanted = options();
  const Tokenizer tokenizer = joint_tokenizers().source;
  const auto result = [&](LongLines rule) {
    wanted.long_lines = rule;
    return translate({line}, wanted).front().text();
  };
  EXPECT_EQ(result(LongLines::kCopy), line);
  const std::string split = result(LongLines::kSplit), cropped = result(LongLines::kCrop);
  EXPECT_NE(split, cropped);
  EXPECT_GT(split.size(), cropped.size());

  // Cut at a place where the tokenizer splits the beginning as it splits the whole.
  std::vector<int> ids = tokenizer.encode(line);
  do {
    ids.resize(--wanted.max_length);
  } while (tokenizer.encode(tokenizer.decode(ids)) != ids);
  EXPECT_EQ(result(LongLines::kCrop), translate({tokenizer.decode(ids)}, wanted).front().text());
}

TEST_P(TranslatorTest, BeginningsAreKept) {
  Translator translator(path(), options());
  std::vector<std::string> beginnings{"forty", "", "six hundred and two"};
  std::size_t next = 0, written = 0;
  translator.translate({[&](SourceLine& line) {
                          if (next == beginnings.size()) return NextLine::kEnd;
                          line = {"vierzig", beginnings[next++], ""};
                          return NextLine::kRead;
                        },
                        [&](std::span<TranslatedLine> lines) {
                          for (const TranslatedLine& line : lines) {
                            EXPECT_TRUE(line.text().starts_with(beginnings[written++]));
                          }
                        }});
  EXPECT_EQ(written, 3U);
}

TEST_P(TranslatorTest, SamplingIsFixedByItsSeed) {
  TranslateOptions wanted = options();
  wanted.sampling = true;
  wanted.n_best = 4;
  const std::vector<std::string> lines = some_lines();
  const auto run = [&] { return texts(translate(lines, wanted)); };
  const std::vector<std::string> first = run();
  wanted.mini_batch_words = 40;
  EXPECT_EQ(run(), first);
  wanted.seed = 2;
  EXPECT_NE(run(), first);
  const std::vector<TranslatedLine> twice = translate({lines[50], lines[50]}, wanted);
  EXPECT_NE(twice[0].text(), twice[1].text());
}

}  // namespace
}  // namespace heed
