#include "text/protected_patterns.h"

#include <unicode/regex.h>
#include <unicode/utext.h>

#include <algorithm>
#include <cstdint>

#include "text/unicode.h"
#include "util/error.h"

namespace heed {

struct ProtectedPatterns::Compiled {
  std::vector<std::unique_ptr<icu::RegexPattern>> patterns;
};

namespace {

std::unique_ptr<icu::RegexPattern> compile(const std::string& expression) {
  UErrorCode error = U_ZERO_ERROR;
  UParseError place{};
  std::unique_ptr<icu::RegexPattern> pattern(
      icu::RegexPattern::compile(icu::UnicodeString::fromUTF8(expression), place, error));
  if (U_SUCCESS(error)) return pattern;
  fail_usage("expected a regular expression for --protect, found '{}': {} at character {}",
             expression, u_errorName(error), std::max(place.offset, 1));
}

std::size_t character_at(std::string_view text, std::size_t place) {
  while (place > 0 && place < text.size() && U8_IS_TRAIL(text[place])) --place;
  return place;
}

/// A part of a text in which matches begin, with what they may reach and a little of what is before
/// it. An expression that takes the square of a text's length (.*x) takes it of this part alone.
struct Window {
  static constexpr std::size_t kBytes = 2048, kBack = 64;

  Window(std::string_view whole, std::size_t start)
      : first(character_at(whole, start - std::min(start, kBack))), begin(start) {
    const std::size_t reach = character_at(whole, std::min(start + kBytes, whole.size()));
    const bool is_last = reach == whole.size();
    end = is_last ? reach : character_at(whole, reach - ProtectedPatterns::kLongestMatch);
    text = whole.substr(first, reach - first);
  }

  std::size_t first;  ///< Where `text` stands in the whole.
  std::size_t begin, end;
  std::string_view text;
};

/// Adds the matches that begin in the window, and returns where the next window begins; nothing
/// where it gives up.
std::optional<std::size_t> find_in(const Window& window, const icu::RegexPattern& pattern,
                                   std::vector<TextSpan>& spans) {
  constexpr std::int32_t kMostSteps = 100;  // of 10,000 saved states
  constexpr std::int32_t kMostStack = 1 << 20;
  UErrorCode error = U_ZERO_ERROR;
  UText bytes = UTEXT_INITIALIZER;
  utext_openUTF8(&bytes, window.text.data(), std::ssize(window.text), &error);
  const std::unique_ptr<icu::RegexMatcher> matcher(pattern.matcher(error));
  if (U_FAILURE(error)) return std::nullopt;
  matcher->reset(&bytes);
  matcher->useTransparentBounds(true).useAnchoringBounds(false);
  matcher->setTimeLimit(kMostSteps, error);
  matcher->setStackLimit(kMostStack, error);
  const auto from = static_cast<std::int64_t>(window.begin - window.first);
  matcher->region(from, std::ssize(window.text), error);
  std::size_t next = window.end;
  while (matcher->find(error)) {
    const TextSpan span{window.first + static_cast<std::size_t>(matcher->start64(error)),
                        window.first + static_cast<std::size_t>(matcher->end64(error))};
    if (span.begin >= window.end) break;
    spans.push_back(span);
    next = std::max(next, span.end);
  }
  utext_close(&bytes);
  if (U_FAILURE(error)) return std::nullopt;
  return next;
}

/// Without white space at the ends; empty if there is nothing else.
TextSpan trimmed(std::string_view text, TextSpan span) {
  std::size_t space = 0;
  while (span.begin < span.end && (space = space_length(text, span.begin)) > 0) span.begin += space;
  span.end = std::max(span.begin, span.begin + strip_end(span.of(text)).size());
  return span;
}

}  // namespace

ProtectedPatterns::ProtectedPatterns(std::span<const std::string> expressions) {
  auto compiled = std::make_shared<Compiled>();
  for (const std::string& expression : expressions) {
    compiled->patterns.push_back(compile(expression));
  }
  compiled_ = std::move(compiled);
}

std::optional<std::vector<TextSpan>> ProtectedPatterns::find(std::string_view text) const {
  std::vector<TextSpan> spans;
  if (!compiled_) return spans;
  for (const auto& pattern : compiled_->patterns) {
    for (std::size_t begin = 0; begin < text.size();) {
      const auto next = find_in(Window(text, begin), *pattern, spans);
      if (!next) return std::nullopt;
      begin = *next;
    }
  }
  for (TextSpan& span : spans) span = trimmed(text, span);
  return joined_spans(std::move(spans));
}

}  // namespace heed
