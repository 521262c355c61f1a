#include "translation/target_tag.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "text/languages.h"
#include "util/error.h"
#include "util/json.h"

namespace heed {

namespace {

constexpr std::string_view kOpen = ">>", kClose = "<<";
constexpr std::string_view kBlank = "\xe2\x96\x81";  // ▁

std::string tag_text(std::string_view language) { return fmt::format(">>{}<<", language); }

/// The vocabulary's piece for a tag: with the blank before, or without.
std::string piece_of(const std::string& tag, const Tokenizer& source) {
  for (const std::string& piece : {tag, std::string(kBlank) + tag}) {
    if (source.has_piece(piece)) return piece;
  }
  return "";
}

/// Some of the languages that the vocabulary has tags for.
std::string known_languages(const Tokenizer& source) {
  constexpr int kNamed = 8;
  int count = 0;
  std::string named;
  for (int id = 0; id < source.size(); ++id) {
    std::string piece = source.piece(id);
    if (piece.starts_with(kBlank)) piece.erase(0, kBlank.size());
    if (piece.size() < 5 || !piece.starts_with(kOpen) || !piece.ends_with(kClose)) continue;
    if (++count > kNamed) continue;
    named += (named.empty() ? "" : ", ") + piece.substr(2, piece.size() - 4);
  }
  if (count > kNamed) named += fmt::format(" and {} more", count - kNamed);
  return named;
}

}  // namespace

std::vector<int> find_target_tag(const std::string& language, const Tokenizer& source) {
  if (language.empty()) return {};
  std::string code = language;
  if (code.size() > 4 && code.starts_with(kOpen) && code.ends_with(kClose)) {
    code = code.substr(2, code.size() - 4);
  }
  for (const std::string& name : {code, three_letter_code(code)}) {
    const std::string tag = tag_text(name), piece = piece_of(tag, source);
    if (name.empty() || piece.empty()) continue;
    std::vector<int> ids = source.encode(tag);
    if (source.piece(ids.back()) == piece) return ids;
  }
  const std::string known = known_languages(source);
  if (known.empty()) {
    fail_usage(
        "expected no target tag for a model without tags such as >>de<<, found {}; leave it out",
        printable(language));
  }
  fail_usage("expected a target language of the model ({}), found {}", known, printable(language));
}

void leave_out_tag(AttentionMatrix& attention, std::size_t tag_length) {
  for (std::vector<float>& row : attention) {
    if (row.size() <= tag_length) continue;
    const auto end = row.begin() + static_cast<std::ptrdiff_t>(tag_length);
    row.back() += std::accumulate(row.begin(), end, 0.0F);
    row.erase(row.begin(), end);
  }
}

}  // namespace heed
