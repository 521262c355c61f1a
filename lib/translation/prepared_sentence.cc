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

/// Whether the span hangs on the end of a word, as a footnote's number does.
bool hangs_on_word(std::string_view text, const TextSpan& span) {
  if (span.begin == 0 || is_space(text[span.begin - 1])) return false;
  std::size_t before = span.begin - 1;
  while (before > 0 && (static_cast<unsigned char>(text[before]) & 0xC0) == 0x80) --before;
  return !is_mark_at(text, before) && (is_space_at(text, span.end) || is_mark_at(text, span.end));
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
    origins_.push_back({edited_.size(), span.begin});
    if (by.empty()) {
      cut(span);
    } else {
      edited_ += by;
    }
    done_ = span.end;
    origins_.push_back({edited_.size(), span.end});
  }
  const std::string& finish() {
    edited_ += text_.substr(done_);
    done_ = text_.size();
    return edited_;
  }
  /// The word of the text that each word of the edited text is, or begins in.
  std::vector<int> words(const WordPlaces& places) const {
    std::vector<int> words;
    auto origin = origins_.begin();
    for (const std::string_view word : split_words(edited_)) {
      const auto at = static_cast<std::size_t>(word.data() - edited_.data());
      while (std::next(origin) != origins_.end() && std::next(origin)->edited <= at) ++origin;
      words.push_back(places.at(origin->text + (at - origin->edited)));
    }
    return words;
  }

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

  /// From `edited` on, the bytes are those from `text` on.
  struct Origin {
    std::size_t edited = 0, text = 0;
  };

  std::string_view text_;
  std::size_t done_ = 0;
  std::string edited_;
  std::vector<Origin> origins_{{}};
};

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

/// A text that is composed but for spans, and those.
struct ComposedText {
  ComposedText(std::string_view given, std::span<const TextSpan> kept, const Tokenizer& tokenizer) {
    std::size_t done = 0;
    for (const TextSpan& span : kept) {
      text += tokenizer.composed(given.substr(done, span.begin - done));
      spans.push_back({text.size(), text.size() + span.of(given).size()});
      text += span.of(given);
      done = span.end;
    }
    text += tokenizer.composed(given.substr(done));
  }
  /// What is not in the spans.
  std::string rest() const {
    std::string rest;
    std::size_t done = 0;
    for (const TextSpan& span : spans) {
      rest.append(text, done, span.begin - done) += ' ';
      done = span.end;
    }
    return rest.append(text, done);
  }

  std::string text;
  std::vector<TextSpan> spans;
};

/// With the spans that are kept anyway, what the vocabulary does not know. Capitals are known where
/// their small letters are.
std::vector<TextSpan> with_unknown(const ComposedText& composed, const Tokenizer& tokenizer,
                                   bool in_capitals) {
  std::vector<TextSpan> spans = spans_to_copy(composed.text, [&](char32_t c) {
    return tokenizer.knows(c) || (in_capitals && tokenizer.knows(small_letter(c)));
  });
  spans.insert(spans.end(), composed.spans.begin(), composed.spans.end());
  return joined_spans(std::move(spans));
}

}  // namespace

PreparedSentence prepare_sentence(std::string_view given, const Tokenizer& tokenizer,
                                  const SentenceRules& rules,
                                  std::span<const TextSpan> is_protected) {
  PreparedSentence sentence;
  const ComposedText composed(given, is_protected, tokenizer);
  const std::string& text = composed.text;
  sentence.is_in_capitals = rules.folds_capitals && is_in_capitals(composed.rest());
  const std::vector<TextSpan> spans =
      rules.copies_unknown ? with_unknown(composed, tokenizer, sentence.is_in_capitals)
                           : composed.spans;
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
  auto kept = composed.spans.begin();
  for (const TextSpan& span : spans) {
    while (kept != composed.spans.end() && kept->end <= span.begin) ++kept;
    const bool is_kept = kept != composed.spans.end() && kept->begin < span.end;
    CopiedSpan& copied = sentence.copied.emplace_back(describe(text, places, span));
    // Signs say nothing to the rest, which is best translated without them.
    const bool is_read = is_kept ? !hangs_on_word(text, span) : has_words(copied.text);
    if (symbols < most_symbols && is_read) copied.symbol = ++symbols;
    editing.replace(span, copied.symbol > 0 ? placeholder(copied.symbol) : "");
  }
  encode(editing.finish(), tokenizer, sentence);
  const std::vector<int> words = editing.words(places);
  for (int& word : sentence.words) {
    word = words.empty() ? 0 : words[std::min<std::size_t>(word, words.size() - 1)];
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
