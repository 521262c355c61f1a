#include "fuzz/fuzz.h"
#include "metrics/tokenizers.h"
#include "text/text_width.h"
#include "text/unicode.h"
#include "text/xml.h"
#include "util/strings.h"

namespace heed {

namespace {

void run_text(std::string_view bytes) {
  std::string repaired(bytes);
  require(repair_utf8(repaired) != is_valid_utf8(bytes), "what is not UTF-8 is repaired");
  require(is_valid_utf8(repaired), "repaired text is UTF-8");
  std::string again;
  for (const char32_t character : decode_utf8(repaired)) append_utf8(again, character);
  require(again == repaired, "characters come back");
  for (const std::string& text : {repaired, std::string(bytes)}) {
    require(is_valid_utf8(xml_text(text)), "XML is UTF-8");
    require(std::ssize(shortened(glyphs(text), 5)) <= display_width(text) + 5, "glyphs are cut");
    require(join_words(join_words(text)) == join_words(text), "words are joined once");
    lowercase(text);
    strip_end(text);
    for (const std::string_view name : bleu_tokenizer_names()) make_bleu_tokenizer(name)(text);
  }
}

std::vector<std::string> text_seeds() {
  return {"plain text, 1.5 & more; don't &quot;x&quot;",
          "J\xC3\xBCrgen \xE6\x97\xA5\xE6\x9C\xAC\xE2\x80\x94\xF0\x9F\x98\x80",
          "a\xCC\x88\xE2\x80\x8D\xC2\xA0\xE3\x80\x80z", "\xff\xc3(\xed\xa0\x80\xf4\x90\x80\x80",
          "<skipped>-\n$1,000.00"};
}

}  // namespace

const FuzzTarget kTextTarget{"text", run_text, text_seeds};

}  // namespace heed
