// Writes random number words as parallel text, one pair a line: German, tab, English.
//   heed-number-words COUNT SKIP [LARGEST]
// Numbers are 0 .. LARGEST (999999), each once, in an order that is always the same; SKIP of them
// are left out first, so that training, validation and test text have no number in common.

#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <vector>

#include "support/number_words.h"
#include "util/random.h"

int main(int argc, char** argv) {
  if (argc < 3 || argc > 4) {
    std::fputs("usage: heed-number-words COUNT SKIP [LARGEST]\n", stderr);
    return 2;
  }
  const int count = std::atoi(argv[1]);
  const int skip = std::atoi(argv[2]);
  const int largest = argc > 3 ? std::atoi(argv[3]) : 999'999;
  if (count < 0 || skip < 0 || largest < 0 || largest > 999'999 || count + skip > largest + 1) {
    std::fputs("heed-number-words: expected COUNT + SKIP numbers of 0 .. LARGEST\n", stderr);
    return 2;
  }
  std::vector<int> numbers(static_cast<std::size_t>(largest) + 1);
  std::iota(numbers.begin(), numbers.end(), 0);
  heed::Random(1).shuffle(std::span(numbers));
  for (int i = skip; i < skip + count; ++i) {
    const int number = numbers[static_cast<std::size_t>(i)];
    std::printf("%s\t%s\n", heed::german_number(number).c_str(),
                heed::english_number(number).c_str());
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
}
