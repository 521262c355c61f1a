#include "translation/prepared_sentence.h"

#include <algorithm>
#include <span>

#include "data/placeholders.h"
#include "text/unicode.h"
#include "util/strings.h"

namespace heed {
namespace {

bool is_space_at(std::string_view text, std::size_t at) {
  return at >= text.size() || space_length(text, at) > 0;
}

/// The span, where it stands in the text.
CopiedSpan describe(std::string_view text, const TextSpan& span) {
  CopiedSpan copied;
  copied.text = span.of(text);
  copied.word = words_before(text, span.begin);
  const bool is_first = split_words(text.substr(0, span.begin)).empty();
  copied.is_apart = is_first || is_space(text[span.begin - 1]);
  copied.after_word = is_first ? -1 : copied.is_apart ? copied.word - 1 : copied.word;
  copied.is_before_mark =
      !is_space_at(text, span.end) && is_punctuation(decode_utf8(text.substr(span.end, 4)).front());
  return copied;
}

/// The text without or with other spans, and which of its words each remaining one was.
class Editing {
 public:
  explicit Editing(std::string_view text) : text_(text) {}

  void replace(const TextSpan& span, std::string_view by) {
    edited_ += text_.substr(done_, span.begin - done_);
    if (by.empty()) {
      cut(span);
    } else {
      edited_ += by;
    }
    done_ = span.end;
  }
  std::string take() { return std::move(edited_ += text_.substr(done_)); }

 private:
  /// Takes one of two blanks away too, and that before a mark; words do not grow together.
  void cut(const TextSpan& span) {
    const bool ends_word = is_space_at(text_, span.end);
    const bool is_before_mark =
        !ends_word && is_punctuation(decode_utf8(text_.substr(span.end, 4)).front());
    if (edited_.ends_with(' ') && (ends_word || is_before_mark)) {
      edited_.pop_back();
    } else if (!edited_.empty() && !edited_.ends_with(' ') && !ends_word && !is_before_mark) {
      edited_ += ' ';
    }
  }

  std::string_view text_;
  std::size_t done_ = 0;
  std::string edited_;
};

/// Of each word that is left when spans are cut out, the word of the text that it was.
std::vector<int> words_left(std::string_view text, std::span<const TextSpan> cut) {
  std::vector<int> left;
  int number = 0;
  for (const std::string_view word : split_words(text)) {
    const auto begin = static_cast<std::size_t>(word.data() - text.data());
    std::string rest(word);
    for (const TextSpan& span : cut) {
      for (std::size_t at = std::max(span.begin, begin);
           at < std::min(span.end, begin + word.size()); ++at) {
        rest[at - begin] = ' ';
      }
    }
    left.insert(left.end(), split_words(rest).size(), number++);
  }
  return left;
}

void encode(const std::string& text, const Tokenizer& tokenizer, PreparedSentence& sentence) {
  sentence.ids = tokenizer.encode(text);
  sentence.words = tokenizer.word_of_piece(text);
}

std::string folded(std::string_view text, bool folds, PreparedSentence& sentence) {
  sentence.is_in_capitals = folds && is_in_capitals(text);
  return sentence.is_in_capitals ? lowercase(text) : std::string(text);
}

/// Whether there are letters or digits but those of placeholders.
bool has_words(std::string_view text) {
  std::string rest(text);
  for (const std::string& symbol : placeholders()) {
    for (std::size_t at = 0; (at = rest.find(symbol, at)) != std::string::npos;) {
      rest.erase(at, symbol.size());
    }
  }
  return std::ranges::any_of(decode_utf8(rest),
                             [](char32_t c) { return is_letter(c) || is_number(c); });
}

/// What comes out as it stands. Capitals are known where their small letters are.
std::vector<TextSpan> unknown_spans(std::string_view text, const Tokenizer& tokenizer,
                                    bool in_capitals) {
  return spans_to_copy(text, [&](char32_t c) {
    return tokenizer.knows(c) || (in_capitals && tokenizer.knows(small_letter(c)));
  });
}

}  // namespace

PreparedSentence prepare_sentence(std::string_view given, const Tokenizer& tokenizer,
                                  const SentenceRules& rules) {
  PreparedSentence sentence;
  const std::string text = tokenizer.composed(given);
  const bool in_capitals = rules.folds_capitals && is_in_capitals(text);
  std::vector<TextSpan> spans, cut;
  if (rules.copies_unknown) spans = unknown_spans(text, tokenizer, in_capitals);
  const bool has_symbols = !spans.empty() && has_placeholders(tokenizer);
  Editing editing(text);
  int symbols = 0;
  for (const TextSpan& span : spans) {
    CopiedSpan& copied = sentence.copied.emplace_back(describe(text, span));
    if (has_symbols && symbols < kPlaceholders) copied.symbol = ++symbols;
    if (copied.symbol == 0) cut.push_back(span);
    editing.replace(span, copied.symbol > 0 ? placeholder(copied.symbol) : "");
  }
  const std::string rest = editing.take();
  if (!spans.empty() && !has_words(rest)) {  // nothing is left to translate
    sentence.copied = {{.text = std::string(given)}};
    return sentence;
  }
  encode(folded(rest, in_capitals, sentence), tokenizer, sentence);
  if (cut.empty()) return sentence;
  const std::vector<int> left = words_left(text, cut);
  for (int& word : sentence.words) {
    word = left.empty() ? 0 : left[std::min<std::size_t>(word, left.size() - 1)];
  }
  return sentence;
}

std::pair<PreparedSentence, PreparedSentence> prepare_sentence_pair(
    std::string_view source, std::string_view target, const Tokenizer& source_tokenizer,
    const Tokenizer& target_tokenizer, const SentenceRules& rules) {
  std::pair<PreparedSentence, PreparedSentence> result;
  SentencePair pair{source_tokenizer.composed(source), target_tokenizer.composed(target)};
  if (rules.copies_unknown && has_placeholders(source_tokenizer)) {
    pair = mask_pair(pair, source_tokenizer);
  }
  encode(folded(pair.source, rules.folds_capitals, result.first), source_tokenizer, result.first);
  encode(folded(pair.target, rules.folds_capitals, result.second), target_tokenizer, result.second);
  return result;
}

}  // namespace heed
