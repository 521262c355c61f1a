#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <limits>

#include "heed/translator.h"
#include "support/number_words.h"
#include "support/temporary_directory.h"
#include "translation/lively_model.h"
#include "util/random.h"

using namespace std::string_literals;

namespace heed {
namespace {

std::string repeated(const std::string& part, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += part;
  return text.substr(0, bytes);
}

std::string prose(std::size_t bytes) {
  std::string text;
  for (int i = 1; text.size() < bytes; ++i) text += german_number(i * 7919 % 1000000) + " ";
  return text.substr(0, bytes);
}

std::string base64(std::size_t bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  Random random(3);
  std::string text;
  while (text.size() < bytes) text += kDigits[static_cast<std::size_t>(random.uniform() * 64)];
  return text;
}

/// What is no prose, so many bytes of each kind.
std::vector<std::string> codes_and_loops(std::size_t bytes) {
  return {
      std::string(bytes, 'x'),  repeated("zwei ", bytes),        base64(bytes),
      std::string(bytes, '.'),  repeated("\u0301", bytes & ~1U), repeated("\u4e2d", bytes / 3 * 3),
      repeated("a\xff", bytes), std::string(bytes, '\0')};
}

std::vector<std::string> hostile_lines() {
  std::vector<std::string> lines{"",
                                 " \t ",
                                 "zwei\0drei"s,
                                 "zwei\xff\xfe drei",
                                 "\xc3",
                                 "e\u0301\u0302\u0303\u0304 zwei",
                                 "zwei\u2028drei\u2029vier",
                                 "\ufeffzwei",
                                 "zwei\r",
                                 "\r",
                                 "z",
                                 "\u200b",
                                 "\U0001f600",
                                 "zwei\fdrei\vvier",
                                 prose(2000)};
  for (std::string& line : codes_and_loops(400)) lines.push_back(std::move(line));
  lines.emplace_back("zwei");
  return lines;
}

struct HostileCase {
  const char* name;
  bool int8;
  int shortlist;
};

class HostileLinesTest : public testing::TestWithParam<HostileCase> {
 protected:
  static void SetUpTestSuite() {
    directory_ = std::make_unique<TemporaryDirectory>();
    save_lively_model(directory_->path("model"), tiny_options(ModelType::kTransformer),
                      joint_tokenizers(),
                      neighbours_shortlist(joint_tokenizers().source.size(), 4));
  }
  static void TearDownTestSuite() { directory_.reset(); }

  static std::vector<std::string> translate(const std::vector<std::string>& lines,
                                            const TranslateOptions& options) {
    std::vector<std::string> result;
    for (const TranslatedLine& line :
         Translator(directory_->path("model"), options).translate(lines))
      result.push_back(line.text());
    return result;
  }

  static std::unique_ptr<TemporaryDirectory> directory_;
};
std::unique_ptr<TemporaryDirectory> HostileLinesTest::directory_;

INSTANTIATE_TEST_SUITE_P(Searches, HostileLinesTest,
                         testing::Values(HostileCase{"f32", false, 0}, HostileCase{"int8", true, 0},
                                         HostileCase{"int8_shortlist", true, -1}),
                         [](const auto& search) { return search.param.name; });

TEST_P(HostileLinesTest, AreAnsweredInOrderAndAlike) {
  const std::vector<std::string> lines = hostile_lines();
  for (const int beam : {1, 3}) {
    TranslateOptions options;
    options.int8 = GetParam().int8;
    options.shortlist = GetParam().shortlist;
    options.search.beam_size = beam;
    options.max_length = 40;
    options.threads = 1;
    std::vector<std::string> expected;
    for (const std::string& line : lines) expected.push_back(translate({line}, options).at(0));
    for (const int threads : {1, 3}) {
      for (const int words : {1, 50, 1000}) {
        options.threads = threads;
        options.mini_batch_words = words;
        EXPECT_EQ(translate(lines, options), expected)
            << "beam " << beam << ", " << threads << " threads, " << words << " words";
      }
    }
  }
}

/// The least processor time of some runs, in seconds.
double time_of(Translator& translator, const std::string& line) {
  double least = std::numeric_limits<double>::infinity();
  for (int run = 0; run < 3; ++run) {
    const std::clock_t start = std::clock();
    translator.translate(std::vector{line});
    least = std::min(least, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  return least;
}

TEST_P(HostileLinesTest, TakeAtMostThreeTimesAsLongAsProse) {
  TranslateOptions options;
  options.int8 = GetParam().int8;
  options.shortlist = GetParam().shortlist;
  options.search.beam_size = 1;
  options.threads = 1;
  Translator translator(directory_->path("model"), options);
  constexpr std::size_t kBytes = 3000;
  const double expected = time_of(translator, prose(kBytes));
  for (const std::string& line : codes_and_loops(kBytes)) {
    EXPECT_LT(time_of(translator, line), 3 * expected + 0.02) << line.substr(0, 8);
  }
}

}  // namespace
}  // namespace heed
