#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "data/tokenizer.h"
#include "heed/translation.h"
#include "text/marked_text.h"
#include "text/protected_patterns.h"
#include "translation/prepared_sentence.h"

namespace heed {

/// A sentence of a line: all of it, or one that is translated by itself.
struct LineSentence {
  std::string before;    ///< White space between it and the sentence before.
  PreparedSentence own;  ///< Without ids, which the line has.
  int first_word = 0;    ///< Of the line.
};

/// A line as the model will read it.
struct PreparedLine {
  std::size_t number = 0;  ///< From 1.
  std::string text;        ///< Valid UTF-8, unless the line is copied; without its markup.
  std::shared_ptr<const MarkedText> marked;  ///< The text's markup, if it is read as such.
  std::string given;                         ///< The line with its markup, if it is read as such.
  std::vector<int> tag;    ///< What each part begins with for the model: not in `ids`.
  std::vector<int> ids;    ///< Without </s>.
  std::vector<int> words;  ///< The word of each id, among those that ASCII white space separates.
  std::vector<int> ends;   ///< In ids: ends of the parts. None if there is nothing to translate.
  std::vector<LineSentence> sentences;         ///< None of a line that is blank or copied.
  std::vector<int> target;                     ///< Ids of a given translation, or of its beginning.
  std::string target_text;                     ///< A given translation.
  std::vector<int> target_words;               ///< The word of each id of a given translation.
  std::vector<std::string> constraints;        ///< What its translation must have, and
  std::vector<std::vector<int>> phrases = {};  ///< the ids of each.
  int length = 0;            ///< Of its longest sentence in tokens, before it was cropped.
  bool is_split = false;     ///< A sentence was too long.
  bool is_repaired = false;  ///< Invalid UTF-8 was replaced.
  bool is_cropped = false;
  bool is_copied = false;    ///< The text is its own translation.
  bool is_too_hard = false;  ///< It is copied since no end of matching --protect was in sight.

  /// A line that is its own translation, whatever it is.
  static PreparedLine copied(std::size_t number, std::string text) {
    PreparedLine line;
    line.number = number;
    line.text = std::move(text);
    line.is_copied = true;
    return line;
  }

  /// What the model reads of a part: the tag, its ids and `end`.
  std::vector<int> sentence(std::size_t part, int end) const;
  /// A given translation and `end`.
  std::vector<int> target_sentence(int end) const;

  bool is_translated() const { return !ends.empty(); }
  /// What was read, valid UTF-8 unless the line is copied.
  const std::string& as_given() const { return marked ? given : text; }
  /// Whether something is put into the translation where attention says.
  bool needs_attention() const;
};

/// What happens to lines that can't be translated as they are.
struct LineRules {
  std::vector<int> tag = {};  ///< PreparedLine::tag.
  int max_length = 256;       ///< In tokens, without tag and </s>.
  LongLines long_lines = LongLines::kSplit;
  InvalidUtf8 invalid_utf8 = InvalidUtf8::kReplace;
  bool splits_sentences = false;  ///< Translates each sentence of a line by itself.
  SentenceRules sentence = {};
  ProtectedPatterns protects = {};  ///< Not for the model. prepare_pair() takes no notice.
};

/// Turns lines into tokens, by the rules.
class LinePreparer {
 public:
  LinePreparer(Tokenizer source, Tokenizer target, const LineRules& rules);

  /// Throws Error where the rules call the line an error.
  PreparedLine prepare(std::size_t number, std::string text, std::string target,
                       Markup markup = Markup::kNone,
                       std::vector<std::string> constraints = {}) const;

  const LineRules& rules() const { return rules_; }

  /// For a line and its given translation. An over-long side is cropped, or fails; a pair that is
  /// blank on both sides has nothing to score.
  PreparedLine prepare_pair(std::size_t number, std::string text, std::string target) const;

 private:
  bool repair(PreparedLine& line, std::string& text) const;
  void encode_constraints(PreparedLine& line) const;
  bool add(PreparedLine& line, LineSentence sentence) const;
  bool add_sentences(PreparedLine& line, bool splits) const;
  bool read(PreparedLine& line, std::string text, Markup markup) const;
  bool fit(PreparedLine& line, PreparedSentence& sentence) const;
  [[noreturn]] void fail_as_long(const PreparedLine& line) const;

  Tokenizer source_, target_;
  LineRules rules_;
};

}  // namespace heed
