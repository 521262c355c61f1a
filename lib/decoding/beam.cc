#include "decoding/beam.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "util/error.h"

namespace heed {

namespace {

constexpr int kLongestCycle = 20;    // tokens
constexpr int kFewestRepeated = 63;  // tokens, behind the first turn

}  // namespace

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
  nodes_.push_back({-1, start, 0});
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

std::optional<int> Beam::forced(int row) const {
  if (length_ < static_cast<int>(prefix_.size())) return prefix_[length_];
  if (length_ == limit_) return eos_;  // never like Marian, where it is cut off before
  if (is_loop(live_[row].node)) return eos_;
  return std::nullopt;
}

bool Beam::needs_attention(int row) const {
  const auto& [period, length] = nodes_[live_[row].node].repetition;
  return rules_.attention || (period > 0 && length >= period);
}

void Beam::attend(int row, std::vector<float> weights) {
  Node& node = nodes_[live_[row].node];
  if (!weights.empty()) {
    node.focus = static_cast<int>(std::ranges::max_element(weights) - weights.begin());
  }
  if (rules_.attention) node.attention = std::move(weights);
}

/// Of `parent` continued with `token`. What is going on is preferred, else the shortest.
Repetition Beam::repetition(int parent, int token) const {
  if (!rules_.options.guards_loops() || std::cmp_less_equal(length_, prefix_.size())) return {};
  const Repetition& before = nodes_[parent].repetition;
  Repetition found;
  int node = parent;
  for (int period = 1; period <= kLongestCycle && node > 0; ++period) {
    if (nodes_[node].token == token) {
      if (period == before.period) return {period, before.length + 1};
      if (found.period == 0) found = {period, 1};
    }
    node = nodes_[node].parent;
  }
  return found;
}

/// Whether tokens come for the fourth time or more, and nothing is attended to in the last turn
/// that was not in those before.
bool Beam::is_loop(int node) const {
  const auto [period, length] = nodes_[node].repetition;
  if (period == 0 || length < std::max(3 * period, kFewestRepeated)) return false;
  std::vector<int> last, before;
  for (int back = 0; back <= length - period; ++back) {
    (back < period ? last : before).push_back(nodes_[node].focus);
    node = nodes_[node].parent;
  }
  return std::ranges::all_of(last,
                             [&](int focus) { return std::ranges::count(before, focus) > 0; });
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
    const int parent = live_[c.row].node;
    nodes_.push_back({parent, c.token, c.log_probability, {}, repetition(parent, c.token)});
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
  result.is_loop = is_loop(nodes_[finished.node].parent);
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
