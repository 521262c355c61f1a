#include "fuzz/fuzz.h"
#include "heed/translation.h"
#include "model/container.h"
#include "translation/prepared_line.h"
#include "util/strings.h"

namespace heed {

namespace {

const Tokenizer& tokenizer() {
  static const Tokenizer read(
      std::string(Container(HEED_GOLDEN "/format-1-rnn.safetensors", "model").bytes("tokenizer")));
  return read;
}

void run_record(std::string_view bytes) {
  TranslateOptions options;
  options.json = bytes.starts_with('{');
  options.force_decode = !options.json;
  const SourceLine line = parse_record(std::string(bytes), 1, options);
  TranslatedLine translated{1, line.text, {}, {Translation{}}, line.tag, {}};
  const std::string record = format_record(translated, options);
  require(record.ends_with('\n'), "a record ends");
  if (options.json) require(is_valid_utf8(record), "JSON is UTF-8");
  for (const LongLines rule : {LongLines::kSplit, LongLines::kCrop, LongLines::kCopy}) {
    const LineRules rules{.max_length = 3, .long_lines = rule, .splits_sentences = true};
    const LinePreparer preparer(tokenizer(), tokenizer(), rules);
    const PreparedLine prepared = preparer.prepare(1, line.text, line.target);
    int begin = 0;
    for (const int end : prepared.ends) {
      require(end > begin && end - begin <= 3, "parts have 1 to 3 tokens");
      begin = end;
    }
    require(!prepared.is_translated() || begin == std::ssize(prepared.ids), "parts are the line");
  }
}

std::vector<std::string> record_seeds() {
  return {R"({"text": "zwei W\u00f6rter", "prefix": "two", "id": [1, {"a": null}]})",
          R"({"text": ""})",
          "plain text",
          "a line\tits prefix",
          "",
          "\xff\xfe a\0b",
          R"({"text": 1})",
          " {Name} geht.",
          "a bb ccc dddd eeeee ffffff\xE3\x80\x80g"};
}

}  // namespace

const FuzzTarget kRecordTarget{"record", run_record, record_seeds};

}  // namespace heed
