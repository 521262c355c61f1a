#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "heed/error.h"
#include "heed/options.h"
#include "heed/search_tree.h"
#include "heed/translation.h"

namespace heed {

/// What a source of lines has: one, none for the moment, or none any more.
enum class NextLine { kRead, kLater, kEnd };

/// Where lines come from and where they go. read() is called on the calling thread, warn() and
/// write() on any, one call at a time. What they throw ends the work and is thrown again.
struct LineStream {
  /// Should wait no longer than some milliseconds before it says kLater: what was read until then
  /// is translated while it waits again.
  std::function<NextLine(SourceLine&)> read;
  /// Takes one or more lines, in the order in which they were read; it may move them away.
  std::function<void(std::span<TranslatedLine>)> write;
  /// Takes a message for people, the first time that something happens. May be empty.
  std::function<void(const std::string&)> warn{};
  /// Lines of the text that are not read: the first that is has the next number.
  std::size_t lines_before = 0;
};

/// What befell lines that could not be translated as they were.
struct LineCount {
  std::size_t count = 0;
  std::vector<std::size_t> first;  ///< Their numbers, from 1: the first ten.
};

struct StreamSummary {
  std::size_t lines = 0;
  std::size_t source_words = 0;
  std::size_t target_words = 0;  ///< Of the best translations.
  LineCount split, cropped, copied, invalid_utf8, invalid_json;
  /// Whose best translation was ended because it repeated itself; has Translation::doubts.
  LineCount looped, doubtful;
  LineCount unmet;  ///< With constraints that their translations don't have.
};

/// A model that translates. Workers on threads share its weights, a copy of the file.
/// A line's translation depends on nothing but the line, the model and the options. Threads may
/// call it at the same time; each call then has as many threads of its own as the options say.
class Translator {
 public:
  /// Throws Error for a file that is no model, and UsageError for options that don't fit.
  explicit Translator(const std::string& model, const TranslateOptions& options = {});
  /// Models over the same vocabularies that translate as one, by TranslateOptions::weights. Throws
  /// Error too where the vocabularies differ.
  explicit Translator(const std::vector<std::string>& models, const TranslateOptions& options = {});
  Translator(Translator&& other) noexcept;
  Translator& operator=(Translator&& other) noexcept;
  ~Translator();

  /// With the layer and heads that alignments are made of, if there are alignments.
  const TranslateOptions& options() const;

  /// One TranslatedLine for each line, in order.
  std::vector<TranslatedLine> translate(std::span<const std::string> lines);

  /// Translates until read() says kEnd, in pools of maxi_batch batches that are sorted by length.
  /// An error of read(), or a line that the options call an error, is thrown when the lines before
  /// it are written.
  StreamSummary translate(const LineStream& stream);

  /// Scores SourceLine::target as a translation of SourceLine::text: what the search would report.
  /// Over-long lines are cropped, or fail if the options say so.
  StreamSummary score(const LineStream& stream);

  /// What all layers and heads attend to while SourceLine::target is forced as the translation of
  /// SourceLine::text, both cropped where they are over-long. Nothing for a blank pair. Throws
  /// UsageError for a model without attention, or if no alignments were asked for.
  PairAttention attention(const SourceLine& pair);

  /// What the search for the line's translation considers; the line is cropped where it is
  /// over-long. Nothing for a blank line. Throws UsageError if the options draw translations.
  SearchTree explore(const std::string& line);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace heed
