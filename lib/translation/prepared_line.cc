#include "translation/prepared_line.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "text/markup_reader.h"
#include "text/normalization.h"
#include "text/sentences.h"
#include "text/unicode.h"
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
      "expected UTF-8 in line {}, found other bytes; convert the text, as by {}, or use "
      "--invalid-utf8 replace",
      line.number, kConversion);
}

void LinePreparer::fail_as_long(const PreparedLine& line) const {
  fail(
      "expected at most {} tokens in line {}, found {}; raise --max-length, or use --long-lines "
      "split",
      rules_.max_length, line.number, line.length);
}

namespace {

std::vector<int> lengths_of(const std::vector<int>& ends) {
  std::vector<int> lengths(ends.size());
  std::adjacent_difference(ends.begin(), ends.end(), lengths.begin());
  return lengths;
}

/// What stands between two sentences, without what is invisible.
std::string white_space_of(std::string_view gap) {
  std::string spaces;
  for (std::size_t i = 0; i < gap.size();) {
    const std::size_t length = space_length(gap, i);
    spaces += gap.substr(i, length);
    i += std::max<std::size_t>(length, 1);
  }
  return spaces;
}

/// The blocks of a marked text, without white space at their ends.
std::vector<std::string_view> blocks_of(std::string_view text) {
  std::vector<std::string_view> blocks;
  for (const std::string_view line : split_fields(text, '\n')) {
    if (!is_blank(line)) blocks.push_back(strip_blank(line));
  }
  return blocks;
}

/// What is translated by itself.
std::vector<std::string_view> parts_of(const PreparedLine& line, bool splits) {
  auto blocks = line.marked ? blocks_of(line.text) : std::vector<std::string_view>{line.text};
  if (!splits) return blocks;
  std::vector<std::string_view> sentences;
  for (const std::string_view block : blocks) {
    const auto own = split_sentences(block);
    sentences.insert(sentences.end(), own.begin(), own.end());
  }
  return sentences;
}

/// Places of the parts, none of which ends in a protected span; white space stands between them.
std::vector<TextSpan> places_of(std::string_view line, std::span<const std::string_view> parts,
                                std::span<const TextSpan> spans) {
  std::vector<TextSpan> places;
  auto span = spans.begin();
  for (const std::string_view part : parts) {
    const auto begin = static_cast<std::size_t>(part.data() - line.data());
    if (places.empty() || begin >= places.back().end) places.push_back({begin, begin});
    TextSpan& place = places.back();
    place.end = std::max(place.end, begin + part.size());
    for (; span != spans.end() && span->begin < place.end; ++span) {
      place.begin = std::min(place.begin, span->begin);
      place.end = std::max(place.end, span->end);
    }
  }
  if (span != spans.end() && !places.empty()) places.back().end = spans.back().end;
  return places;
}

/// The spans that are in a place, by where they stand in it.
std::vector<TextSpan> spans_in(const TextSpan& place, std::span<const TextSpan>& spans) {
  std::vector<TextSpan> own;
  for (; !spans.empty() && spans.front().begin < place.end; spans = spans.subspan(1)) {
    own.push_back({spans.front().begin - place.begin, spans.front().end - place.begin});
  }
  return own;
}

}  // namespace

/// Splits, crops or copies an over-long sentence. False if the line is to be copied.
bool LinePreparer::fit(PreparedLine& line, PreparedSentence& sentence) const {
  const int length = static_cast<int>(sentence.ids.size());
  line.length = std::max(line.length, length);
  if (length <= rules_.max_length) return true;
  switch (rules_.long_lines) {
    case LongLines::kSplit:
      line.is_split = true;
      sentence.part_lengths =
          lengths_of(split_pieces(source_.pieces(sentence.ids), sentence.words, rules_.max_length));
      return true;
    case LongLines::kCrop:
      line.is_cropped = true;
      sentence.ids.resize(rules_.max_length);
      sentence.words.resize(rules_.max_length);
      std::erase_if(sentence.copied, [last = sentence.words.back()](const CopiedSpan& span) {
        return span.word > last;
      });
      sentence.part_lengths = {rules_.max_length};
      return true;
    case LongLines::kCopy:
      line.is_copied = true;
      return false;
    case LongLines::kFail:
      break;
  }
  fail_as_long(line);
}

/// Puts a sentence behind what the line has. False if the line is to be copied.
bool LinePreparer::add(PreparedLine& line, LineSentence sentence) const {
  PreparedSentence& own = sentence.own;
  if (!fit(line, own)) return false;
  for (const int length : own.part_lengths) {
    line.ends.push_back((line.ends.empty() ? 0 : line.ends.back()) + length);
  }
  for (const int word : own.words) line.words.push_back(sentence.first_word + word);
  line.ids.insert(line.ids.end(), own.ids.begin(), own.ids.end());
  own.ids.clear();
  line.sentences.push_back(std::move(sentence));
  return true;
}

/// False if the line is to be copied.
bool LinePreparer::add_sentences(PreparedLine& line, bool splits) const {
  auto found = rules_.protects.find(line.text);
  line.is_copied = line.is_too_hard = !found.has_value();
  if (line.is_copied) return false;
  if (line.marked) {
    found->insert(found->end(), line.marked->stand_ins.begin(), line.marked->stand_ins.end());
  }
  for (TextSpan& span : *found) span = with_brackets(line.text, span);
  found = joined_spans(std::move(*found));
  const std::string_view whole = line.text;
  const WordPlaces words(whole);
  std::span<const TextSpan> spans(*found);
  std::size_t done = 0;
  for (const TextSpan& place : places_of(whole, parts_of(line, splits), spans)) {
    LineSentence sentence;
    if (done > 0) sentence.before = white_space_of(whole.substr(done, place.begin - done));
    sentence.first_word = words.at(place.begin);
    sentence.own =
        prepare_sentence(place.of(whole), source_, rules_.sentence, spans_in(place, spans));
    if (!add(line, std::move(sentence))) return false;
    done = place.end;
  }
  return true;
}

/// False if nothing is to be translated.
bool LinePreparer::read(PreparedLine& line, std::string text, Markup markup) const {
  const bool is_valid = repair(line, text);
  if (is_valid && markup != Markup::kNone) {
    line.marked = std::make_shared<const MarkedText>(read_markup(text, markup));
    line.given = std::move(text);
    line.text = line.marked->text;
  } else {
    line.text = std::move(text);
  }
  return is_valid && !is_blank(line.text);
}

/// As the sentence is read, so that it can have what is written in capitals as it is.
void LinePreparer::encode_constraints(PreparedLine& line) const {
  const bool in_capitals = line.sentences.front().own.is_in_capitals;
  for (std::string& constraint : line.constraints) {
    repair_utf8(constraint);
    line.phrases.push_back(target_.encode(in_capitals ? lowercase(constraint) : constraint));
  }
}

PreparedLine LinePreparer::prepare(std::size_t number, std::string text, std::string target,
                                   Markup markup, std::vector<std::string> constraints) const {
  PreparedLine line;
  line.number = number;
  line.tag = rules_.tag;
  line.constraints = std::move(constraints);
  if (!read(line, std::move(text), markup)) return line;
  const bool splits = rules_.splits_sentences && target.empty() && line.constraints.empty();
  if (!add_sentences(line, splits)) return line;
  repair_utf8(target);
  line.target = target_.encode(markup == Markup::kNone ? target : read_markup(target, markup).text);
  encode_constraints(line);
  return line;
}

PreparedLine LinePreparer::prepare_pair(std::size_t number, std::string text,
                                        std::string target) const {
  PreparedLine line;
  line.number = number;
  line.tag = rules_.tag;
  const bool is_valid = repair(line, text) && repair(line, target);
  line.text = std::move(text);
  line.target_text = std::move(target);
  if (!is_valid || (is_blank(line.text) && is_blank(line.target_text))) return line;
  auto [own, given] =
      prepare_sentence_pair(line.text, line.target_text, source_, target_, rules_.sentence);
  line.ids = std::move(own.ids);
  line.words = std::move(own.words);
  line.target = std::move(given.ids);
  line.target_words = std::move(given.words);
  line.length = static_cast<int>(std::max(line.ids.size(), line.target.size()));
  if (line.length > rules_.max_length) {
    if (rules_.long_lines == LongLines::kFail) fail_as_long(line);
    const auto most = static_cast<std::size_t>(rules_.max_length);
    for (std::vector<int>* side : {&line.ids, &line.words, &line.target, &line.target_words}) {
      side->resize(std::min(side->size(), most));
    }
    line.is_cropped = true;
  }
  line.ends = {static_cast<int>(line.ids.size())};
  line.sentences.emplace_back().own.part_lengths = line.ends;
  return line;
}

std::vector<int> PreparedLine::sentence(std::size_t part, int end) const {
  std::vector<int> tokens = tag;
  const int begin = part == 0 ? 0 : ends[part - 1];
  tokens.insert(tokens.end(), ids.begin() + begin, ids.begin() + ends[part]);
  tokens.push_back(end);
  return tokens;
}

std::vector<int> PreparedLine::target_sentence(int end) const {
  std::vector<int> tokens = target;
  tokens.push_back(end);
  return tokens;
}

bool PreparedLine::needs_attention() const {
  if (marked && !marked->tags.empty()) return true;
  return std::ranges::any_of(sentences,
                             [](const LineSentence& s) { return !s.own.copied.empty(); });
}

}  // namespace heed
