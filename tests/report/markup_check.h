#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace heed {

/// The first thing that is wrong with the tags of a page or an SVG, or "": a tag that isn't closed
/// or closed by another, a quote without its end, a bare "&" or control character.
inline std::string markup_errors(std::string_view text) {
  constexpr std::array<std::string_view, 2> kVoid{"meta", "!DOCTYPE"};
  std::vector<std::string> open;
  const auto where = [&](std::string what, std::size_t at) {
    return what + " at: " + std::string(text.substr(at, 80));
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 && byte != '\n') return where("a control character", i);
    if (text[i] == '&') {
      const auto end = text.substr(i, 8).find(';');
      if (end == std::string_view::npos) return where("a bare &", i);
    }
    if (text[i] == '>') return where("a bare >", i);
    if (text[i] != '<') continue;
    std::size_t end = i + 1;
    for (bool quoted = false; end < text.size() && (quoted || text[end] != '>'); ++end) {
      if (text[end] == '"') quoted = !quoted;
      if (text[end] == '<') return where("< within a tag", i);
    }
    if (end == text.size()) return where("an open tag", i);
    const std::string_view tag = text.substr(i + 1, end - i - 1);
    const std::string name(tag.substr(0, tag.find_first_of(" \n/", 1)));
    if (tag.starts_with('/')) {
      if (open.empty() || "/" + open.back() != tag) return where("a wrong end", i);
      open.pop_back();
    } else if (!tag.ends_with('/') && std::ranges::find(kVoid, name) == kVoid.end()) {
      open.push_back(name);
      // Scripts and styles are no markup; a script's text ends at its end tag.
      if (name == "script" || name == "style") end = text.find("</" + name, end) - 1;
    }
    i = end;
  }
  return open.empty() ? "" : "<" + open.back() + "> has no end";
}

}  // namespace heed
