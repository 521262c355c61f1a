#include "util/strings.h"

#include <fmt/core.h>
#include <utility>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace heed {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

struct Sequence {
  std::size_t length = 1;  // of the character, or of the ill-formed part
  bool valid = false;
};

/// What follows a lead byte, in the Unicode Standard's table 3-7: how many bytes, and the range of
/// the first of them; the others are 80..BF.
struct Follow {
  int count = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xbf;
};

Follow after_lead(unsigned char lead) {
  if (lead < 0xc2 || lead > 0xf4) return {};
  if (lead < 0xe0) return {.count = 1};
  if (lead < 0xf0) {
    return {.count = 2,
            .low = static_cast<unsigned char>(lead == 0xe0 ? 0xa0 : 0x80),
            .high = static_cast<unsigned char>(lead == 0xed ? 0x9f : 0xbf)};
  }
  return {.count = 3,
          .low = static_cast<unsigned char>(lead == 0xf0 ? 0x90 : 0x80),
          .high = static_cast<unsigned char>(lead == 0xf4 ? 0x8f : 0xbf)};
}

Sequence first_sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return {1, true};
  Follow follow = after_lead(byte(0));
  if (follow.count == 0) return {1, false};
  std::size_t length = 1;
  for (; follow.count > 0; --follow.count, ++length) {
    if (length == text.size() || byte(length) < follow.low || byte(length) > follow.high) {
      return {length, false};
    }
    follow = {follow.count, 0x80, 0xbf};
  }
  return {length, true};
}

/// Length of the longest well-formed beginning.
std::size_t valid_prefix(std::string_view text) {
  std::size_t position = 0;
  while (position < text.size()) {
    const Sequence sequence = first_sequence(text.substr(position));
    if (!sequence.valid) break;
    position += sequence.length;
  }
  return position;
}

/// Damerau-Levenshtein distance in its restricted form: no place is edited twice.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      const std::size_t replaced = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      cost[i][j] = std::min({replaced, cost[i - 1][j] + 1, cost[i][j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

bool is_valid_utf8(std::string_view text) { return valid_prefix(text) == text.size(); }

bool repair_utf8(std::string& text) {
  std::string_view rest = text;
  std::size_t valid = valid_prefix(rest);
  if (valid == text.size()) return false;
  std::string repaired;
  while (!rest.empty()) {
    repaired.append(rest.substr(0, valid));
    rest.remove_prefix(valid);
    if (rest.empty()) break;
    repaired.append(kReplacement);
    rest.remove_prefix(first_sequence(rest).length);
    valid = valid_prefix(rest);
  }
  text = std::move(repaired);
  return true;
}

void append_utf8(std::string& text, char32_t character) {
  const bool is_surrogate = character >= 0xd800 && character <= 0xdfff;
  if (is_surrogate || character > 0x10ffff) {
    text += kReplacement;
    return;
  }
  const auto byte = [&](unsigned int bits) { text += static_cast<char>(bits); };
  const auto follow = [&](int shift) { byte(0x80U | (character >> shift & 0x3fU)); };
  if (character < 0x80) {
    byte(character);
  } else if (character < 0x800) {
    byte(0xc0U | character >> 6);
    follow(0);
  } else if (character < 0x10000) {
    byte(0xe0U | character >> 12);
    follow(6), follow(0);
  } else {
    byte(0xf0U | character >> 18);
    follow(12), follow(6), follow(0);
  }
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_space(text[i])) continue;
    if (i > start) words.push_back(text.substr(start, i - start));
    start = i + 1;
  }
  if (text.size() > start) words.push_back(text.substr(start));
  return words;
}

std::size_t WordPlaces::end(int word) const {
  const std::string_view found = (*this)[word];
  return static_cast<std::size_t>(found.data() - text_.data()) + found.size();
}

int WordPlaces::at(std::size_t place) const {
  const auto ends_before = [&](std::string_view word) {
    return static_cast<std::size_t>(word.data() - text_.data()) + word.size() <= place;
  };
  return static_cast<int>(std::ranges::partition_point(words_, ends_before) - words_.begin());
}

std::vector<std::string_view> split_fields(std::string_view text, char separator) {
  std::vector<std::string_view> fields;
  for (;;) {
    const std::size_t end = text.find(separator);
    fields.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return fields;
    text.remove_prefix(end + 1);
  }
}

std::string with_thousands(std::int64_t number) {
  std::string digits = fmt::format("{}", number);
  const std::ptrdiff_t first = number < 0 ? 1 : 0;
  for (auto place = std::ssize(digits) - 3; place > first; place -= 3) {
    digits.insert(static_cast<std::size_t>(place), 1, ',');
  }
  return digits;
}

std::string human_size(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  constexpr std::array kUnits{"KiB", "MiB", "GiB", "TiB", "PiB"};
  double size = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; size >= 1023.95 && unit + 1 < kUnits.size(); ++unit) size /= 1024;
  return fmt::format("{:.1f} {}", size, kUnits[unit]);
}

std::string human_duration(double seconds) {
  if (seconds < 9.995) return fmt::format("{:.2f}s", seconds);
  if (seconds < 59.95) return fmt::format("{:.1f}s", seconds);
  const auto whole = std::llround(seconds);
  if (whole < 3600) return fmt::format("{}m {:02}s", whole / 60, whole % 60);
  const auto minutes = std::llround(seconds / 60);
  if (minutes < 24 * 60) return fmt::format("{}h {:02}m", minutes / 60, minutes % 60);
  const auto hours = std::llround(seconds / 3600);
  return fmt::format("{}d {:02}h", hours / 24, hours % 24);
}

std::string nearest_name(std::string_view name, const std::vector<std::string>& known) {
  std::string nearest;
  std::size_t least = std::max<std::size_t>(1, name.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const std::size_t distance = edit_distance(name, candidate);
    if (distance >= least) continue;
    least = distance;
    nearest = candidate;
  }
  return nearest;
}

}  // namespace heed
