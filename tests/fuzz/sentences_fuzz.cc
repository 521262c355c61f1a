#include "text/sentences.h"

#include <algorithm>

#include "fuzz/fuzz.h"
#include "model/container.h"
#include "text/copied_spans.h"
#include "text/noise.h"
#include "text/normalization.h"
#include "text/unicode.h"
#include "translation/restored_text.h"
#include "util/strings.h"

namespace heed {

namespace {

void check_sentences(std::string_view line) {
  const char* end = line.data();
  for (const std::string_view sentence : split_sentences(line)) {
    require(!sentence.empty() && strip_blank(sentence) == sentence, "sentences have no blank ends");
    require(sentence.data() >= end, "sentences stand in order");
    require(is_blank({end, sentence.data()}), "only what is blank stands between sentences");
    end = sentence.data() + sentence.size();
  }
  require(end <= line.data() + line.size(), "sentences stand in the line");
}

void check_spans(std::string_view line) {
  std::size_t end = 0;
  for (const TextSpan& span : copied_spans(line, [](char32_t c) { return c < 0x180; })) {
    require(span.begin >= end && span.end > span.begin && span.end <= line.size(),
            "spans stand in order");
    require(split_words(span.of(line)).size() == 1, "spans are without white space");
    end = span.end;
  }
}

/// Of a model that says the sentence again and looks at nothing.
void check_restored(std::string_view line) {
  static const Tokenizer tokenizer(
      std::string(Container(HEED_GOLDEN "/format-1-rnn.safetensors", "model").bytes("tokenizer")));
  const PreparedSentence sentence = prepare_sentence(line, tokenizer, {});
  Hypothesis same;
  same.tokens = sentence.ids;
  const Hypothesis* const part = &same;
  const RestoredText restored = restore(sentence, {&part, 1}, tokenizer);
  require(is_valid_utf8(restored.text), "restored text is UTF-8");
  require(restored.words.size() == same.tokens.size(), "each token has its word");
  const auto words = std::ssize(split_words(restored.text));
  for (const int word : restored.words) require(word == 0 || word < words, "words are there");
  for (const CopiedSpan& span : sentence.copied) {
    require(restored.text.find(span.text) != std::string::npos || sentence.is_in_capitals,
            "spans come back");
  }
}

void run_sentences(std::string_view bytes) {
  std::string line(bytes);
  repair_utf8(line);
  std::ranges::replace(line, '\n', ' ');
  check_sentences(line);
  check_spans(line);
  check_restored(line);
  Random random(1);
  for (const std::string& noisy :
       {with_typos(line, 0.3, random), without_diacritics(line), decomposed(line),
        with_doubled_spaces(line, random), with_other_punctuation(line, random)}) {
    require(is_valid_utf8(noisy), "noise is UTF-8");
  }
  require(compose(decomposed(line)) == compose(line), "equivalent spellings are composed alike");
}

std::vector<std::string> sentences_seeds() {
  return {
      "Dr. Who came. \"Is it z. B. 3.5?\" he asked (twice!). OK...",
      "See https://a.b/c?d=e, mail x.y@z.org or /usr/lib/a.so; 3f786850e387550fdab836ed7e6dc881",
      "EIN MANN \xF0\x9F\x98\x80\xE2\x80\x8D\xF0\x9F\x91\xA9 UND \xD0\x9C\xD0\xBE!",
      "\xE4\xBD\xA0\xE5\xA5\xBD\xE3\x80\x82\xE5\x86\x8D\xE8\xA7\x81\xEF\xBC\x9F",
      "a\xCC\x88\xCC\x88 \xE2\x80\x8Bx\xC2\xAD. \xEF\xBD\x9F"
      "1\xEF\xBD\xA0 y"};
}

}  // namespace

const FuzzTarget kSentencesTarget{"sentences", run_sentences, sentences_seeds};

}  // namespace heed
