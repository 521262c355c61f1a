#include "data/tokenizer.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "data/vocabulary_trainer.h"
#include "support/expect_error.h"
#include "support/temporary_directory.h"
#include "util/descriptor.h"
#include "util/random.h"
#include "util/strings.h"

namespace heed {
namespace {

/// Lines with a small vocabulary of words, among them some outside ASCII.
std::string sentence(std::size_t number) {
  static const std::vector<std::string> words{
      "the",   "a",     "grünes",  "house", "houses", "walking", "walked", "walks", "talk",
      "talks", "quick", "quickly", "brown", "Straße", "under",   "over",   "no",    "yes"};
  Random random(number);
  std::string line;
  for (std::uint64_t i = 3 + random.below(8); i > 0; --i) {
    line += words[random.below(words.size())] + (i > 1 ? " " : ".");
  }
  return line;
}

DataOptions options_for(int vocab_size, VocabularyType type = VocabularyType::kUnigram) {
  DataOptions options;
  options.vocab_size = vocab_size;
  options.vocab_type = type;
  options.normalizer = Normalizer::kIdentity;
  return options;
}

DataOptions with_spm_options(const std::string& spm_options, int vocab_size = 400) {
  DataOptions options = options_for(vocab_size);
  options.spm_options = spm_options;
  return options;
}

Tokenizer trained(const DataOptions& options, std::size_t lines = 500) {
  return train_tokenizer(lines, sentence, options);
}

const Tokenizer& unigram() {
  static const Tokenizer tokenizer = trained(options_for(330));
  return tokenizer;
}

const Tokenizer& bpe() {
  static const Tokenizer tokenizer = trained(options_for(330, VocabularyType::kBpe));
  return tokenizer;
}

TEST(Tokenizer, NeedsNoStartOfSentence) {
  // Fields that are set again win in a protocol buffer: here the name of <s>, as none of the
  // pieces.
  const std::string no_bos("\x12\x05\xf2\x02\x02zz", 7);
  const Tokenizer tokenizer(unigram().serialized() + no_bos, "a test");
  EXPECT_EQ(tokenizer.bos_id(), -1);
  EXPECT_EQ(tokenizer.eos_id(), 2);
  EXPECT_EQ(tokenizer.encode("the house"), unigram().encode("the house"));
}

TEST(Tokenizer, BringsTextBack) {
  for (const Tokenizer& tokenizer : {unigram(), bpe()}) {
    EXPECT_EQ(tokenizer.unk_id(), 0);
    EXPECT_EQ(tokenizer.bos_id(), 1);
    EXPECT_EQ(tokenizer.eos_id(), 2);
    for (const std::string text :
         {"the house", "He said: \"½ of Łódź… is 東京!\" — 😀", "1,000.50 % <s> </s> <unk>",
          "\xc3\xa9 and q\xcc\x81", "no-\xc2\xa0- break", "tab\there", ""}) {
      const std::vector<int> ids = tokenizer.encode(text);
      EXPECT_EQ(tokenizer.decode(ids), text);
      for (const int id : ids) EXPECT_GT(id, tokenizer.eos_id());
    }
    for (std::size_t i = 0; i < 50; ++i) {
      EXPECT_EQ(tokenizer.decode(tokenizer.encode(sentence(i))), sentence(i));
    }
    EXPECT_LT(tokenizer.encode(sentence(0)).size(), sentence(0).size());
  }
}

TEST(Tokenizer, TakesAnyBytes) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (const Tokenizer& tokenizer : {unigram(), bpe()}) {
    EXPECT_FALSE(tokenizer.encode(all).empty());
    EXPECT_TRUE(is_valid_utf8(tokenizer.decode(tokenizer.encode(all))));
    EXPECT_TRUE(tokenizer.encode(" \t ").empty() ||
                tokenizer.decode(tokenizer.encode(" ")).empty());
    const std::string wide(100000, 'w');
    EXPECT_EQ(tokenizer.decode(tokenizer.encode(wide)), wide);
  }
}

TEST(Tokenizer, DecodesToOneLineAndChecksItsInput) {
  const Tokenizer& tokenizer = unigram();
  const std::vector<int> newline = tokenizer.encode("a\nb");
  EXPECT_EQ(tokenizer.decode(newline), "a b");
  std::vector<int> ids = tokenizer.encode("the house");
  ids.insert(ids.begin(), tokenizer.bos_id());
  ids.push_back(tokenizer.eos_id());
  EXPECT_EQ(tokenizer.decode(ids), "the house");
  for (const int bad : {-1, tokenizer.size()}) {
    expect_error([&] { tokenizer.decode(std::vector{bad}); }, "found " + std::to_string(bad));
    expect_error([&] { tokenizer.piece(bad); }, "found " + std::to_string(bad));
  }
}

TEST(Tokenizer, LivesInAFile) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("vocab.spm", unigram().serialized());
  const Tokenizer loaded = Tokenizer::load(path);
  EXPECT_EQ(loaded.encode(sentence(3)), unigram().encode(sentence(3)));
  EXPECT_EQ(loaded.serialized(), unigram().serialized());
  testing::internal::CaptureStderr();
  for (const std::string& bytes :
       {std::string(), std::string("no model at all\n"), unigram().serialized().substr(0, 3000)}) {
    const std::string bad = directory.write("bad.spm", bytes);
    expect_error([&] { Tokenizer::load(bad); }, "expected a SentencePiece model in " + bad);
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  expect_error([&] { Tokenizer::load(directory.path("missing")); }, "missing");
}

TEST(Tokenizer, RefusesDamagedRulesOfNormalisation) {
  const Tokenizer whole =
      train_tokenizer(200, sentence, with_spm_options("--normalization_rule_name=nmt_nfkc"));
  EXPECT_EQ(whole.decode(whole.encode("\xEF\xAC\x81")), "fi");
  // 4 bytes of size, then the trie; SentencePiece reads wherever its units point.
  const std::string name = "nmt_nfkc";
  const std::size_t rules = whole.serialized().rfind(name) + name.size() + 4;
  std::size_t refused = 0;
  for (std::size_t i = 0; i < 2000; ++i) {
    std::string damaged = whole.serialized();
    damaged[rules + 4 + 53 * i] ^= '\x80';
    try {
      const Tokenizer tokenizer(damaged);
      for (const char* line : {"\xEF\xAC\x81 a", "\xE3\x80\x80", "\xCC\x88u\xCC\x88"})
        tokenizer.encode(line);
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 100U);
}

TEST(Tokenizer, RefusesAnEmptyPiece) {
  const Tokenizer whole = train_tokenizer(200, sentence, options_for(400));
  std::string damaged = whole.serialized();
  const std::size_t piece = damaged.rfind("\x0A\x01");  // of one byte
  damaged[piece + 2] = '\0';
  expect_error([&] { Tokenizer{damaged}; }, "expected a SentencePiece model in the model file");
}

TEST(Tokenizer, KnowsProbabilities) {
  EXPECT_TRUE(unigram().is_unigram());
  EXPECT_FALSE(bpe().is_unigram());
  for (const int id : unigram().encode("the houses")) EXPECT_LT(unigram().log_probability(id), 0);
  for (const int id : {0, 1, 2, 100}) EXPECT_EQ(unigram().log_probability(id), 0) << id;
  expect_error([] { unigram().log_probability(-1); }, "found -1");
}

/// The pieces of each word, joined, by the numbers that encode_words gives.
std::vector<std::string> joined(const std::vector<std::string>& pieces,
                                const std::vector<int>& words) {
  EXPECT_EQ(pieces.size(), words.size());
  std::vector<std::string> result;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto word = static_cast<std::size_t>(words[i]);
    if (word >= result.size()) result.resize(word + 1);
    result[word] += pieces[i];
  }
  return result;
}

TEST(Tokenizer, KnowsTheWordOfEachPiece) {
  for (const Tokenizer& tokenizer : {unigram(), bpe()}) {
    const std::string text = "the 東 walkings  talÿk";
    const std::vector<int> ids = tokenizer.encode(text);
    const std::vector<int> words = tokenizer.encode_words(text).words;
    EXPECT_TRUE(std::is_sorted(words.begin(), words.end()));
    const auto spelled = joined(tokenizer.pieces(ids), words);
    EXPECT_EQ(spelled, (std::vector<std::string>{"▁the", "▁<0xE6><0x9D><0xB1>", "▁walkings",
                                                 "▁tal<0xC3><0xBF>k"}));
    EXPECT_EQ(tokenizer.decode_words(ids).words, words);
  }
}

TEST(Tokenizer, WordsAreThoseOfTheLineAsGiven) {
  const Tokenizer& tokenizer = unigram();
  const std::string text = " \t the\tno-break\xc2\xa0space  over ";
  const std::vector<int> words = tokenizer.encode_words(text).words;
  EXPECT_EQ(words.front(), 0);
  EXPECT_EQ(words.back(), 2);
  EXPECT_EQ(std::set<int>(words.begin(), words.end()), (std::set<int>{0, 1, 2}));
  EXPECT_TRUE(tokenizer.encode_words("").words.empty());
  for (const int word : tokenizer.encode_words("\t").words) EXPECT_EQ(word, 0);
}

TEST(TrainTokenizer, IsDeterministicAndSilent) {
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  const Tokenizer again = trained(options_for(330));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(again.serialized(), unigram().serialized());
  EXPECT_LE(again.size(), 330);
}

/// Rules of normalisation reach SentencePiece through a file, whose number depends on other open
/// ones.
TEST(TrainTokenizer, OtherOpenFilesChangeNothing) {
  DataOptions options;
  options.vocab_size = 300;
  const std::string alone = train_tokenizer(200, sentence, options).serialized();
  const Descriptor open(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(train_tokenizer(200, sentence, options).serialized(), alone);
  EXPECT_EQ(alone.find("/proc/self"), std::string::npos);
}

TEST(TrainTokenizer, TakesTheLargestPossibleVocabulary) {
  for (const VocabularyType type : {VocabularyType::kUnigram, VocabularyType::kBpe}) {
    const Tokenizer tokenizer = trained(options_for(8000, type));
    EXPECT_LT(tokenizer.size(), 500);
    EXPECT_GT(tokenizer.size(), 259 + 20);
    const Tokenizer one = train_tokenizer(
        1, [](std::size_t) { return "x"; }, options_for(8000, type));
    EXPECT_EQ(one.decode(one.encode("xylophone x")), "xylophone x");
  }
}

TEST(TrainTokenizer, ImpossibleInputs) {
  expect_error([] { train_tokenizer(0, sentence, {}); }, "found 0 lines without words");
  expect_error([] { train_tokenizer(3, [](std::size_t) { return " \t"; }, {}); },
               "found 3 lines without words");
  expect_error<UsageError>([] { trained(options_for(0)); }, "at least 1 for --vocab-size, found 0");
  expect_error<UsageError>([] { trained(with_spm_options("no_such=1")); }, "no_such");
  expect_error<UsageError>([] { trained(with_spm_options("verbose")); }, "found 'verbose'");
  expect_error<UsageError>([] { trained(with_spm_options("num_threads=x")); }, "cannot parse");
  expect_error<UsageError>([] { trained(with_spm_options("character_coverage=7")); },
                           "it expects character_coverage >= 0.98 && character_coverage <= 1.0");
  expect_error<UsageError>([] { trained(with_spm_options("bos_id=-1")); }, "without bos_id");
  DataOptions options = options_for(400);
  for (const char* symbol : {"<x>", "</s>", "<0x41>", ""}) {
    options.user_symbols = {"<x>", symbol};
    expect_error<UsageError>([&] { trained(options); }, fmt::format("found '{}'", symbol));
  }
}

/// Three marks, 256 bytes, the blank and 27 characters.
TEST(TrainTokenizer, RareCharactersBecomeBytesInASmallVocabulary) {
  const auto text = [](std::size_t number) {
    return sentence(number) + (number == 7 ? " xyz…" : "");
  };
  for (const VocabularyType type : {VocabularyType::kUnigram, VocabularyType::kBpe}) {
    for (const int size : {262, 270, 280}) {
      const Tokenizer tokenizer = train_tokenizer(500, text, options_for(size, type));
      EXPECT_LE(tokenizer.size(), size);
      EXPECT_GE(tokenizer.size(), size - 1);
      EXPECT_EQ(tokenizer.decode(tokenizer.encode(text(7))), text(7));
      const std::vector<std::string> rare = tokenizer.pieces(tokenizer.encode("…"));
      EXPECT_EQ(rare.back(), "<0xA6>");
    }
  }
  expect_error<UsageError>([&] { train_tokenizer(500, text, options_for(100)); },
                           "--vocab-size of at least 262 with its 256 bytes, found 100; "
                           "--byte-fallback false needs ");
}

TEST(TrainTokenizer, SaysHowLargeAVocabularyHasToBe) {
  DataOptions options = options_for(10);
  options.byte_fallback = false;
  int least = 0;
  try {
    trained(options);
  } catch (const UsageError& error) {
    EXPECT_EQ(std::sscanf(error.what(), "expected --vocab-size of at least %d", &least), 1);
  }
  options.vocab_size = least - 1;
  expect_error<UsageError>([&] { trained(options); },
                           "rare ones become bytes with --byte-fallback");
  options.vocab_size = least;
  EXPECT_EQ(trained(options).size(), least);
}

TEST(TrainTokenizer, ReadsLongLinesAndLinesWithReservedCharacters) {
  const auto line = [](std::size_t i) -> std::string {
    if (i == 0) return std::string(3000, ' ') + std::string(3000, 'q') + " " + sentence(1);
    if (i == 1) return "жжж\xe2\x96\x85жжж\tжжж" + std::string(1, '\0') + "жжж\xff";
    return sentence(i);
  };
  const Tokenizer tokenizer = train_tokenizer(200, line, with_spm_options("character_coverage=1"));
  for (const std::string text : {"q", "ж"}) {
    const std::vector<int> ids = tokenizer.encode(text);
    EXPECT_TRUE(tokenizer.piece(ids.back()).ends_with(text)) << tokenizer.piece(ids.back());
  }
}

TEST(TrainTokenizer, SamplesALongText) {
  std::set<std::size_t> read;
  const auto line = [&](std::size_t i) {
    read.insert(i);
    return sentence(i);
  };
  train_tokenizer(10000, line, options_for(330), 100);
  EXPECT_GE(read.size(), 100U);
  EXPECT_LE(read.size(), 101U);  // the first line is looked at in any case
  EXPECT_LT(*std::next(read.begin()), 1000U);
  EXPECT_GT(*read.rbegin(), 9000U);
}

TEST(TrainTokenizer, FollowsItsOptions) {
  DataOptions options = with_spm_options("--max_sentencepiece_length=3");
  options.byte_fallback = false;
  options.user_symbols = {"<2de>", "a,b", "say\"so"};
  const Tokenizer tokenizer = trained(options);
  for (const std::string symbol : {"<2de>", "a,b", "say\"so"}) {
    const std::vector<int> ids = tokenizer.encode("over" + symbol + "over");
    const std::vector<std::string> pieces = tokenizer.pieces(ids);
    EXPECT_NE(std::find(pieces.begin(), pieces.end(), symbol), pieces.end()) << symbol;
  }
  EXPECT_EQ(tokenizer.encode("東").back(), tokenizer.unk_id());
  for (int id = 6; id < tokenizer.size(); ++id) {
    EXPECT_LE(tokenizer.piece(id).size(), 3 + 2 * std::string("▁").size());
  }
}

}  // namespace
}  // namespace heed
