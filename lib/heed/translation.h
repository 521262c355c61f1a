#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "heed/options.h"

namespace heed {

/// What of a line is no text, and how its text is written.
enum class Markup {
  kNone,
  kHtml,      ///< Tags, comments and entities of HTML.
  kXml,       ///< The same without HTML's own elements; with those of XLIFF and TMX.
  kSubtitle,  ///< Tags, of times too, and {\\codes} of subtitles.
  kVtt,       ///< Those with entities.
  kMarkdown,  ///< Emphasis, links, code, tags and entities in a paragraph of CommonMark.
  kMessage,   ///< Tags, and placeholders of programs: %s, %1$d, %(name)s, {name}.
};

/// A line as it is read.
struct SourceLine {
  std::string text{};
  /// For Translator::translate how the translation shall begin, for score() the translation.
  std::string target{};
  std::string tag{};  ///< Comes back in TranslatedLine.
  /// The text looks like an object but is none, or --invalid-json says that it is copied.
  bool is_invalid_json = false;
  std::string target_tag{};  ///< Its own LineOptions::target_tag; "": that of the options.
  /// Comes out where it belongs; with TranslateOptions::html at least kHtml.
  Markup markup = Markup::kNone;
  std::vector<std::string> constraints{};  ///< Words or phrases that the translation must have.
  std::size_t number = 0;  ///< For messages: its line in a document; 0: that of the next line.
};

/// One translation of a line, found or given.
struct Translation {
  std::string text;
  double log_probability = 0;  ///< Natural, of all tokens and </s>.
  float score = 0;             ///< log p / length^a and penalties: translations are ranked by it.
  std::vector<std::string> pieces;  ///< As the model wrote it, without </s>.
  std::vector<float> word_scores;   ///< log p of each piece; the last is that of </s>.
  std::vector<std::string> units;   ///< Words (or pieces) and </s>: the rows of `attention`.
  std::vector<std::vector<float>> attention;   ///< By unit, on source units; rows sum to 1.
  std::vector<std::pair<int, int>> alignment;  ///< Source and target units, from 0.
  /// Why it looks unlike a translation: some of loop, length, attention, probability. Of one that
  /// was found, not given; attention only with --flag-doubtful.
  std::vector<std::string> doubts;
};

/// A line and what was made of it.
struct TranslatedLine {
  std::size_t number = 0;                 ///< From 1.
  std::string source;                     ///< As it was read, invalid UTF-8 replaced.
  std::vector<std::string> source_units;  ///< Words (or pieces) and </s>, with alignments only.
  /// Best first, at least one; the only one of a line that was not translated (blank, copied) has
  /// no pieces.
  std::vector<Translation> translations;
  std::string tag;  ///< SourceLine::tag.
  /// Those of SourceLine::constraints that no translation of it has: the vocabulary can't write
  /// them, they are too long for the limit, or the line was not translated.
  std::vector<std::string> unmet_constraints;

  const std::string& text() const { return translations.front().text; }
};

/// Attention of one layer and head.
struct HeadAttention {
  int layer = 1;                            ///< From 1.
  int head = 0;                             ///< From 1; 0: the mean of all.
  std::vector<std::vector<float>> weights;  ///< As Translation::attention.
};

/// All attention of a line and its given translation.
struct PairAttention {
  std::vector<std::string> source_units, target_units;  ///< Words (or pieces) and </s>.
  std::vector<HeadAttention> heads;  ///< Of each layer: the mean, then each head.
};

/// Line `number` (from 1) as the options say: plain, with the beginning of its translation or with
/// constraints behind tabs, or as a JSON object, of which the fields that are not known become the
/// tag. Throws Error for another line where --invalid-json says so.
SourceLine parse_record(std::string line, std::size_t number, const TranslateOptions& options);

/// The record that `options` ask for, with its '\n': the text and extras behind " ||| ", a Moses
/// n-best list (several lines), or a JSON object, to which the fields of the object in
/// TranslatedLine::tag, if any, are added.
std::string format_record(const TranslatedLine& line, const TranslateOptions& options);

/// The same for a given translation: its score stands where the text would.
std::string format_score(const TranslatedLine& line, const TranslateOptions& options);

/// What a line of a Moses n-best list begins with: `id ||| translation ||| …`.
struct ListedTranslation {
  std::size_t id = 0;       ///< From 0.
  std::string_view text{};  ///< A view of the line.
};

/// Reads line `number` (from 1) of a Moses n-best list. Throws Error for what is not of that form.
ListedTranslation parse_moses(std::string_view line, std::size_t number);

/// A given translation as a line of a Moses n-best list; `id` counts from 0.
std::string format_moses(std::size_t id, const TranslatedLine& line,
                         const TranslateOptions& options);

/// The best translation's attention as a picture for a terminal of so many columns: target units
/// are rows. Throws Error if the line has no attention.
std::string draw_attention(const TranslatedLine& line, int columns = 80);

/// The same as a self-contained SVG.
std::string draw_attention_svg(const TranslatedLine& line);

}  // namespace heed
