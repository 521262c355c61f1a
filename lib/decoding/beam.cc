#include "decoding/beam.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "util/error.h"

namespace heed {

double normalized_score(double log_probability, int length, float a) {
  return log_probability / std::pow(length, a);
}

int length_limit(const SearchOptions& options, const SourceSize& source) {
  const double factor = options.max_length_factor;
  const double tokens = source.tokens;
  const double of_prose = source.bytes > 0 ? std::min(tokens, source.bytes * 2 / 9.0) : tokens;
  const double most =
      std::min(std::max(tokens + 10, factor * tokens), 60 + std::max(1.0, factor / 2) * of_prose);
  const double wanted =
      options.like == SearchStyle::kMarian ? std::max(std::ceil(factor * tokens), 1.0) : most;
  const int limit = static_cast<int>(std::min(wanted, 1e9));
  return options.max_length > 0 ? std::min(limit, options.max_length) : limit;
}

Beam::Beam(const SearchRules& rules, int limit, int start, int eos, std::span<const int> prefix)
    : rules_(rules),
      limit_(std::max(limit, static_cast<int>(prefix.size()))),
      eos_(eos),
      width_(rules.options.beam_size),
      prefix_(prefix.begin(), prefix.end()) {
  nodes_.push_back({-1, start, 0, {}});
  live_.push_back({0, 0, 0});
}

std::vector<int> Beam::tokens(const Row& row) const {
  std::vector<int> tokens;
  for (int node = row.node; node > 0; node = nodes_[node].parent) {
    tokens.push_back(nodes_[node].token);
  }
  std::reverse(tokens.begin(), tokens.end());
  return tokens;
}

std::optional<int> Beam::forced() const {
  if (length_ < static_cast<int>(prefix_.size())) return prefix_[length_];
  if (length_ == limit_) return eos_;  // never like Marian, where it is cut off before
  return std::nullopt;
}

void Beam::attend(int row, std::vector<float> weights) {
  nodes_[live_[row].node].attention = std::move(weights);
}

/// </s> must be among the best, and does not take the place of another unless like Marian.
bool Beam::is_dropped(const Candidate& candidate, int rank, std::size_t kept) const {
  if (candidate.token == eos_ || is_like_marian()) return rank >= width_;
  return std::cmp_greater_equal(kept, width_);
}

void Beam::advance(std::vector<Candidate> candidates) {
  const auto total = [this](const Candidate& c) {
    return live_[c.row].log_probability + static_cast<double>(c.log_probability);
  };
  for (const Candidate& c : candidates) {
    if (std::isnan(c.log_probability)) {
      fail(
          "expected log p of token {} of a translation, found NaN; the model is damaged or its "
          "training diverged",
          length_ + 1);
    }
  }
  std::sort(candidates.begin(), candidates.end(), [&](const Candidate& a, const Candidate& b) {
    return std::tuple(-total(a), a.row, a.token) < std::tuple(-total(b), b.row, b.token);
  });
  ++length_;
  std::vector<Row> next;
  for (int rank = 0; std::cmp_less(rank, candidates.size()); ++rank) {
    const Candidate& c = candidates[rank];
    const bool dropped = is_dropped(c, rank, next.size());
    const Row path{c.row, static_cast<int>(nodes_.size()), total(c)};
    if (rules_.observe && rank < 2 * rules_.options.beam_size) {
      rules_.observe({live_[c.row].node, dropped ? -1 : path.node, c.token, total(c)});
    }
    if (dropped) continue;
    nodes_.push_back({live_[c.row].node, c.token, c.log_probability, {}});
    c.token == eos_ ? finish(path) : next.push_back(path);
  }
  live_ = std::move(next);
  if (!is_like_marian()) return;
  width_ = rules_.options.beam_size - static_cast<int>(finished_.size());
  if (length_ == limit_) cut_off();
}

void Beam::cut_off() {
  for (const Row& path : live_) finish(path);
  live_.clear();
}

void Beam::finish(const Row& path) {
  const Finished ended{path.node, path.log_probability, score(path.log_probability, length_)};
  const auto after = [](const Finished& a, const Finished& b) { return a.score > b.score; };
  finished_.insert(std::upper_bound(finished_.begin(), finished_.end(), ended, after), ended);
}

// With a > 0 a longer translation may lose probability and still gain score. That no live one can
// gain enough by the limit is hardly ever sure before most of the steps to it are wasted, so once
// the beam has ended as many translations as it is wide, live ones count as they stand.
bool Beam::can_improve() const {
  if (rules_.sampling || is_like_marian() || std::cmp_less(finished_.size(), rules_.n_best)) {
    return true;
  }
  const bool is_full = std::cmp_greater_equal(finished_.size(), width_);
  const double hope = score(live_.front().log_probability, is_full ? length_ + 1 : limit_ + 1);
  return hope > finished_[rules_.n_best - 1].score;
}

Hypothesis Beam::hypothesis(const Finished& finished) const {
  Hypothesis result;
  result.log_probability = finished.log_probability;
  result.score = static_cast<float>(finished.score);
  for (int node = finished.node; node > 0; node = nodes_[node].parent) {
    result.tokens.push_back(nodes_[node].token);
    result.word_scores.push_back(nodes_[node].log_probability);
    if (rules_.attention) result.attention.push_back(nodes_[nodes_[node].parent].attention);
  }
  std::reverse(result.tokens.begin(), result.tokens.end());
  std::reverse(result.word_scores.begin(), result.word_scores.end());
  std::reverse(result.attention.begin(), result.attention.end());
  result.ended = result.tokens.back() == eos_;
  if (result.ended) result.tokens.pop_back();
  if (!result.ended && rules_.attention) result.attention.emplace_back();
  return result;
}

std::vector<Hypothesis> Beam::hypotheses() const {
  std::vector<Hypothesis> best;
  for (const Finished& finished : finished_) {
    if (std::cmp_equal(best.size(), rules_.n_best)) break;
    best.push_back(hypothesis(finished));
  }
  return best;
}

}  // namespace heed
