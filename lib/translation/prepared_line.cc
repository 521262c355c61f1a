#include "translation/prepared_line.h"

#include <algorithm>
#include <utility>

#include "text/normalization.h"
#include "translation/long_lines.h"
#include "util/error.h"
#include "util/strings.h"

namespace heed {

LinePreparer::LinePreparer(Tokenizer source, Tokenizer target, const LineRules& rules)
    : source_(std::move(source)), target_(std::move(target)), rules_(rules) {}

/// Makes the text valid UTF-8. False if the line is to be copied instead.
bool LinePreparer::repair(PreparedLine& line, std::string& text) const {
  if (is_valid_utf8(text)) return true;
  switch (rules_.invalid_utf8) {
    case InvalidUtf8::kReplace:
      line.is_repaired = repair_utf8(text);
      return true;
    case InvalidUtf8::kCopy:
      line.is_copied = true;
      return false;
    case InvalidUtf8::kFail:
      break;
  }
  fail(
      "expected UTF-8 in line {}, found other bytes; convert the text, or use --invalid-utf8 "
      "replace",
      line.number);
}

void LinePreparer::fail_as_long(const PreparedLine& line) const {
  fail(
      "expected at most {} tokens in line {}, found {}; raise --max-length, or use --long-lines "
      "split",
      rules_.max_length, line.number, line.length);
}

/// Splits, crops or copies an over-long line. False if it is to be copied.
bool LinePreparer::fit(PreparedLine& line) const {
  line.length = static_cast<int>(line.ids.size());
  if (line.length <= rules_.max_length) return true;
  switch (rules_.long_lines) {
    case LongLines::kSplit:
      line.words = source_.word_of_piece(line.text);
      line.ends = split_pieces(source_.pieces(line.ids), line.words, rules_.max_length);
      return true;
    case LongLines::kCrop:
      line.is_cropped = true;
      line.ids.resize(rules_.max_length);
      return true;
    case LongLines::kCopy:
      line.is_copied = true;
      return false;
    case LongLines::kFail:
      break;
  }
  fail_as_long(line);
}

/// Completes a line that is translated.
void LinePreparer::finish(PreparedLine& line) const {
  if (line.ends.empty()) line.ends = {static_cast<int>(line.ids.size())};
  if (!rules_.with_words || !line.words.empty()) return;
  line.words = source_.word_of_piece(line.text);
  line.words.resize(line.ids.size());
}

PreparedLine LinePreparer::prepare(std::size_t number, std::string text, std::string target) const {
  PreparedLine line;
  line.number = number;
  const bool is_valid = repair(line, text);
  line.text = std::move(text);
  if (!is_valid || is_blank(line.text)) return line;
  line.ids = source_.encode(line.text);
  if (line.ids.empty() || !fit(line)) return line;
  repair_utf8(target);
  line.target = target_.encode(target);
  finish(line);
  return line;
}

PreparedLine LinePreparer::prepare_pair(std::size_t number, std::string text,
                                        std::string target) const {
  PreparedLine line;
  line.number = number;
  const bool is_valid = repair(line, text) && repair(line, target);
  line.text = std::move(text);
  line.target_text = std::move(target);
  if (!is_valid || (is_blank(line.text) && is_blank(line.target_text))) return line;
  line.ids = source_.encode(line.text);
  line.target = target_.encode(line.target_text);
  line.length = static_cast<int>(std::max(line.ids.size(), line.target.size()));
  if (line.length > rules_.max_length) {
    if (rules_.long_lines == LongLines::kFail) fail_as_long(line);
    const auto most = static_cast<std::size_t>(rules_.max_length);
    line.ids.resize(std::min(line.ids.size(), most));
    line.target.resize(std::min(line.target.size(), most));
    line.is_cropped = true;
  }
  finish(line);
  if (rules_.with_words) {
    line.target_words = target_.word_of_piece(line.target_text);
    line.target_words.resize(line.target.size());
  }
  return line;
}

}  // namespace heed
