#include "translation/long_lines.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <string_view>

namespace heed {

namespace {

// The wide ones need no blank after them.
constexpr std::array<std::string_view, 4> kSentenceEnds = {".", "!", "?", "…"};
constexpr std::array<std::string_view, 4> kWideSentenceEnds = {"。", "！", "？", "।"};
constexpr std::array<std::string_view, 6> kPauses = {",", ";", ":", "–", "—", "،"};
constexpr std::array<std::string_view, 4> kWidePauses = {"、", "，", "；", "："};
constexpr std::array<std::string_view, 11> kClosers = {"\"", "'", ")",  "]",  "»", "”",
                                                       "’",  "“", "」", "』", "）"};

bool ends_with_any(std::string_view text, std::span<const std::string_view> ends) {
  return std::any_of(ends.begin(), ends.end(), [&](auto end) { return text.ends_with(end); });
}

/// How good it is to cut before piece `at`: 4 best.
class CutQuality {
 public:
  CutQuality(std::span<const std::string> pieces, std::span<const int> words)
      : pieces_(pieces), words_(words) {}

  int operator()(int at) const {
    if (is_byte(pieces_[at]) && is_byte(pieces_[at - 1])) return 0;
    const bool is_between_words = words_[at] != words_[at - 1];
    int last = at - 1;
    for (int i = 0; i < 2 && last > 0 && ends_with_any(pieces_[last], kClosers); ++i) --last;
    const std::string& before = pieces_[last];
    if (ends_with_any(before, kWideSentenceEnds)) return 4;
    if (is_between_words && ends_with_any(before, kSentenceEnds)) return 4;
    if (ends_with_any(before, kWidePauses)) return 3;
    if (is_between_words && ends_with_any(before, kPauses)) return 3;
    return is_between_words ? 2 : 1;
  }

 private:
  std::span<const std::string> pieces_;
  std::span<const int> words_;
};

}  // namespace

bool is_byte(std::string_view piece) {
  return piece.size() == 6 && piece.starts_with("<0x") && piece.ends_with(">");
}

std::vector<int> split_pieces(std::span<const std::string> pieces, std::span<const int> words,
                              int most) {
  const auto size = static_cast<int>(pieces.size());
  const CutQuality quality(pieces, words);
  std::vector<int> ends;
  int begin = 0;
  while (size - begin > most) {
    int best = begin + most;
    // Not before the middle, so that parts don't become too short to translate well.
    for (int at = best; at > begin + most / 2; --at) {
      if (quality(at) > quality(best)) best = at;
    }
    ends.push_back(best);
    begin = best;
  }
  ends.push_back(size);
  return ends;
}

AttentionMatrix join_attention(std::span<const Hypothesis* const> parts,
                               std::span<const int> source_lengths) {
  const int width = std::accumulate(source_lengths.begin(), source_lengths.end(), 1);
  AttentionMatrix line;
  int first = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const AttentionMatrix& part = parts[i]->attention;
    const std::size_t inner_end = i + 1 == parts.size() ? 0 : 1;
    for (std::size_t t = 0; t + inner_end < part.size(); ++t) {
      std::vector<float>& row = line.emplace_back();
      if (part[t].empty()) continue;
      row.resize(width);
      std::copy(part[t].begin(), part[t].end() - 1, row.begin() + first);
      row.back() = part[t].back();
    }
    first += source_lengths[i];
  }
  return line;
}

Hypothesis join_parts(std::span<const Hypothesis* const> parts, float normalize) {
  Hypothesis line;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Hypothesis& part = *parts[i];
    const int inner_end = i + 1 == parts.size() || !part.ended ? 0 : 1;
    line.tokens.insert(line.tokens.end(), part.tokens.begin(), part.tokens.end());
    line.word_scores.insert(line.word_scores.end(), part.word_scores.begin(),
                            part.word_scores.end() - inner_end);
    line.log_probability += part.log_probability;
    if (inner_end == 1) line.log_probability -= part.word_scores.back();
    line.penalty += part.penalty;
  }
  const int length = static_cast<int>(line.word_scores.size());
  const double score = normalized_score(line.log_probability, length, normalize);
  line.score = static_cast<float>(score + line.penalty);
  return line;
}

}  // namespace heed
