#include "text/normalization.h"

#include <fmt/core.h>
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <cstdint>

#include "text/affixes.h"
#include "util/error.h"

namespace heed {
namespace {

const icu::Normalizer2& nfc() {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* const instance = icu::Normalizer2::getNFCInstance(error);
  if (U_FAILURE(error)) fail("expected ICU's table of compositions, found {}", u_errorName(error));
  return *instance;
}

bool is_white_space(UChar32 c) { return u_isUWhiteSpace(c) != 0; }
bool is_control(UChar32 c) { return u_charType(c) == U_CONTROL_CHAR; }
bool is_ignorable(UChar32 c) {
  return u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0;
}
bool is_in_emoji(UChar32 c) {
  return (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0020 && c <= 0xE007F);
}
bool shows_nothing(UChar32 c) { return is_white_space(c) || is_control(c) || is_ignorable(c); }

}  // namespace

bool is_blank(std::string_view text) { return prefix_of(text, shows_nothing) == text.size(); }

std::string_view strip_blank(std::string_view text) {
  text.remove_prefix(prefix_of(text, shows_nothing));
  text.remove_suffix(
      suffix_of(text, [](UChar32 c) { return shows_nothing(c) && !is_in_emoji(c); }));
  return text;
}

bool is_composed(std::string_view text) {
  // Nothing below U+0300, the first combining mark, composes.
  if (std::ranges::none_of(text, [](unsigned char byte) { return byte >= 0xCC; })) return true;
  UErrorCode error = U_ZERO_ERROR;
  const bool is = nfc().isNormalizedUTF8(icu::StringPiece(text), error) != 0;
  return is || U_FAILURE(error);
}

std::string compose(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  std::string composed;
  icu::StringByteSink<std::string> sink(&composed, static_cast<int32_t>(text.size()));
  nfc().normalizeUTF8(0, icu::StringPiece(text), sink, nullptr, error);
  if (U_FAILURE(error)) fail("expected text to compose, found {}", u_errorName(error));
  return composed;
}

bool is_decomposable(std::string_view text) {
  const auto is_one_piece = [](UChar32 c) {
    return u_getIntPropertyValue(c, UCHAR_DECOMPOSITION_TYPE) != U_DT_CANONICAL;
  };
  return prefix_of(text, is_one_piece) < text.size();
}

bool is_diacritic(std::string_view text) {
  return text.size() == 2 &&
         prefix_of(text, [](UChar32 c) { return c >= 0x0300 && c <= 0x036F; }) == text.size();
}

namespace {

/// Whether the character is another one in a form that means nothing (Unicode Standard Annex #44,
/// Decomposition_Type). Superscripts, fractions, circled numbers and squared words mean something;
/// Chinese and Japanese are written with wide punctuation, Thai and Lao with vowels that decompose,
/// Korean chats with compatibility jamo.
bool is_variant(UChar32 c) {
  const auto is_any = [c](std::uint32_t categories) {
    return (U_GET_GC_MASK(c) & categories) != 0;
  };
  constexpr std::uint32_t kLetters = U_GC_L_MASK;
  switch (u_getIntPropertyValue(c, UCHAR_DECOMPOSITION_TYPE)) {
    case U_DT_WIDE:
    case U_DT_FONT:
      return is_any(kLetters | U_GC_N_MASK);
    case U_DT_NARROW:
      return is_any(kLetters | U_GC_P_MASK);
    case U_DT_INITIAL:
    case U_DT_MEDIAL:
    case U_DT_FINAL:
    case U_DT_ISOLATED:
      return is_any(kLetters);
    case U_DT_COMPAT: {
      UErrorCode error = U_ZERO_ERROR;
      const UScriptCode script = uscript_getScript(c, &error);
      const bool is_radical = script == USCRIPT_HAN;
      return is_radical || ((script == USCRIPT_LATIN || script == USCRIPT_ARMENIAN) &&
                            is_any(kLetters | U_GC_NL_MASK));
    }
    default:
      return false;
  }
}

/// Letters of scripts that never join: a joiner behind one means nothing.
bool needs_no_joiner(UChar32 c) {
  if (c >= 0x20 && c < 0x7F) return true;
  UErrorCode error = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(c, &error);
  return (U_GET_GC_MASK(c) & U_GC_L_MASK) != 0 &&
         (script == USCRIPT_LATIN || script == USCRIPT_GREEK || script == USCRIPT_CYRILLIC ||
          script == USCRIPT_ARMENIAN || script == USCRIPT_GEORGIAN);
}

constexpr UChar32 kNonJoiner = 0x200C, kJoiner = 0x200D;
constexpr UChar32 kNarrowVoiced = 0xFF9E, kNarrowHalfVoiced = 0xFF9F;

bool is_left_out(UChar32 c) {
  if (is_control(c)) return c != 0 && !is_white_space(c);
  const bool is_format = u_charType(c) == U_FORMAT_CHAR || c == 0x034F || c == 0x180E;
  return is_format && is_ignorable(c) && c != kNonJoiner && c != kJoiner && !is_in_emoji(c);
}

/// What a character becomes.
icu::UnicodeString folded(UChar32 c) {
  if (is_white_space(c)) return icu::UnicodeString(UChar32{' '});
  if (is_left_out(c)) return {};
  if (c == 0x2010 || c == 0x2011)
    return icu::UnicodeString(UChar32{'-'});  // hyphen, non-breaking hyphen
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* const nfkc = icu::Normalizer2::getNFKCInstance(error);
  icu::UnicodeString parts;
  if (U_FAILURE(error) || !is_variant(c) || !nfkc->getRawDecomposition(c, parts)) {
    return icu::UnicodeString(c);
  }
  icu::UnicodeString all;
  for (int32_t i = 0; i < parts.length(); i = parts.moveIndex32(i, 1)) {
    all += folded(parts.char32At(i));
  }
  return nfc().normalize(all, error);
}

std::string hexadecimal(const icu::UnicodeString& text) {
  std::string line;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    line += fmt::format("{}{:04X}", line.empty() ? "" : " ",
                        static_cast<std::uint32_t>(text.char32At(i)));
  }
  return line;
}

class Rules {
 public:
  void add(const icu::UnicodeString& from, const icu::UnicodeString& to) {
    constexpr int32_t kMost = 4;  // characters: one that stands for a whole phrase says more
    if (from != to && to.countChar32() <= kMost) {
      text_ += hexadecimal(from) + '\t' + hexadecimal(to) + '\n';
    }
  }
  void add_all_of(UChar32 c) {
    const icu::UnicodeString one(c), to = folded(c);
    add(one, to);
    if (needs_no_joiner(c)) {
      for (const UChar32 joiner : {kNonJoiner, kJoiner}) add(one + joiner, to);
    }
    if (u_getIntPropertyValue(c, UCHAR_DECOMPOSITION_TYPE) != U_DT_NARROW) return;
    for (const UChar32 mark : {kNarrowVoiced, kNarrowHalfVoiced}) {
      UErrorCode error = U_ZERO_ERROR;
      const icu::UnicodeString voiced = nfc().normalize(to + folded(mark), error);
      if (voiced.countChar32() == to.countChar32()) add(one + mark, voiced);
    }
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace

std::string normalization_rules(Normalizer normalizer) {
  if (normalizer != Normalizer::kHeed) return {};
  Rules rules;
  for (UChar32 c = 1; c <= 0x10FFFF; ++c) {
    UErrorCode error = U_ZERO_ERROR;
    const bool occurs = u_isdefined(c) != 0 && !U_IS_SURROGATE(c) &&
                        nfc().isNormalized(icu::UnicodeString(c), error) != 0;
    if (occurs) rules.add_all_of(c);
  }
  return rules.take();
}

}  // namespace heed
