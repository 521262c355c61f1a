#pragma once

#include <unicode/utf8.h>

#include <cstddef>
#include <string_view>

namespace heed {

/// The bytes at the begin of the text that `passes` is true of.
template <class Predicate>
std::size_t prefix_of(std::string_view text, const Predicate& passes) {
  const auto size = static_cast<std::ptrdiff_t>(text.size());
  for (std::ptrdiff_t i = 0; i < size;) {
    const std::ptrdiff_t begin = i;
    UChar32 c = 0;
    U8_NEXT(text.data(), i, size, c);
    if (c < 0 || !passes(c)) return static_cast<std::size_t>(begin);
  }
  return text.size();
}

/// The same at its end.
template <class Predicate>
std::size_t suffix_of(std::string_view text, const Predicate& passes) {
  std::size_t end = text.size();
  while (end > 0) {
    std::size_t begin = end - 1;
    while (begin > 0 && U8_IS_TRAIL(text[begin])) --begin;
    if (prefix_of(text.substr(begin, end - begin), passes) != end - begin) break;
    end = begin;
  }
  return text.size() - end;
}

}  // namespace heed
