#include "data/placeholders.h"

#include <algorithm>

#include <fmt/format.h>

namespace heed {
namespace {

constexpr std::string_view kOpening = "｟", kClosing = "｠";

/// "｟", anything, "｠".
std::vector<TextSpan> written_placeholders(std::string_view text) {
  std::vector<TextSpan> spans;
  for (std::size_t at = 0; (at = text.find(kOpening, at)) != std::string_view::npos;) {
    const std::size_t end = text.find(kClosing, at);
    if (end == std::string_view::npos) break;
    const TextSpan span{at, end + kClosing.size()};
    if (span.of(text).find_first_of(" \t") == std::string_view::npos) spans.push_back(span);
    at = span.end;
  }
  return spans;
}

}  // namespace

std::string placeholder(int number) { return fmt::format("{}{}{}", kOpening, number, kClosing); }

int placeholder_number(std::string_view piece) {
  for (int i = 1; i <= kPlaceholders; ++i) {
    if (piece == placeholder(i)) return i;
  }
  return 0;
}

std::vector<std::string> placeholders() {
  std::vector<std::string> all;
  for (int i = 1; i <= kPlaceholders; ++i) all.push_back(placeholder(i));
  return all;
}

bool has_placeholders(const Tokenizer& tokenizer) {
  return std::ranges::all_of(placeholders(),
                             [&](const auto& symbol) { return tokenizer.has_piece(symbol); });
}

std::vector<TextSpan> spans_to_copy(std::string_view text, const KnowsCharacter& knows) {
  std::vector<TextSpan> spans = copied_spans(text, knows);
  const std::vector<TextSpan> written = written_placeholders(text);
  std::erase_if(spans, [&](const TextSpan& span) {
    return std::ranges::any_of(
        written, [&](const TextSpan& w) { return span.begin < w.end && w.begin < span.end; });
  });
  spans.insert(spans.end(), written.begin(), written.end());
  std::ranges::sort(spans, {}, &TextSpan::begin);
  return spans;
}

SentencePair mask_pair(const SentencePair& pair, const Tokenizer& source) {
  SentencePair masked{"", pair.target};
  std::size_t done = 0;
  int number = 0;
  for (const TextSpan& span :
       spans_to_copy(pair.source, [&](char32_t c) { return source.knows(c); })) {
    const std::string_view copied = span.of(pair.source);
    const std::size_t at = masked.target.find(copied);
    if (at == std::string::npos || number == kPlaceholders) continue;
    const std::string symbol = placeholder(++number);
    masked.target.replace(at, copied.size(), symbol);
    masked.source += pair.source.substr(done, span.begin - done) + symbol;
    done = span.end;
  }
  masked.source += pair.source.substr(done);
  return masked;
}

}  // namespace heed
