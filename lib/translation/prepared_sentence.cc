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

/// Whether a punctuation mark stands there.
bool is_mark_at(std::string_view text, std::size_t at) {
  return !is_space_at(text, at) && is_punctuation(decode_utf8(text.substr(at, 4)).front());
}

/// The span, where it stands in the text.
CopiedSpan describe(std::string_view text, const WordPlaces& places, const TextSpan& span) {
  CopiedSpan copied;
  copied.text = span.of(text);
  copied.word = places.at(span.begin);
  copied.is_apart = span.begin == 0 || is_space(text[span.begin - 1]);
  copied.after_word = copied.is_apart ? copied.word - 1 : copied.word;
  copied.is_before_mark = is_mark_at(text, span.end);
  return copied;
}

/// The text without or with other spans.
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
    const bool is_before_mark = is_mark_at(text_, span.end);
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

/// Of each word that is left when spans, in order, are cut out, the word of the text that it was.
std::vector<int> words_left(const WordPlaces& places, std::span<const TextSpan> cut) {
  std::vector<int> left;
  for (int number = 0; number < places.size(); ++number) {
    std::string rest(places[number]);
    const std::size_t begin = places.end(number) - rest.size();
    for (; !cut.empty() && cut.front().begin < places.end(number); cut = cut.subspan(1)) {
      const TextSpan& span = cut.front();  // holds no white space, so that it ends in this word
      rest.replace(span.begin - begin, span.end - span.begin, span.end - span.begin, ' ');
    }
    left.insert(left.end(), split_words(rest).size(), number);
  }
  return left;
}

void encode(const std::string& text, const Tokenizer& tokenizer, PreparedSentence& sentence) {
  EncodedLine encoded = tokenizer.encode_words(sentence.is_in_capitals ? lowercase(text) : text);
  sentence.ids = std::move(encoded.ids);
  sentence.words = std::move(encoded.words);
  if (!sentence.ids.empty()) sentence.part_lengths = {static_cast<int>(sentence.ids.size())};
}

/// Whether there are letters or digits outside of the spans.
bool has_words_between(std::string_view text, std::span<const TextSpan> spans) {
  std::size_t done = 0;
  for (const TextSpan& span : spans) {
    if (has_words(text.substr(done, span.begin - done))) return true;
    done = span.end;
  }
  return has_words(text.substr(done));
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
  sentence.is_in_capitals = rules.folds_capitals && is_in_capitals(text);
  std::vector<TextSpan> spans, cut;
  if (rules.copies_unknown) spans = unknown_spans(text, tokenizer, sentence.is_in_capitals);
  if (spans.empty()) {
    encode(text, tokenizer, sentence);
    return sentence;
  }
  if (!has_words_between(text, spans)) {  // nothing is left to translate
    sentence.copied = {{.text = std::string(given)}};
    return sentence;
  }
  const WordPlaces places(text);
  const int most_symbols = has_placeholders(tokenizer) ? kPlaceholders : 0;
  int symbols = 0;
  Editing editing(text);
  for (const TextSpan& span : spans) {
    CopiedSpan& copied = sentence.copied.emplace_back(describe(text, places, span));
    // Signs say nothing to the rest, which is best translated without them.
    if (symbols < most_symbols && has_words(copied.text)) copied.symbol = ++symbols;
    if (copied.symbol == 0) cut.push_back(span);
    editing.replace(span, copied.symbol > 0 ? placeholder(copied.symbol) : "");
  }
  encode(editing.take(), tokenizer, sentence);
  const std::vector<int> left = words_left(places, cut);
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
  result.first.is_in_capitals = rules.folds_capitals && is_in_capitals(pair.source);
  result.second.is_in_capitals = rules.folds_capitals && is_in_capitals(pair.target);
  if (rules.copies_unknown && has_placeholders(source_tokenizer)) {
    pair = mask_pair(pair, source_tokenizer);
  }
  encode(pair.source, source_tokenizer, result.first);
  encode(pair.target, target_tokenizer, result.second);
  return result;
}

}  // namespace heed
