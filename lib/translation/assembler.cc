#include "translation/assembler.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "decoding/alignment.h"
#include "translation/doubts.h"
#include "translation/long_lines.h"
#include "util/strings.h"

namespace heed {

namespace {

std::vector<int> count_up(std::size_t size) {
  std::vector<int> numbers(size);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

std::vector<std::string> with_end(std::vector<std::string> names) {
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

/// What a cropped line lost is no unit.
std::vector<std::string> Assembler::source_units(const PreparedLine& line) const {
  if (!by_word()) return with_end(tokenizers_.source.pieces(line.ids));
  std::vector<std::string> words = words_of(line.text);
  if (line.is_cropped) words.resize(line.words.empty() ? 0 : line.words.back() + 1);
  return with_end(std::move(words));
}

/// The same for a given translation.
std::vector<std::string> Assembler::given_units(const PreparedLine& line) const {
  if (!by_word()) return with_end(tokenizers_.target.pieces(line.target));
  std::vector<std::string> words = words_of(line.target_text);
  if (line.is_cropped) words.resize(line.target_words.empty() ? 0 : line.target_words.back() + 1);
  return with_end(std::move(words));
}

std::vector<int> Assembler::given_map(const PreparedLine& line) const {
  return by_word() ? line.target_words : count_up(line.target.size());
}

namespace {

/// Wide marks end a sentence without a blank, which other scripts need.
std::string between(const LineSentence& next, std::string_view before, std::string_view after) {
  const bool is_glued = next.before.empty() && !before.empty() && !after.empty();
  return is_glued && static_cast<unsigned char>(before.back()) < 0x80 ? " " : next.before;
}

/// A text that grows, and how many words it has.
class GrowingText {
 public:
  /// The number of the word that the first of `more` is, or is a part of.
  int append(std::string_view more) {
    const bool goes_on =
        !text_.empty() && !more.empty() && !is_space(text_.back()) && !is_space(more.front());
    const int first = words_ - (goes_on ? 1 : 0);
    words_ = first + static_cast<int>(split_words(more).size());
    text_ += more;
    return first;
  }
  std::string& text() { return text_; }

 private:
  std::string text_;
  int words_ = 0;
};

}  // namespace

/// The line's text, its words, and what was put back, sentence by sentence.
RestoredLine Assembler::restored(const PreparedLine& line, Parts parts) const {
  GrowingText text;
  RestoredLine whole;
  for (const LineSentence& sentence : line.sentences) {
    const Parts own = parts.first(sentence.own.part_lengths.size());
    parts = parts.subspan(own.size());
    const RestoredText part = restore(sentence.own, own, tokenizers_.target);
    text.append(between(sentence, text.text(), part.text));
    const int first = text.append(part.text);
    whole.starts.emplace_back(sentence.first_word, first);
    for (const int word : part.words) whole.words.push_back(first + word);
    for (const auto& [source, target] : part.copied) {
      whole.copied.emplace_back(sentence.first_word + source, first + target);
    }
  }
  whole.text = std::move(text.text());
  return whole;
}

namespace {

/// For each target word the source word that it attends to and that, of all target words, is
/// attended to by it: the one with the greatest product of both shares. So an article that looks at
/// its noun is linked with the article.
HardAlignment mutual_alignment(const AttentionMatrix& weights) {
  std::vector<float> sums(weights.empty() ? 0 : weights.back().size());
  for (const std::vector<float>& row : weights) {
    for (std::size_t s = 0; s < row.size(); ++s) sums[s] += row[s];
  }
  HardAlignment links;
  for (std::size_t t = 0; t + 1 < weights.size(); ++t) {
    const std::vector<float>& row = weights[t];
    const auto share = [&](std::size_t s) { return sums[s] > 0 ? row[s] * row[s] / sums[s] : 0; };
    std::size_t best = 0;
    for (std::size_t s = 1; s + 1 < row.size(); ++s) best = share(s) > share(best) ? s : best;
    if (row.size() > 1) links.push_back({static_cast<int>(best), static_cast<int>(t)});
  }
  return links;
}

/// Links are found part by part: a matrix of the whole line grows with its square.
HardAlignment links_by_part(const PreparedLine& line, std::span<const Hypothesis* const> parts,
                            const std::vector<int>& source_words,
                            const std::vector<int>& target_words,
                            const std::function<HardAlignment(const AttentionMatrix&)>& links_in) {
  HardAlignment links;
  int source_begin = 0, target_begin = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const int target_end = target_begin + static_cast<int>(parts[i]->tokens.size());
    const auto [first_source, sources] = slice(source_words, source_begin, line.ends[i]);
    const auto [first_target, targets] = slice(target_words, target_begin, target_end);
    for (const AlignmentLink& link :
         links_in(attention_by_word(parts[i]->attention, sources, targets))) {
      links.push_back({first_source + link.source, first_target + link.target});
    }
    source_begin = line.ends[i];
    target_begin = target_end;
  }
  return links;
}

}  // namespace

void Assembler::align(const PreparedLine& line, Parts parts, const std::vector<int>& target_words,
                      Translation& result) const {
  const std::vector<int> source_words = source_map(line);
  const float threshold = options_.alignment.threshold;
  const auto links_in = [threshold](const AttentionMatrix& weights) {
    return threshold > 0 ? hard_alignment(weights, threshold) : hard_alignment(weights);
  };
  for (const AlignmentLink& link :
       links_by_part(line, parts, source_words, target_words, links_in)) {
    result.alignment.emplace_back(link.source, link.target);
  }
  if (options_.alignment.form == AlignmentForm::kSoft) {
    std::vector<int> source_lengths(line.ends.size());
    std::adjacent_difference(line.ends.begin(), line.ends.end(), source_lengths.begin());
    result.attention =
        attention_by_word(join_attention(parts, source_lengths), source_words, target_words,
                          {static_cast<int>(source_units(line).size()) - 1,
                           static_cast<int>(result.units.size()) - 1});
  }
}

/// The text with its markup, as attention by word says, if the model has any.
std::string Assembler::marked(const PreparedLine& line, Parts parts,
                              const RestoredLine& restored) const {
  WordLinks links{{}, restored.starts};
  links.source_of.assign(split_words(restored.text).size(), -1);
  const auto link = [&](int source, int target) {
    if (std::cmp_less(target, links.source_of.size())) links.source_of[target] = source;
  };
  const bool has_attention =
      std::ranges::none_of(parts, [](const Hypothesis* part) { return part->attention.empty(); });
  if (has_attention && !line.marked->tags.empty()) {
    for (const AlignmentLink& found :
         links_by_part(line, parts, line.words, restored.words, mutual_alignment)) {
      link(found.source, found.target);
    }
  }
  for (const auto& [source, target] : restored.copied) link(source, target);
  return with_markup(*line.marked, restored.text, links);
}

/// What was put back is linked to where it stood.
void Assembler::link(const std::vector<std::pair<int, int>>& copied, Translation& result) const {
  if (by_word()) {
    result.alignment.insert(result.alignment.end(), copied.begin(), copied.end());
    for (const auto& [source, target] : copied) {
      if (result.attention.empty() || !result.attention[target].empty()) continue;
      result.attention[target].resize(result.attention.back().size());
      result.attention[target][source] = 1;
    }
  }
  std::ranges::sort(result.alignment);
  const auto repeated = std::unique(result.alignment.begin(), result.alignment.end());
  result.alignment.erase(repeated, result.alignment.end());
}

/// Those of any part, each once. Attention is there as well where a neighbour in the batch needed
/// it.
std::vector<std::string> Assembler::doubts(const PreparedLine& line, Parts parts) const {
  std::vector<std::string> all;
  int begin = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (std::string& doubt : find_doubts(*parts[i], line.ends[i] - begin)) {
      const bool is_known = doubt != "attention" || options_.flag_doubtful;
      if (is_known && std::ranges::count(all, doubt) == 0) all.push_back(std::move(doubt));
    }
    begin = line.ends[i];
  }
  return all;
}

Translation Assembler::translation(const PreparedLine& line, Parts parts) const {
  Hypothesis joined = join_parts(parts, options_.search.normalize);
  RestoredLine restored = this->restored(line, parts);
  std::ranges::replace(restored.text, '\r', ' ');  // some readers end lines there
  Translation result;
  result.text = line.marked ? marked(line, parts, restored) : restored.text;
  result.log_probability = joined.log_probability;
  result.score = joined.score;
  result.pieces = tokenizers_.target.pieces(joined.tokens);
  result.word_scores = std::move(joined.word_scores);
  const bool is_given = !line.target_text.empty();
  if (!is_given) result.doubts = doubts(line, parts);
  if (options_.alignment.form == AlignmentForm::kNone) return result;
  result.units =
      is_given ? given_units(line) : with_end(by_word() ? words_of(restored.text) : result.pieces);
  align(line, parts,
        is_given    ? given_map(line)
        : by_word() ? restored.words
                    : count_up(joined.tokens.size()),
        result);
  link(restored.copied, result);
  return result;
}

TranslatedLine Assembler::assemble(const PreparedLine& line,
                                   std::span<const std::vector<Hypothesis>> parts) const {
  TranslatedLine result;
  result.number = line.number;
  result.source = line.as_given();
  if (!line.is_translated()) {
    Translation& only = result.translations.emplace_back();
    const bool is_as_given = line.is_copied || line.marked;
    only.text = is_as_given ? line.as_given() : restored(line, {}).text;
    result.unmet_constraints = line.constraints;
    return result;
  }
  for (const int unmet : parts.front().front().unmet) {
    result.unmet_constraints.push_back(line.constraints[unmet]);
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
  const std::vector<int> sources = source_map(line), targets = given_map(line);
  PairAttention result{source_units(line), given_units(line), {}};
  const WordCounts counts{static_cast<int>(result.source_units.size()) - 1,
                          static_cast<int>(result.target_units.size()) - 1};
  for (std::size_t i = 0; i < choices.size(); ++i) {
    result.heads.push_back({choices[i].layer, choices[i].head,
                            attention_by_word(pieces[i], sources, targets, counts)});
  }
  return result;
}

}  // namespace heed
