#include "data/placeholders.h"

#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

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

/// The text with placeholders of these numbers for spans.
std::string masked(std::string_view text, std::vector<std::pair<TextSpan, int>> spans) {
  std::ranges::sort(spans, {}, [](const auto& span) { return span.first.begin; });
  std::string result;
  std::size_t done = 0;
  for (const auto& [span, number] : spans) {
    result += text.substr(done, span.begin - done);
    result += placeholder(number);
    done = span.end;
  }
  return result += text.substr(done);
}

}  // namespace

std::string placeholder(int number) { return fmt::format("{}{}{}", kOpening, number, kClosing); }

int placeholder_number(std::string_view piece) {
  static_assert(kPlaceholders < 10, "a digit");
  const bool is_one = piece.size() == kOpening.size() + 1 + kClosing.size() &&
                      piece.starts_with(kOpening) && piece.ends_with(kClosing);
  const int number = is_one ? piece[kOpening.size()] - '0' : 0;
  return number >= 1 && number <= kPlaceholders ? number : 0;
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
  std::vector<TextSpan> spans;
  std::vector<TextSpan> written = written_placeholders(text);
  auto next = written.begin();
  for (const TextSpan& span : copied_spans(text, knows)) {
    while (next != written.end() && next->end <= span.begin) spans.push_back(*next++);
    if (next == written.end() || next->begin >= span.end) spans.push_back(span);
  }
  spans.insert(spans.end(), next, written.end());
  return spans;
}

std::string fill_placeholders(std::string_view text, std::span<const std::string_view> spans) {
  std::string filled;
  std::size_t done = 0;
  for (const TextSpan& symbol : written_placeholders(text)) {
    const auto number = static_cast<std::size_t>(placeholder_number(symbol.of(text)));
    if (number == 0 || number > spans.size()) continue;
    filled += text.substr(done, symbol.begin - done);
    filled += spans[number - 1];
    done = symbol.end;
  }
  return filled += text.substr(done);
}

SentencePair mask_pair(const SentencePair& pair, const Tokenizer& source) {
  const auto knows = [&](char32_t c) { return source.knows(c); };
  std::unordered_multimap<std::string_view, TextSpan> of_target;
  for (const TextSpan& span : spans_to_copy(pair.target, knows)) {
    of_target.emplace(span.of(pair.target), span);
  }
  std::vector<std::pair<TextSpan, int>> in_source, in_target;
  for (const TextSpan& span : spans_to_copy(pair.source, knows)) {
    const auto same = of_target.find(span.of(pair.source));
    if (same == of_target.end() || std::ssize(in_source) == kPlaceholders) continue;
    const int number = static_cast<int>(in_source.size()) + 1;
    in_source.emplace_back(span, number);
    in_target.emplace_back(same->second, number);
    of_target.erase(same);
  }
  return {masked(pair.source, std::move(in_source)), masked(pair.target, std::move(in_target))};
}

}  // namespace heed
