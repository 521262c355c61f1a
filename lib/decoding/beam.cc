#include "decoding/beam.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "decoding/policies.h"
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

int least_length(const SearchOptions& options, const SourceSize& source) {
  const double wanted = std::ceil(static_cast<double>(options.min_length_factor) * source.tokens);
  return std::max(options.min_length, static_cast<int>(std::min(wanted, 1e9)));
}

Beam::Beam(const SearchRules& rules, const SentenceTask& task)
    : rules_(rules),
      limit_(std::max(task.longest, static_cast<int>(task.prefix.size()))),
      least_(std::min(task.shortest, limit_)),
      eos_(task.eos),
      full_width_(group_width(rules)),
      width_(full_width_),
      n_best_(std::min(rules.n_best, full_width_)),
      prefix_(task.prefix.begin(), task.prefix.end()) {
  nodes_.push_back({-1, task.start, 0});
  live_.push_back({0, 0, 0});
  if (!task.constraints.empty()) take_constraints(task);
}

/// Of the constraints those that can be had behind the prefix.
void Beam::take_constraints(const SentenceTask& task) {
  const int room = limit_ - static_cast<int>(prefix_.size());
  std::vector<std::vector<int>> phrases;
  for (int i = 0; std::cmp_less(i, task.constraints.size()); ++i) {
    const std::vector<int>& phrase = task.constraints[i];
    if (phrase.empty()) continue;
    phrases.push_back(phrase);
    constraints_.emplace(phrases, rules_.continues);
    ConstraintState state = constraints_->start();
    for (const int token : prefix_) state = constraints_->after(state, token);
    const bool is_possible = std::ranges::none_of(phrase, [&](int token) {
      return token == eos_ || std::ranges::count(rules_.forbidden, token) > 0;
    });
    if (is_possible && state.missing <= room) continue;
    unmet_.push_back(i);
    phrases.pop_back();
  }
  constraints_.reset();
  if (phrases.empty()) return;
  constraints_.emplace(std::move(phrases), rules_.continues);
  states_ = {constraints_->start()};
  full_width_ = width_ = std::max(full_width_, states_[0].missing + 1);
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
  if (is_loop(live_[row].node) && may_end(row)) return eos_;
  return std::nullopt;
}

bool Beam::may_end(int row) const {
  return length_ >= least_ && (states_.empty() || states_[row].missing == 0);
}

bool Beam::leaves_room(int row, int token) const {
  if (states_.empty() || token == eos_) return true;
  return constraints_->after(states_[row], token).missing < limit_ - length_;
}

std::vector<int> Beam::wanted(int row) const {
  return states_.empty() ? std::vector<int>() : constraints_->next(states_[row]);
}

bool Beam::needs_attention(int row) const {
  const auto& [period, length] = nodes_[live_[row].node].repetition;
  return keeps_attention() || (period > 0 && length >= period);
}

void Beam::attend(int row, std::vector<float> weights) {
  Node& node = nodes_[live_[row].node];
  if (!weights.empty()) {
    node.focus = static_cast<int>(std::ranges::max_element(weights) - weights.begin());
  }
  if (keeps_attention()) node.attention = std::move(weights);
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
bool Beam::is_dropped(const Candidate& candidate, const Bank& bank) const {
  if (candidate.token == eos_ || is_like_marian()) return bank.seen >= bank.width;
  return bank.kept >= bank.width;
}

void Beam::sort(std::vector<Candidate>& candidates) const {
  for (const Candidate& c : candidates) {
    if (std::isnan(c.log_probability)) {
      fail(
          "expected log p of token {} of a translation, found NaN; the model is damaged or its "
          "training diverged",
          length_ + 1);
    }
  }
  const auto rank = [this](const Candidate& c) {
    const double penalties = static_cast<double>(c.penalty) - static_cast<double>(c.aversion);
    return live_[c.row].rank() + static_cast<double>(c.log_probability) + penalties;
  };
  std::sort(candidates.begin(), candidates.end(), [&](const Candidate& a, const Candidate& b) {
    return std::tuple(-rank(a), a.row, a.token) < std::tuple(-rank(b), b.row, b.token);
  });
}

/// By what is missing; one where there are no constraints.
std::vector<Beam::Bank> Beam::make_banks(std::span<const ConstraintState> states) const {
  if (states.empty()) return {{width_}};
  std::vector<int> sizes(constraints_->start().missing + 1, 0);
  for (const ConstraintState& state : states) ++sizes[state.missing];
  std::vector<Bank> banks;
  for (const int width : allocate_beam(width_, sizes)) banks.push_back({width});
  return banks;
}

void Beam::advance(std::vector<Candidate> candidates) {
  sort(candidates);
  ++length_;
  std::vector<ConstraintState> states, next_states;
  for (std::size_t i = 0; i < candidates.size() && constraints_; ++i) {
    states.push_back(constraints_->after(states_[candidates[i].row], candidates[i].token));
  }
  std::vector<Bank> banks = make_banks(states);
  std::vector<Row> next;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& c = candidates[i];
    const Row& before = live_[c.row];
    Bank& bank = banks[states.empty() ? 0 : states[i].missing];
    const bool dropped = is_dropped(c, bank);
    ++bank.seen;
    const Row path{c.row, static_cast<int>(nodes_.size()),
                   before.log_probability + static_cast<double>(c.log_probability),
                   before.penalty + static_cast<double>(c.penalty)};
    if (rules_.observe && std::cmp_less(i, 2 * rules_.options.beam_size)) {
      rules_.observe({before.node, dropped ? -1 : path.node, c.token, path.log_probability});
    }
    if (dropped) continue;
    nodes_.push_back(
        {before.node, c.token, c.log_probability, {}, repetition(before.node, c.token)});
    if (c.token == eos_) {
      finish(path);
      continue;
    }
    ++bank.kept;
    next.push_back(path);
    if (constraints_) next_states.push_back(std::move(states[i]));
  }
  live_ = std::move(next);
  states_ = std::move(next_states);
  if (!is_like_marian()) return;
  width_ = full_width_ - static_cast<int>(finished_.size());
  if (length_ == limit_) cut_off();
}

void Beam::cut_off() {
  for (const Row& path : live_) finish(path);
  live_.clear();
}

void Beam::finish(const Row& path) {
  const double value = score(path.rank(), length_) + coverage_of(nodes_[path.node].parent);
  const Finished ended{path.node, path.log_probability, value};
  const auto after = [](const Finished& a, const Finished& b) { return a.score > b.score; };
  finished_.insert(std::upper_bound(finished_.begin(), finished_.end(), ended, after), ended);
}

/// What the coverage penalty adds to a score, with attention up to that of `node`.
double Beam::coverage_of(int node) const {
  if (rules_.options.coverage_penalty == 0) return 0;
  std::vector<const std::vector<float>*> attention;
  for (; node >= 0; node = nodes_[node].parent) attention.push_back(&nodes_[node].attention);
  return static_cast<double>(rules_.options.coverage_penalty) * coverage(attention);
}

// With a > 0 a longer translation may lose probability and still gain score. That no live one can
// gain enough by the limit is hardly ever sure before most of the steps to it are wasted, so once
// the beam has ended as many translations as it is wide, live ones count as they stand: if they
// may end at all.
double Beam::hope() const {
  const bool is_full = std::cmp_greater_equal(finished_.size(), width_);
  const double divisor = std::pow(is_full ? length_ + 1 : limit_ + 1, rules_.options.normalize);
  double most = -std::numeric_limits<double>::infinity();
  for (std::size_t row = 0; row < live_.size(); ++row) {
    if (is_full && !states_.empty() && states_[row].missing > 0) continue;
    const double covered = is_full ? coverage_of(nodes_[live_[row].node].parent) : 0;
    most = std::max(most, live_[row].rank() / divisor + covered);
  }
  return most;
}

bool Beam::can_improve() const {
  if (rules_.sampling || is_like_marian() || std::cmp_less(finished_.size(), n_best_)) return true;
  return hope() > finished_[n_best_ - 1].score;
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
  result.penalty =
      finished.score - score(finished.log_probability, static_cast<int>(result.word_scores.size()));
  result.ended = result.tokens.back() == eos_;
  result.is_loop = is_loop(nodes_[finished.node].parent);
  if (result.ended) result.tokens.pop_back();
  if (!result.ended && rules_.attention) result.attention.emplace_back();
  result.unmet = unmet_;
  return result;
}

std::vector<Hypothesis> Beam::hypotheses() const {
  std::vector<Hypothesis> best;
  for (const Finished& finished : finished_) {
    if (std::cmp_equal(best.size(), n_best_)) break;
    best.push_back(hypothesis(finished));
  }
  return best;
}

}  // namespace heed
