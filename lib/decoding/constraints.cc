#include "decoding/constraints.h"

#include <algorithm>
#include <utility>

namespace heed {

Constraints::Constraints(std::vector<std::vector<int>> phrases, const std::vector<bool>& continues)
    : phrases_(std::move(phrases)), nodes_(1) {
  const bool all_begin_words =
      !continues.empty() && std::ranges::none_of(phrases_, [&](const std::vector<int>& phrase) {
        return continues[phrase.front()];
      });
  if (all_begin_words) continues_ = continues;
  drop_parts();
  for (int i = 0; std::cmp_less(i, phrases_.size()); ++i) add(i);
  // Nodes stand behind their parents; a failure is less deep than its node, so by depth.
  std::vector<int> queue = nodes_[0].children;
  for (std::size_t i = 0; i < queue.size(); ++i) {
    for (const int deeper : nodes_[queue[i]].children) {
      nodes_[deeper].failure = follow(nodes_[queue[i]].failure, nodes_[deeper].token);
      queue.push_back(deeper);
    }
  }
}

/// Whether `phrase` has `part` as whole words.
bool Constraints::has_part(const std::vector<int>& phrase, const std::vector<int>& part) const {
  for (auto at = phrase.begin();; ++at) {
    at = std::search(at, phrase.end(), part.begin(), part.end());
    if (at == phrase.end()) return false;
    const auto behind = at + std::ssize(part);
    if (behind == phrase.end() || !continues(*behind)) return true;
  }
}

void Constraints::drop_parts() {
  for (std::size_t i = 0; i < phrases_.size();) {
    const std::vector<int> part = std::move(phrases_[i]);
    phrases_.erase(phrases_.begin() + static_cast<std::ptrdiff_t>(i));
    const bool is_part = std::ranges::any_of(
        phrases_, [&](const std::vector<int>& other) { return has_part(other, part); });
    if (is_part) continue;
    phrases_.insert(phrases_.begin() + static_cast<std::ptrdiff_t>(i), part);
    ++i;
  }
}

void Constraints::add(int phrase) {
  int node = 0;
  for (const int token : phrases_[phrase]) {
    nodes_[node].through.push_back(phrase);
    int next = child(node, token);
    if (next == 0) {
      next = static_cast<int>(nodes_.size());
      nodes_[node].children.push_back(next);
      nodes_.emplace_back();
      nodes_.back().depth = nodes_[node].depth + 1;
      nodes_.back().token = token;
    }
    node = next;
  }
  nodes_[node].ends.push_back(phrase);
}

/// 0 if there is none.
int Constraints::child(int node, int token) const {
  const auto& children = nodes_[node].children;
  const auto found = std::ranges::find(children, token, [&](int c) { return nodes_[c].token; });
  return found == children.end() ? 0 : *found;
}

int Constraints::follow(int node, int token) const {
  while (node != 0 && child(node, token) == 0) node = nodes_[node].failure;
  return child(node, token);
}

bool Constraints::continues(int token) const { return !continues_.empty() && continues_[token]; }

/// With the phrases that it ends with: they are met unless their last word goes on.
std::vector<bool> Constraints::met_at_end(const ConstraintState& state) const {
  std::vector<bool> met = state.met;
  for (int node = state.node; node != 0; node = nodes_[node].failure) {
    for (const int phrase : nodes_[node].ends) met[phrase] = true;
  }
  return met;
}

// If a word goes on, phrases that end here are not met; if a new one begins, they are, and phrases
// under way go on where they have a new word there too.
Constraints::Prospect Constraints::prospect(const ConstraintState& state, bool in_word) const {
  const std::vector<bool> met = in_word ? state.met : met_at_end(state);
  Prospect result;
  for (std::size_t i = 0; i < met.size(); ++i) {
    if (met[i] && !state.met[i]) result.tokens += static_cast<int>(phrases_[i].size());
  }
  int node = state.node;
  while (true) {
    const int depth = nodes_[node].depth;
    for (const int phrase : nodes_[node].through) {
      const int token = phrases_[phrase][depth];
      if (!met[phrase] && continues(token) == in_word) result.next.push_back(token);
    }
    if (!result.next.empty()) result.tokens += depth;
    if (!result.next.empty() || node == 0) return result;
    node = nodes_[node].failure;
  }
}

int Constraints::count_missing(const ConstraintState& state) const {
  int missing = 0;
  for (std::size_t i = 0; i < phrases_.size(); ++i) {
    if (!state.met[i]) missing += static_cast<int>(phrases_[i].size());
  }
  const int inside = continues_.empty() ? 0 : prospect(state, true).tokens;
  return missing - std::max(inside, prospect(state, false).tokens);
}

ConstraintState Constraints::start() const {
  ConstraintState state{0, std::vector<bool>(phrases_.size(), false), 0};
  state.missing = count_missing(state);
  return state;
}

ConstraintState Constraints::after(const ConstraintState& state, int token) const {
  ConstraintState result{follow(state.node, token),
                         continues(token) ? state.met : met_at_end(state), 0};
  result.missing = count_missing(result);
  return result;
}

std::vector<int> Constraints::next(const ConstraintState& state) const {
  if (state.missing == 0) return {};
  Prospect apart = prospect(state, false);
  const Prospect inside = continues_.empty() ? Prospect() : prospect(state, true);
  std::vector<int> tokens;
  if (apart.tokens >= inside.tokens) tokens = std::move(apart.next);
  if (inside.tokens >= apart.tokens) {
    tokens.insert(tokens.end(), inside.next.begin(), inside.next.end());
  }
  std::ranges::sort(tokens);
  tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
  return tokens;
}

}  // namespace heed
