#include "translation/doubts.h"

namespace heed {

namespace {

constexpr double kLongest = 2, kShortest = 0.4;  // target tokens for each source token
constexpr double kFewTokens = 8;
constexpr double kMostOnEnd = 0.5;
constexpr double kLeastLogProbability = -1.5;

bool has_odd_length(double source, double target) {
  return target > kLongest * source + kFewTokens || target < kShortest * source - kFewTokens;
}

bool looks_at_end(const Hypothesis& hypothesis) {
  double on_end = 0;
  for (std::size_t t = 0; t < hypothesis.tokens.size() && t < hypothesis.attention.size(); ++t) {
    if (!hypothesis.attention[t].empty()) on_end += hypothesis.attention[t].back();
  }
  return on_end > kMostOnEnd * static_cast<double>(hypothesis.tokens.size());
}

}  // namespace

std::vector<std::string> find_doubts(const Hypothesis& hypothesis, int source_tokens) {
  const auto scored = static_cast<double>(hypothesis.word_scores.size());
  std::vector<std::string> doubts;
  if (hypothesis.is_loop) doubts.emplace_back("loop");
  if (has_odd_length(source_tokens, static_cast<double>(hypothesis.tokens.size()))) {
    doubts.emplace_back("length");
  }
  if (looks_at_end(hypothesis)) doubts.emplace_back("attention");
  if (hypothesis.log_probability < kLeastLogProbability * scored) {
    doubts.emplace_back("probability");
  }
  return doubts;
}

}  // namespace heed
