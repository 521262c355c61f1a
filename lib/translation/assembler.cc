#include "translation/assembler.h"

#include <algorithm>
#include <numeric>

#include "decoding/alignment.h"
#include "translation/long_lines.h"
#include "util/strings.h"

namespace heed {

namespace {

std::vector<int> count_up(std::size_t size) {
  std::vector<int> numbers(size);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

/// The units that `map` names, and </s>.
std::vector<std::string> unit_names(std::vector<std::string> names, const std::vector<int>& map) {
  names.resize(map.empty() ? 0 : map.back() + 1);
  names.emplace_back("</s>");
  return names;
}

std::vector<std::string> words_of(std::string_view text) {
  const std::vector<std::string_view> words = split_words(text);
  return {words.begin(), words.end()};
}

/// The units of [begin, end) counted from that of `begin`, which is returned first.
std::pair<int, std::vector<int>> slice(const std::vector<int>& map, int begin, int end) {
  std::vector<int> part(map.begin() + begin, map.begin() + end);
  const int first = part.empty() ? 0 : part.front();
  for (int& unit : part) unit -= first;
  return {first, std::move(part)};
}

bool has_text(const TranslatedLine& line, std::string_view text) {
  return std::ranges::any_of(line.translations, [&](const auto& t) { return t.text == text; });
}

}  // namespace

std::vector<int> Assembler::source_map(const PreparedLine& line) const {
  return by_word() ? line.words : count_up(line.ids.size());
}

std::vector<std::string> Assembler::source_units(const PreparedLine& line) const {
  return unit_names(by_word() ? words_of(line.text) : tokenizers_.source.pieces(line.ids),
                    source_map(line));
}

/// A given translation's words are those of its text, which its pieces may not give again.
std::vector<int> Assembler::target_map(const PreparedLine& line,
                                       const std::vector<int>& tokens) const {
  if (!by_word()) return count_up(tokens.size());
  if (!line.target_text.empty()) return line.target_words;
  return tokenizers_.target.word_of_piece(tokens);
}

std::vector<std::string> Assembler::target_units(const PreparedLine& line,
                                                 const std::vector<int>& tokens) const {
  const std::vector<int> map = target_map(line, tokens);
  if (!by_word()) return unit_names(tokenizers_.target.pieces(tokens), map);
  return unit_names(
      words_of(line.target_text.empty() ? tokenizers_.target.decode(tokens) : line.target_text),
      map);
}

/// Links are found part by part: a matrix of the whole line grows with its square.
void Assembler::align(const PreparedLine& line, Parts parts, const std::vector<int>& target_words,
                      Translation& result) const {
  const std::vector<int> source_words = source_map(line);
  std::vector<int> source_lengths;
  int source_begin = 0, target_begin = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const int source_end = line.ends[i];
    const int target_end = target_begin + static_cast<int>(parts[i]->tokens.size());
    const auto [first_source, sources] = slice(source_words, source_begin, source_end);
    const auto [first_target, targets] = slice(target_words, target_begin, target_end);
    const AttentionMatrix weights = attention_by_word(parts[i]->attention, sources, targets);
    const float threshold = options_.alignment.threshold;
    for (const AlignmentLink& link :
         threshold > 0 ? hard_alignment(weights, threshold) : hard_alignment(weights)) {
      result.alignment.emplace_back(first_source + link.source, first_target + link.target);
    }
    source_lengths.push_back(source_end - source_begin);
    source_begin = source_end;
    target_begin = target_end;
  }
  std::ranges::sort(result.alignment);
  const auto repeated = std::unique(result.alignment.begin(), result.alignment.end());
  result.alignment.erase(repeated, result.alignment.end());
  if (options_.alignment.form == AlignmentForm::kSoft) {
    result.attention =
        attention_by_word(join_attention(parts, source_lengths), source_words, target_words);
  }
}

Translation Assembler::translation(const PreparedLine& line, Parts parts) const {
  Hypothesis joined = join_parts(parts, options_.search.normalize);
  Translation result;
  result.text = tokenizers_.target.decode(joined.tokens);
  std::replace(result.text.begin(), result.text.end(), '\r', ' ');  // some readers end lines there
  result.log_probability = joined.log_probability;
  result.score = joined.score;
  result.pieces = tokenizers_.target.pieces(joined.tokens);
  result.word_scores = std::move(joined.word_scores);
  if (options_.alignment.form == AlignmentForm::kNone) return result;
  result.units = target_units(line, joined.tokens);
  align(line, parts, target_map(line, joined.tokens), result);
  return result;
}

TranslatedLine Assembler::assemble(const PreparedLine& line,
                                   std::span<const std::vector<Hypothesis>> parts) const {
  TranslatedLine result;
  result.number = line.number;
  result.source = line.text;
  if (!line.is_translated()) {
    result.translations.emplace_back().text = line.is_copied ? line.text : "";
    return result;
  }
  std::size_t count = 0;
  for (const auto& part : parts) count = std::max(count, part.size());
  const bool distinct = options_.n_best_distinct;
  const std::size_t most = distinct && options_.n_best >= 0 ? std::max(options_.n_best, 1) : count;
  for (std::size_t rank = 0; rank < count && result.translations.size() < most; ++rank) {
    std::vector<const Hypothesis*> chosen;
    for (const auto& part : parts) chosen.push_back(&part[std::min(rank, part.size() - 1)]);
    Translation next = translation(line, chosen);
    if (distinct && has_text(result, next.text)) continue;
    result.translations.push_back(std::move(next));
  }
  if (options_.alignment.form != AlignmentForm::kNone) result.source_units = source_units(line);
  return result;
}

PairAttention Assembler::attention(const PreparedLine& line,
                                   std::span<const AttentionChoice> choices,
                                   std::span<const AttentionMatrix> pieces) const {
  const std::vector<int> sources = source_map(line), targets = target_map(line, line.target);
  PairAttention result{source_units(line), target_units(line, line.target), {}};
  for (std::size_t i = 0; i < choices.size(); ++i) {
    result.heads.push_back(
        {choices[i].layer, choices[i].head, attention_by_word(pieces[i], sources, targets)});
  }
  return result;
}

}  // namespace heed
