#include <gtest/gtest.h>

#include <numeric>
#include <set>

#include "heed/converter.h"
#include "heed/shortlister.h"
#include "support/expect_error.h"
#include "support/temporary_directory.h"
#include "translation/candidates.h"
#include "translation/lively_model.h"

namespace heed {
namespace {

class ShortlistTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory_ = std::make_unique<TemporaryDirectory>();
    for (const auto& [name, type] :
         {std::pair{"rnn", ModelType::kRnn}, {"transformer", ModelType::kTransformer}}) {
      const int size = joint_tokenizers().source.size();
      for (const auto& [few, ending] : {std::pair{0, ""}, {4, ".few"}, {size, ".all"}}) {
        save_lively_model(path(std::string(name) + ending), tiny_options(type), joint_tokenizers(),
                          few == 0 ? Shortlist() : neighbours_shortlist(size, few));
      }
    }
  }
  static void TearDownTestSuite() { directory_.reset(); }

  static std::string path(const std::string& name) { return directory_->path(name); }
  static TranslateOptions options(int beam, bool int8) {
    TranslateOptions options;
    options.search.beam_size = beam;
    options.int8 = int8;
    options.n_best = -1;
    options.word_scores = true;
    options.search.max_length_factor = 1;
    options.threads = 1;
    options.shortlist = -1;
    return options;
  }
  static std::string translate(const std::vector<std::string>& names,
                               const TranslateOptions& options) {
    std::vector<std::string> paths, lines;
    for (const std::string& name : names) paths.push_back(path(name));
    for (int i = 0; i < 20; ++i) lines.push_back(german_number(i * i * 37 % 1000000));
    std::string records;
    for (const TranslatedLine& line : Translator(paths, options).translate(lines)) {
      records += format_record(line, options);
    }
    return records;
  }

  static inline std::unique_ptr<TemporaryDirectory> directory_;
};

TEST_F(ShortlistTest, OfTheWholeVocabularyChangesNothing) {
  for (const std::string name : {"rnn", "transformer"}) {
    for (const bool int8 : {false, true}) {
      for (const int beam : {1, 4}) {
        TranslateOptions wanted = options(beam, int8);
        const std::string found = translate({name + ".all"}, wanted);
        EXPECT_NE(translate({name + ".few"}, wanted), found);
        wanted.shortlist = 0;
        EXPECT_EQ(found, translate({name}, wanted)) << name << int8 << beam;
      }
    }
  }
}

TEST_F(ShortlistTest, ALineDependsOnNothingElse) {
  for (const bool int8 : {false, true}) {
    for (const int beam : {1, 4}) {
      TranslateOptions wanted = options(beam, int8);
      wanted.line_buffered = true;
      const std::string expected = translate({"transformer.few"}, wanted);
      wanted.line_buffered = false;
      for (const int words : {30, 1000}) {
        wanted.mini_batch_words = words;
        wanted.threads = 3;
        EXPECT_EQ(translate({"transformer.few"}, wanted), expected) << words;
      }
    }
  }
}

TEST_F(ShortlistTest, ANumberTakesTheLikeliest) {
  TranslateOptions wanted = options(3, false);
  const std::string four = translate({"rnn.few"}, wanted);
  wanted.shortlist = 4;
  EXPECT_EQ(translate({"rnn.few"}, wanted), four);
  wanted.shortlist = 1;
  EXPECT_NE(translate({"rnn.few"}, wanted), four);
}

TEST_F(ShortlistTest, OfAnEnsembleIsThatOfAllItsModels) {
  TranslateOptions wanted = options(3, false);
  const std::string found = translate({"rnn.all", "transformer.few"}, wanted);
  EXPECT_EQ(translate({"rnn.all", "transformer"}, wanted), found);
  wanted.shortlist = 0;
  EXPECT_EQ(translate({"rnn", "transformer"}, wanted), found);
}

TEST_F(ShortlistTest, AModelWithoutOneIsAnError) {
  expect_error<UsageError>([] { translate({"rnn"}, options(1, false)); }, "heed shortlist");
}

TEST_F(ShortlistTest, WhatALineAsksForIsPossible) {
  TranslateOptions wanted = options(2, false);
  wanted.n_best = 0;
  wanted.force_decode = wanted.constraints = true;
  Translator translator(path("transformer.few"), wanted);
  SourceLine line{"zweihundert", "seven"};
  line.constraints = {"nine"};
  std::string text;
  translator.translate({[&, is_read = false](SourceLine& next) mutable {
                          if (std::exchange(is_read, true)) return NextLine::kEnd;
                          next = line;
                          return NextLine::kRead;
                        },
                        [&](std::span<TranslatedLine> lines) {
                          text = lines.front().text();
                          EXPECT_TRUE(lines.front().unmet_constraints.empty());
                        }});
  EXPECT_TRUE(text.starts_with("seven")) << text;
  EXPECT_NE(text.find("nine"), std::string::npos) << text;
}

TEST_F(ShortlistTest, DrawnTranslationsHaveNothingElse) {
  TranslateOptions wanted = options(1, false);
  wanted.n_best = 5;
  wanted.sampling = true;
  const int size = joint_tokenizers().source.size();
  const Shortlist shortlist = neighbours_shortlist(size, 4);
  const auto& [source, target] = joint_tokenizers();
  const CandidateFinder candidates({&shortlist}, 0, source, target);
  std::vector<int> ids = source.encode("dreizehn");
  ids.push_back(source.eos_id());
  std::set<std::string> allowed;
  for (const int token : candidates(ids, {}).tokens) allowed.insert(target.piece(token));
  const std::vector<std::string> lines{"dreizehn"};
  const TranslatedLine line = Translator(path("rnn.few"), wanted).translate(lines)[0];
  for (const Translation& drawn : line.translations) {
    for (const std::string& piece : drawn.pieces) EXPECT_TRUE(allowed.contains(piece)) << piece;
  }
}

TEST(CandidateFinderTest, JoinsWhatASentenceMayHave) {
  const auto& [source, target] = joint_tokenizers();
  Shortlist shortlist = neighbours_shortlist(source.size(), 3);
  shortlist.frequent = {20};
  const CandidateFinder all({&shortlist}, 0, source, target);
  const std::vector<int> sentence{30, 31};
  EXPECT_EQ(all(sentence, {}).tokens, (std::vector<int>{target.eos_id(), 20, 30, 31, 32, 33}));
  for (const int token : all(sentence, {}).sample) {
    EXPECT_EQ(std::ranges::count(all(sentence, {}).tokens, token), 0);
  }
  const std::vector<std::vector<int>> required{{9, 8}, {50}};
  const CandidateFinder one({&shortlist}, 1, source, target);
  EXPECT_EQ(one(sentence, required).tokens,
            (std::vector<int>{target.eos_id(), 8, 9, 20, 30, 31, 50}));
  shortlist.probabilities.clear();
  expect_error<UsageError>([&] { CandidateFinder({&shortlist}, 1, source, target); },
                           "without a number");
}

TEST(CandidateFinderTest, CopiesPiecesAndBytes) {
  DataOptions options;
  options.vocab_size = 300;
  const Tokenizer bytes = train_tokenizer(
      200, [](std::size_t i) { return german_number(int(i)); }, options);
  Shortlist nothing;
  nothing.ends.resize(bytes.size());
  const CandidateFinder candidates({&nothing}, 0, bytes, bytes);
  const std::vector<int> word = bytes.encode("zwei"), unknown = bytes.encode("\u4e2d");
  std::vector<int> expected = word;
  expected.push_back(bytes.eos_id());
  std::ranges::sort(expected);
  expected.erase(std::unique(expected.begin(), expected.end()), expected.end());
  EXPECT_EQ(candidates(word, {}).tokens, expected);
  EXPECT_GE(candidates(unknown, {}).tokens.size(), 257U);
}

/// The pairs of one file.
LineStream pairs_of(const std::vector<SourceLine>& pairs) {
  return {[&pairs, next = std::size_t{0}](SourceLine& pair) mutable {
            if (next == pairs.size()) return NextLine::kEnd;
            pair = pairs[next++];
            return NextLine::kRead;
          },
          [](std::span<TranslatedLine>) {}};
}

Shortlist shortlist_of(const std::string& path) {
  const auto backend = make_backend("eigen");
  return LoadedModel(path, *backend).contents().shortlist;
}

TEST_F(ShortlistTest, IsBuiltOfAlignments) {
  const std::vector<SourceLine> pairs{{"zwei drei", "three two"}, {"zwei", "two"}, {"", ""}};
  ShortlisterOptions wanted;
  wanted.frequent = 1;
  wanted.alignment = directory_->write("links", "0-1 1-0\n0-0\n\n");
  build_shortlist(path("rnn"), wanted, pairs_of(pairs), path("built"));
  const Shortlist found = shortlist_of(path("built"));
  const auto& [source, target] = joint_tokenizers();
  const std::vector<int> two = target.encode("two");
  for (const int token : source.encode("zwei")) {
    const auto own = found.of(token);
    const std::set<int> targets(own.begin(), own.end());
    for (const int expected : two) EXPECT_TRUE(targets.contains(expected));
  }
  EXPECT_EQ(found.frequent.size(), 1U);
  wanted.alignment = directory_->write("links", "0-1 1-0\n0-1\n\n");
  expect_error([&] { build_shortlist(path("rnn"), wanted, pairs_of(pairs), path("x")); },
               "links:2: expected links of 1 and 1 words");
  wanted.alignment = directory_->write("links", "0-1 1-0\n");
  expect_error([&] { build_shortlist(path("rnn"), wanted, pairs_of(pairs), path("x")); }, "links");
}

TEST_F(ShortlistTest, OfAttentionDoesNotDependOnThreads) {
  std::vector<SourceLine> pairs;
  for (int i = 0; i < 60; ++i) pairs.push_back({german_number(i * 97), english_number(i * 97)});
  ShortlisterOptions wanted;
  wanted.best = 5;
  Shortlist expected;
  for (const int threads : {1, 3}) {
    wanted.reading.threads = threads;
    wanted.reading.mini_batch_words = threads * 50;
    build_shortlist(path("transformer"), wanted, pairs_of(pairs), path("built"));
    const Shortlist found = shortlist_of(path("built"));
    if (threads == 1) expected = found;
    EXPECT_EQ(found.targets, expected.targets);
    EXPECT_EQ(found.probabilities, expected.probabilities);
    EXPECT_EQ(found.frequent, expected.frequent);
    EXPECT_LE(found.longest(), 5);
    EXPECT_GT(found.targets.size(), 20U);
  }
}

TEST_F(ShortlistTest, KeepsTheNumbersOfTheModel) {
  ConvertOptions small;
  small.int8 = true;
  small.output = path("int8");
  convert_model(path("rnn"), small);
  build_shortlist(path("int8"), {}, pairs_of({}), path("built"));
  TranslateOptions wanted = options(2, false);
  wanted.shortlist = 0;
  EXPECT_EQ(translate({"built"}, wanted), translate({"int8"}, wanted));
  EXPECT_LT(directory_->read("built").size(), directory_->read("rnn").size() * 2 / 3);
}

}  // namespace
}  // namespace heed
