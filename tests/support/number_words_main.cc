// Writes number words as parallel text, one pair a line: German, tab, English.
//   heed-number-words COUNT SKIP [LARGEST]
//   heed-number-words COUNT SKIP LARGEST FEWEST MOST [GOLD]
// The first form writes single numbers of 0 .. LARGEST (999999), each once, in an order that is
// always the same; SKIP of them are left out first, so that training, validation and test text have
// no number in common. The second writes sentences of FEWEST to MOST numbers, and their word
// alignments to the file GOLD; the first SKIP sentences are left out.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <vector>

#include "support/number_words.h"
#include "util/random.h"

namespace heed {
namespace {

constexpr int kLargest = 999'999;

void write_numbers(int count, int skip, int largest) {
  std::vector<int> numbers(static_cast<std::size_t>(largest) + 1);
  std::iota(numbers.begin(), numbers.end(), 0);
  Random(1).shuffle(std::span(numbers));
  for (int i = skip; i < skip + count; ++i) {
    const int number = numbers[static_cast<std::size_t>(i)];
    std::printf("%s\t%s\n", german_number(number).c_str(), english_number(number).c_str());
  }
}

bool write_sentences(int count, int skip, const NumberSentences& sentences, const char* gold_path) {
  std::ofstream gold;
  if (gold_path != nullptr) gold.open(gold_path);
  for (int i = skip; i < skip + count; ++i) {
    const NumberSentence sentence = sentences.sentence(i);
    std::printf("%s\t%s\n", sentence.german.c_str(), sentence.english.c_str());
    if (gold_path != nullptr) gold << sentence.alignment << '\n';
  }
  return static_cast<bool>(gold.flush()) || gold_path == nullptr;
}

int run(const std::vector<int>& numbers, const char* gold_path) {
  const int count = numbers[0], skip = numbers[1];
  const int largest = numbers.size() > 2 ? numbers[2] : kLargest;
  const bool valid = std::ranges::all_of(numbers, [](int n) { return n >= 0 && n <= kLargest; });
  if (valid && numbers.size() == 5 && 0 < numbers[3] && numbers[3] <= numbers[4]) {
    if (!write_sentences(count, skip, {largest, numbers[3], numbers[4]}, gold_path)) {
      std::fprintf(stderr, "heed-number-words: could not write %s\n", gold_path);
      return 1;
    }
  } else if (valid && numbers.size() < 4 && count + skip <= largest + 1) {
    write_numbers(count, skip, largest);
  } else {
    std::fputs("heed-number-words: expected COUNT + SKIP numbers of 0 .. LARGEST\n", stderr);
    return 2;
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace
}  // namespace heed

int main(int argc, char** argv) {
  if (argc < 3 || argc > 7 || argc == 5) {
    std::fputs("usage: heed-number-words COUNT SKIP [LARGEST [FEWEST MOST [GOLD]]]\n", stderr);
    return 2;
  }
  std::vector<int> numbers;
  for (int i = 1; i < std::min(argc, 6); ++i) numbers.push_back(std::atoi(argv[i]));
  return heed::run(numbers, argc > 6 ? argv[6] : nullptr);
}
