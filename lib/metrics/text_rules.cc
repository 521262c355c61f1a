#include "metrics/text_rules.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace heed {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_stop(char c) { return c == '.' || c == ','; }

bool is_split_off(char c) {
  return (c >= '!' && c <= '&') || (c >= '(' && c <= '+') || c == '/' || (c >= ':' && c <= '@') ||
         (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

// Rewrites each pair of neighbouring bytes that `matches`: emit writes at most four bytes and
// returns their end. As with a regular expression, a byte takes part in one match only. The pairs
// are ASCII beside anything, so bytes serve as characters.
template <class Matches, class Emit>
std::string rewrite_pairs(std::string_view in, Matches matches, Emit emit) {
  std::string out(2 * in.size(), '\0');
  char* end = out.data();
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (i + 1 < in.size() && matches(in[i], in[i + 1])) {
      end = emit(end, in[i], in[i + 1]);
      ++i;
    } else {
      *end++ = in[i];
    }
  }
  out.resize(static_cast<std::size_t>(end - out.data()));
  return out;
}

char* write(char* end, std::array<char, 4> bytes) {
  return std::copy(bytes.begin(), bytes.end(), end);
}

char* space_second(char* end, char a, char b) { return write(end, {a, ' ', b, ' '}); }
char* space_first(char* end, char a, char b) { return write(end, {' ', a, ' ', b}); }

}  // namespace

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  std::size_t at = text.find(from);
  while (at != std::string::npos) {
    text.replace(at, from.size(), to);
    at = text.find(from, at + to.size());
  }
}

void replace_entities(std::string& text) {
  if (text.find('&') == std::string::npos) return;
  replace_all(text, "&quot;", "\"");
  replace_all(text, "&amp;", "&");
  replace_all(text, "&lt;", "<");
  replace_all(text, "&gt;", ">");
}

std::string split_ascii_punctuation(std::string_view text) {
  std::string out(3 * text.size(), '\0');
  char* end = out.data();
  for (char c : text) {
    if (is_split_off(c)) {
      *end++ = ' ';
      *end++ = c;
      *end++ = ' ';
    } else {
      *end++ = c;
    }
  }
  out.resize(static_cast<std::size_t>(end - out.data()));
  return out;
}

std::string split_stops(std::string_view text) {
  std::string out = rewrite_pairs(
      text, [](char a, char b) { return is_stop(b) && !is_digit(a); }, space_second);
  out = rewrite_pairs(
      out, [](char a, char b) { return is_stop(a) && !is_digit(b); }, space_first);
  if (out.find('-') == std::string::npos) return out;
  return rewrite_pairs(
      out, [](char a, char b) { return b == '-' && is_digit(a); }, space_second);
}

std::string split_western(std::string_view text) {
  return split_stops(split_ascii_punctuation(text));
}

}  // namespace heed
