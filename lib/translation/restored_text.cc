#include "translation/restored_text.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "data/placeholders.h"
#include "text/unicode.h"
#include "util/strings.h"

namespace heed {
namespace {

using Parts = std::span<const Hypothesis* const>;

/// The tokens without placeholders that stand for nothing or were there before, and the number of
/// the kept token that each token is, or comes after.
struct KeptTokens {
  std::vector<int> ids;
  std::vector<int> symbols;  ///< The number of the placeholder that each is, or 0.
  std::vector<int> place;
  std::array<bool, kPlaceholders + 1> has_symbol{};
};

KeptTokens keep_tokens(Parts parts, int symbols, const Tokenizer& target) {
  KeptTokens kept;
  const bool has_symbols = has_placeholders(target);
  const auto add = [&](int id) {
    const int symbol = has_symbols ? placeholder_number(target.piece(id)) : 0;
    const bool is_stray = symbol > symbols || (symbol > 0 && kept.has_symbol[symbol]);
    if (!is_stray) {
      kept.has_symbol[symbol] = true;
      kept.ids.push_back(id);
      kept.symbols.push_back(symbol);
    } else if (!kept.ids.empty() && target.piece(kept.ids.back()) == "▁") {
      kept.ids.pop_back();
      kept.symbols.pop_back();
    }
    kept.place.push_back(std::max(static_cast<int>(kept.ids.size()) - 1, 0));
  };
  for (const Hypothesis* part : parts) std::ranges::for_each(part->tokens, add);
  // What was dropped after it had been kept is at the place that all behind it began from.
  for (std::size_t i = kept.place.size(); i > 1; --i) {
    kept.place[i - 2] = std::min(kept.place[i - 2], kept.place[i - 1]);
  }
  return kept;
}

/// The target word, counted from 0, behind which a span of the source belongs; -1: before all.
class Placement {
 public:
  /// `target_words` has the word of each token of all parts.
  Placement(const PreparedSentence& sentence, Parts parts, const std::vector<int>& target_words,
            int target_size)
      : sentence_(sentence),
        parts_(parts),
        target_words_(target_words),
        target_size_(target_size),
        read_words_(sentence.words) {
    read_words_.erase(std::unique(read_words_.begin(), read_words_.end()), read_words_.end());
  }

  int operator()(const CopiedSpan& span) const {
    const auto count_to = [&](const std::vector<int>& words) {
      return std::ranges::upper_bound(words, span.after_word) - words.begin();
    };
    const std::ptrdiff_t before = count_to(read_words_), all = std::ssize(read_words_);
    if (before == 0) return -1;
    if (before == all) return target_size_ - 1;
    const int found = most_attentive(static_cast<int>(count_to(sentence_.words)) - 1);
    const int shared = static_cast<int>(target_size_ * before / all) - 1;
    return std::min(found >= 0 ? found : shared, target_size_ - 1);
  }

 private:
  /// The word of the token that attends most to the word of source token `source`, within its part;
  /// -1 without attention.
  int most_attentive(int source) const {
    int begin = 0, target_begin = 0;
    std::size_t part = 0;
    for (; source >= begin + sentence_.part_lengths[part]; ++part) {
      begin += sentence_.part_lengths[part];
      target_begin += static_cast<int>(parts_[part]->tokens.size());
    }
    const auto& attention = parts_[part]->attention;
    int first = source;
    while (first > begin && sentence_.words[first - 1] == sentence_.words[source]) --first;
    int best = -1;
    float most = -1;
    for (std::size_t t = 0; t < parts_[part]->tokens.size() && t < attention.size(); ++t) {
      if (attention[t].empty()) return -1;
      float weight = 0;
      for (int s = first; s <= source; ++s) weight += attention[t][s - begin];
      if (weight > most) {
        most = weight;
        best = target_words_[target_begin + t];
      }
    }
    return best;
  }

  const PreparedSentence& sentence_;
  Parts parts_;
  const std::vector<int>& target_words_;
  int target_size_;
  std::vector<int> read_words_;  ///< The source words that the model has read.
};

/// Spans and the word that each stands behind, in the order of words.
using Missing = std::vector<std::pair<int, const CopiedSpan*>>;

using Links = std::vector<std::pair<int, int>>;

int word_count(const CopiedSpan& span) { return static_cast<int>(split_words(span.text).size()); }

/// The span's words begin with `word` of the text.
void link_words(const CopiedSpan& span, int word, Links& links) {
  for (int i = 0; i < word_count(span); ++i) links.emplace_back(span.word + i, word + i);
}

/// Where spans behind the word go; before the mark at its end if wanted.
std::size_t place_behind(std::string_view text, const WordPlaces& places, int word,
                         bool before_mark) {
  if (word < 0 || places.size() == 0) return 0;
  const std::string_view core = strip_punctuation(places[word]);
  if (!before_mark || core.empty()) return places.end(word);
  return static_cast<std::size_t>(core.data() + core.size() - text.data());
}

/// Puts the spans into the text, and counts the words that they are.
void put_back(const Missing& missing, RestoredText& result) {
  const WordPlaces places(result.text);
  std::string text;
  std::size_t done = 0;
  int added = 0;
  Links links;
  std::vector<int> before(places.size() + 1);  // words that were put before each word
  for (auto span = missing.begin(); span != missing.end();) {
    const int word = span->first;
    const auto end =
        std::find_if(span, missing.end(), [&](const auto& s) { return s.first > word; });
    const std::size_t at =
        place_behind(result.text, places, word, std::prev(end)->second->is_before_mark);
    text.append(result.text, done, at - done);
    done = at;
    for (; span != end; ++span) {
      const bool is_word = text.empty() || span->second->is_apart;
      if (is_word && !text.empty()) text += ' ';
      text += span->second->text;
      added += is_word ? 1 : 0;
      link_words(*span->second, std::max(word + added, 0), links);
      added += word_count(*span->second) - 1;
    }
    if (word < 0 && !result.text.empty()) text += ' ';
    before[word + 1] = added;
  }
  text.append(result.text, done);
  for (std::size_t i = 1; i < before.size(); ++i) before[i] = std::max(before[i], before[i - 1]);
  const int last = places.size() + added - 1;  // of tokens that make no word too
  for (int& word : result.words) word = std::min(word + before[word], last);
  for (auto& [source, word] : result.copied) word += before[word];
  result.copied.insert(result.copied.end(), links.begin(), links.end());
  result.text = std::move(text);
}

/// Puts spans in the place of their placeholders, and counts the words that they are.
void fill(const KeptTokens& kept, const std::vector<int>& words,
          std::span<const CopiedSpan* const> symbols, RestoredText& result) {
  std::vector<std::string_view> texts;
  for (const CopiedSpan* span : symbols) texts.push_back(span->text);
  result.text = fill_placeholders(result.text, texts);
  const int last = std::max(WordPlaces(result.text).size() - 1, 0);
  std::vector<int> filled;
  int added = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    filled.push_back(std::min(words[i] + added, last));
    if (kept.symbols[i] == 0) continue;
    const CopiedSpan& span = *symbols[static_cast<std::size_t>(kept.symbols[i]) - 1];
    link_words(span, std::max(std::min(filled.back(), last + 1 - word_count(span)), 0),
               result.copied);
    added += word_count(span) - 1;
  }
  for (const int place : kept.place) {
    result.words.push_back(filled.empty() ? 0 : filled[static_cast<std::size_t>(place)]);
  }
}

}  // namespace

RestoredText restore(const PreparedSentence& sentence, Parts parts, const Tokenizer& target) {
  std::vector<const CopiedSpan*> symbols;
  for (const CopiedSpan& span : sentence.copied) {
    if (span.symbol > 0) symbols.push_back(&span);
  }
  const KeptTokens kept = keep_tokens(parts, static_cast<int>(symbols.size()), target);
  const DecodedLine decoded = target.decode_words(kept.ids);
  RestoredText result{sentence.is_in_capitals ? uppercase(decoded.text) : decoded.text, {}, {}};
  fill(kept, decoded.words, symbols, result);
  if (sentence.copied.empty()) return result;
  const Placement place(sentence, parts, result.words, WordPlaces(result.text).size());
  Missing missing;
  for (const CopiedSpan& span : sentence.copied) {
    if (span.symbol == 0 || !kept.has_symbol[span.symbol]) missing.emplace_back(place(span), &span);
  }
  std::ranges::stable_sort(missing, {}, &std::pair<int, const CopiedSpan*>::first);
  put_back(missing, result);
  return result;
}

}  // namespace heed
