#include "metrics/text_rules.h"

#include <cstddef>

namespace heed {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_stop(char c) { return c == '.' || c == ','; }

bool is_split_off(char c) {
  return (c >= '!' && c <= '&') || (c >= '(' && c <= '+') || c == '/' || (c >= ':' && c <= '@') ||
         (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

// Spaces out each pair of neighbouring bytes that `matches`. As with a regular expression, a byte
// takes part in one match only. The pairs are ASCII beside anything, so bytes serve as characters.
template <class Matches, class Emit>
std::string rewrite_pairs(std::string_view in, Matches matches, Emit emit) {
  std::string out;
  out.reserve(in.size() + 16);
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (i + 1 < in.size() && matches(in[i], in[i + 1])) {
      emit(out, in[i], in[i + 1]);
      ++i;
    } else {
      out.push_back(in[i]);
    }
  }
  return out;
}

void emit_both(std::string& out, char first, char second) { out.append({first, ' ', second, ' '}); }

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
  std::string out;
  out.reserve(text.size() + 16);
  for (char c : text) {
    if (is_split_off(c)) {
      out.append({' ', c, ' '});
    } else {
      out.push_back(c);
    }
  }
  return out;
}

std::string split_stops(std::string_view text) {
  std::string out = rewrite_pairs(
      text, [](char a, char b) { return !is_digit(a) && is_stop(b); }, emit_both);
  out = rewrite_pairs(
      out, [](char a, char b) { return is_stop(a) && !is_digit(b); },
      [](std::string& to, char a, char b) {
        to.append({' ', a, ' ', b});
      });
  return rewrite_pairs(
      out, [](char a, char b) { return is_digit(a) && b == '-'; }, emit_both);
}

std::string split_western(std::string_view text) {
  return split_stops(split_ascii_punctuation(text));
}

}  // namespace heed
