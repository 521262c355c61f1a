#include "translation/restored_text.h"

#include <algorithm>

#include "data/placeholders.h"
#include "decoding/alignment.h"
#include "text/unicode.h"
#include "util/strings.h"

namespace heed {
namespace {

/// The tokens without placeholders that stand for nothing or were there before, and the number of
/// the kept token that each token is, or comes after.
struct KeptTokens {
  std::vector<int> ids;
  std::vector<int> place;
  std::vector<bool> has_symbol;  ///< By CopiedSpan.
};

KeptTokens keep_tokens(const PreparedSentence& sentence, const std::vector<int>& tokens,
                       const Tokenizer& target) {
  KeptTokens kept;
  kept.has_symbol.resize(sentence.copied.size());
  const bool has_symbols = has_placeholders(target);
  for (const int id : tokens) {
    const int symbol = has_symbols ? placeholder_number(target.piece(id)) : 0;
    const auto of = std::ranges::find(sentence.copied, symbol, &CopiedSpan::symbol);
    const auto index = static_cast<std::size_t>(of - sentence.copied.begin());
    const bool is_stray = symbol > 0 && (of == sentence.copied.end() || kept.has_symbol[index]);
    if (is_stray) {
      const bool had_blank = !kept.ids.empty() && target.piece(kept.ids.back()) == "▁";
      if (had_blank) kept.ids.pop_back();
    } else {
      if (symbol > 0) kept.has_symbol[index] = true;
      kept.ids.push_back(id);
    }
    kept.place.push_back(std::max(static_cast<int>(kept.ids.size()) - 1, 0));
  }
  return kept;
}

void replace_once(std::string& text, const std::string& part, const std::string& by) {
  const std::size_t at = text.find(part);
  if (at != std::string::npos) text.replace(at, part.size(), by);
}

/// The target word, counted from 0, behind which a span of the source belongs; -1: before all.
class Placement {
 public:
  Placement(const PreparedSentence& sentence, const Hypothesis& translation,
            const std::vector<int>& target_words, int target_size)
      : target_size_(target_size), sources_(sentence.words) {
    sources_.erase(std::unique(sources_.begin(), sources_.end()), sources_.end());
    const bool has_attention =
        !translation.attention.empty() &&
        std::ranges::none_of(translation.attention, [](const auto& row) { return row.empty(); });
    if (has_attention && !sources_.empty() && !target_words.empty()) {
      weights_ = attention_by_word(translation.attention, sentence.words, target_words);
    }
  }

  int operator()(const CopiedSpan& span) const {
    const auto before = static_cast<int>(std::ranges::upper_bound(sources_, span.after_word) -
                                         sources_.begin());  // words
    const auto all = static_cast<int>(sources_.size());
    if (before == 0) return -1;
    if (before == all) return target_size_ - 1;
    if (weights_.empty()) return target_size_ * before / all - 1;
    const auto column = static_cast<std::size_t>(sources_[before - 1]);
    int best = -1;
    for (int t = 0; t < target_size_ && t + 1 < static_cast<int>(weights_.size()); ++t) {
      if (best < 0 || weights_[t][column] > weights_[best][column]) best = t;
    }
    return best;
  }

 private:
  AttentionMatrix weights_;
  int target_size_;
  std::vector<int> sources_;  // words that the model has read
};

/// Where the word ends in the text; before a mark at its end if wanted.
std::size_t end_of(std::string_view text, int word, bool before_mark) {
  if (word < 0) return 0;
  const std::vector<std::string_view> words = split_words(text);
  std::string_view of = words[std::min<std::size_t>(word, words.size() - 1)];
  while (before_mark && !of.empty()) {
    std::size_t last = of.size() - 1;
    while (last > 0 && (static_cast<unsigned char>(of[last]) & 0xC0U) == 0x80U) --last;
    if (last == 0 || !is_punctuation(decode_utf8(of.substr(last)).front())) break;
    of.remove_suffix(of.size() - last);
  }
  return static_cast<std::size_t>(of.data() + of.size() - text.data());
}

/// Puts a span behind a word. True if it is a word of its own.
bool put_back(const CopiedSpan& span, int word, std::string& text) {
  if (text.empty()) {
    text = span.text;
    return true;
  }
  if (word < 0) {
    text.insert(0, span.text + ' ');
    return true;
  }
  const std::size_t at = end_of(text, word, span.is_before_mark);
  text.insert(at, (span.is_apart ? " " : "") + span.text);
  return span.is_apart;
}

}  // namespace

RestoredText restore(const PreparedSentence& sentence, const Hypothesis& translation,
                     const Tokenizer& target) {
  const KeptTokens kept = keep_tokens(sentence, translation.tokens, target);
  RestoredText result{target.decode(kept.ids), {}, {}};
  const std::vector<int> words = target.word_of_piece(kept.ids);
  for (const int place : kept.place) result.words.push_back(words.empty() ? 0 : words[place]);
  if (sentence.is_in_capitals) result.text = uppercase(result.text);
  const auto size = static_cast<int>(split_words(result.text).size());
  const Placement place(sentence, translation, result.words, size);
  std::vector<std::pair<int, const CopiedSpan*>> missing;  // in order of their places
  for (std::size_t i = 0; i < sentence.copied.size(); ++i) {
    const CopiedSpan& span = sentence.copied[i];
    if (kept.has_symbol[i]) {
      replace_once(result.text, placeholder(span.symbol), span.text);
    } else {
      missing.emplace_back(place(span), &span);
    }
  }
  std::ranges::stable_sort(missing, {}, &std::pair<int, const CopiedSpan*>::first);
  int added = 0;
  for (const auto& [word, span] : missing) {
    const bool is_word =
        put_back(*span, word < 0 && added > 0 ? added - 1 : word + added, result.text);
    for (int& of : result.words) of += is_word && of > word + added ? 1 : 0;
    added += is_word ? 1 : 0;
    result.copied.emplace_back(span->word, std::max(word + added, 0));
  }
  return result;
}

}  // namespace heed
