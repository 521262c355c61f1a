#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decoding/alignment.h"
#include "decoding/beam.h"

namespace heed {

// Hard alignments are written by format_alignment (metrics/alignment_error.h).

/// Marian's format of soft alignments: weights on the source separated by commas, target words
/// (</s> too) by spaces.
std::string soft_alignment(const AttentionMatrix& attention);

/// "WordScores= -0.1000 -0.2000": log p of each token, the last of </s>.
std::string word_scores(std::span<const float> scores);

/// One translation and what was asked for with it. Fields are separated by " ||| ".
struct OutputLine {
  std::string_view text;
  const Hypothesis& hypothesis;
  std::vector<std::string> extras;  ///< Alignment, then word scores.
};

/// "text", then the normalised score if wanted, then the extras.
std::string best_line(const OutputLine& line, bool score);

/// A line of a Moses n-best list: "id ||| text ||| F0= log p ||| score", then the extras: a parser
/// that knows only Moses finds the total where it looks for it.
std::string n_best_line(std::size_t id, const OutputLine& line);

}  // namespace heed
