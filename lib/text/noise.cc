#include "text/noise.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <functional>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "text/normalization.h"
#include "text/unicode.h"
#include "util/error.h"

namespace heed {
namespace {

/// Rows of keys of which each has its neighbours beside it, on English and on German boards.
constexpr std::array<std::u32string_view, 6> kKeys = {U"qwertyuiop",  U"asdfghjkl",   U"zxcvbnm",
                                                      U"qwertzuiopü", U"asdfghjklöä", U"yxcvbnm"};

/// A key beside that of the letter; the letter itself where there is none.
char32_t neighbour(char32_t letter, Random& random) {
  const std::size_t board = random.below(2) * 3;
  for (std::size_t row = board; row < board + 3; ++row) {
    const std::size_t at = kKeys[row].find(letter);
    if (at == std::u32string_view::npos) continue;
    const bool is_left = at > 0 && (at + 1 == kKeys[row].size() || random.below(2) == 0);
    return kKeys[row][is_left ? at - 1 : at + 1];
  }
  return letter;
}

/// One typing error at the letter `at`.
void mistype(std::u32string& text, std::size_t at, Random& random) {
  switch (random.below(4)) {
    case 0:
      if (at + 1 < text.size() && is_letter(text[at + 1])) std::swap(text[at], text[at + 1]);
      return;
    case 1:
      text.erase(at, 1);
      return;
    case 2:
      text.insert(at, 1, text[at]);
      return;
    default:
      text[at] = neighbour(text[at], random);
  }
}

}  // namespace

std::string with_typos(std::string_view text, double share, Random& random) {
  std::u32string characters = decode_utf8(text);
  std::vector<std::size_t> letters;
  for (std::size_t i = 0; i < characters.size(); ++i) {
    if (is_letter(characters[i])) letters.push_back(i);
  }
  if (letters.empty()) return std::string(text);
  const double wanted = share * static_cast<double>(letters.size());
  const auto errors = static_cast<std::size_t>(wanted + random.uniform());
  random.shuffle(std::span(letters));
  letters.resize(std::clamp<std::size_t>(errors, 1, letters.size()));
  std::ranges::sort(letters, std::greater<>());  // from the end, so that places stay right
  for (const std::size_t at : letters) mistype(characters, at, random);
  return encode_utf8(characters);
}

std::string decomposed(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* const nfd = icu::Normalizer2::getNFDInstance(error);
  std::string result;
  icu::StringByteSink<std::string> sink(&result, static_cast<int32_t>(text.size()));
  if (U_SUCCESS(error)) nfd->normalizeUTF8(0, icu::StringPiece(text), sink, nullptr, error);
  if (U_FAILURE(error)) fail("expected text to decompose, found {}", u_errorName(error));
  return result;
}

std::string without_diacritics(std::string_view text) {
  std::u32string letters = decode_utf8(decomposed(text));
  std::erase_if(letters, [](char32_t c) { return c >= 0x0300 && c <= 0x036F; });
  return compose(encode_utf8(letters));
}

std::string with_doubled_spaces(std::string_view text, Random& random) {
  std::string result;
  for (const char byte : text) {
    result += byte;
    if (byte == ' ' && random.below(3) == 0) result += ' ';
  }
  return result;
}

std::string with_other_punctuation(std::string_view text, Random& random) {
  std::u32string characters = decode_utf8(text);
  const bool has_end = !characters.empty() && is_punctuation(characters.back());
  switch (random.below(has_end ? 4 : 1)) {
    case 0:
      std::erase(characters, U',');
      break;
    case 1:
      characters.pop_back();
      break;
    case 2:
      characters += characters.back();
      break;
    default:
      characters.insert(characters.size() - 1, 1, U' ');
  }
  return encode_utf8(characters);
}

}  // namespace heed
