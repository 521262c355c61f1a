#include "translation/format.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace heed {

namespace {

std::string joined(std::string line, const std::vector<std::string>& extras) {
  for (const std::string& extra : extras) line += " ||| " + extra;
  return line;
}

}  // namespace

std::string soft_alignment(const AttentionMatrix& attention) {
  std::vector<std::string> rows;
  for (const std::vector<float>& row : attention) {
    if (row.empty()) continue;  // </s> of a translation that was cut off
    rows.push_back(fmt::format("{:.4f}", fmt::join(row, ",")));
  }
  return fmt::format("{}", fmt::join(rows, " "));
}

std::string word_scores(std::span<const float> scores) {
  return fmt::format("WordScores= {:.4f}", fmt::join(scores, " "));
}

std::string best_line(const OutputLine& line, bool score) {
  std::string start(line.text);
  if (score) start += fmt::format(" ||| {:.4f}", line.hypothesis.score);
  return joined(std::move(start), line.extras);
}

std::string n_best_line(std::size_t id, const OutputLine& line) {
  return joined(fmt::format("{} ||| {} ||| F0= {:.4f} ||| {:.4f}", id, line.text,
                            line.hypothesis.log_probability, line.hypothesis.score),
                line.extras);
}

}  // namespace heed
