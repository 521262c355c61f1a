#include "support/number_words.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "util/random.h"

namespace heed {
namespace {

using Words = std::array<const char*, 20>;
using Tens = std::array<const char*, 10>;

constexpr Words kGerman{"",         "ein",      "zwei",     "drei",     "vier",
                        "fünf",     "sechs",    "sieben",   "acht",     "neun",
                        "zehn",     "elf",      "zwölf",    "dreizehn", "vierzehn",
                        "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn"};
constexpr Tens kGermanTens{"",        "",        "zwanzig", "dreißig", "vierzig",
                           "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"};

constexpr Words kEnglish{"",        "one",     "two",       "three",    "four",
                         "five",    "six",     "seven",     "eight",    "nine",
                         "ten",     "eleven",  "twelve",    "thirteen", "fourteen",
                         "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
constexpr Tens kEnglishTens{"",      "",      "twenty",  "thirty", "forty",
                            "fifty", "sixty", "seventy", "eighty", "ninety"};

void check_range(int number) {
  if (number < 0 || number > 999999) throw std::out_of_range("expected 0 .. 999,999");
}

/// 0 .. 99, as before "hundert" and "tausend": 1 is "ein", 0 is nothing.
std::string german_tens(int number) {
  if (number < 20) return kGerman.at(number);
  const std::string units = number % 10 > 0 ? std::string(kGerman.at(number % 10)) + "und" : "";
  return units + kGermanTens.at(number / 10);
}

std::string german_hundreds(int number) {
  const std::string tens = german_tens(number % 100);
  return number < 100 ? tens : german_tens(number / 100) + "hundert" + tens;
}

std::string english_tens(int number) {
  if (number < 20) return kEnglish.at(number);
  const std::string units = number % 10 > 0 ? std::string("-") + kEnglish.at(number % 10) : "";
  return kEnglishTens.at(number / 10) + units;
}

std::string english_hundreds(int number) {
  const std::string tens = english_tens(number % 100);
  if (number < 100) return tens;
  return english_tens(number / 100) + " hundred" + (tens.empty() ? "" : " and " + tens);
}

}  // namespace

std::string german_number(int number) {
  check_range(number);
  if (number == 0) return "null";
  std::string words = german_hundreds(number % 1000);
  if (number >= 1000) words = german_hundreds(number / 1000) + "tausend" + words;
  if (number % 100 == 1) words += 's';
  return words;
}

std::string english_number(int number) {
  check_range(number);
  if (number == 0) return "zero";
  const int rest = number % 1000;
  if (number < 1000) return english_hundreds(rest);
  const std::string thousands = english_hundreds(number / 1000) + " thousand";
  if (rest == 0) return thousands;
  return thousands + (rest < 100 ? " and " : " ") + english_hundreds(rest);
}

NumberSentence NumberSentences::sentence(std::uint64_t index) const {
  Random random(hash_seed(1, {index}));
  const auto numbers = fewest + static_cast<int>(random.below(most - fewest + 1));
  NumberSentence result;
  int target = 0;
  for (int source = 0; source < numbers; ++source) {
    const auto number = static_cast<int>(random.below(largest + 1));
    const std::string english = english_number(number);
    const std::string separator = source == 0 ? "" : " ";
    result.german += separator + german_number(number);
    result.english += separator + english;
    const auto words = 1 + std::count(english.begin(), english.end(), ' ');
    for (const int end = target + static_cast<int>(words); target < end; ++target) {
      result.alignment += fmt::format("{}{}-{}", target == 0 ? "" : " ", source, target);
    }
  }
  return result;
}

}  // namespace heed
