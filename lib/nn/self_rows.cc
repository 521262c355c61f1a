#include "nn/self_rows.h"

#include <algorithm>
#include <numeric>

#include "nn/positions.h"
#include "nn/spans.h"
#include "tensor/size.h"

namespace heed {

SelfRows sentence_rows(Tape& tape, std::span<const int> offsets, bool causal, int reach) {
  return {self_spans(tape, offsets, causal, reach),
          tape.keep(offsets),
          tape.keep(token_positions(offsets)),
          {},
          {},
          {}};
}

SelfRows Past::advance(Tape& tape, const Indices& parents) {
  const int size = parents.size();
  std::vector<Hypothesis> next;
  for (const int parent : parents.host) {
    next.push_back({{}, hypotheses_[parent].length + 1});
    const std::vector<int>& rows = hypotheses_[parent].rows;
    const auto seen = std::min<std::ptrdiff_t>(reach_, std::ssize(rows));
    next.back().rows.assign(rows.end() - seen, rows.end());
  }
  hypotheses_ = std::move(next);
  std::vector<int> kept;
  // Now and then, so that a cache's size is bounded by that of the windows, at little cost.
  const bool has_window = reach_ > 0 && reach_ < kUnlimited / 4;
  if (has_window && cache_size_ > std::int64_t{4} * reach_ * size) kept = forget();

  std::vector<AttentionSpan> spans;
  std::vector<int> key_rows, places;
  for (Hypothesis& hypothesis : hypotheses_) {
    hypothesis.rows.push_back(cache_size_++);
    const int first = to_int(std::ssize(key_rows), "tokens that partial translations attend to");
    spans.push_back({first, static_cast<int>(hypothesis.rows.size()), first});
    key_rows.insert(key_rows.end(), hypothesis.rows.begin(), hypothesis.rows.end());
    places.push_back(hypothesis.length - 1);
  }
  std::vector<int> offsets(size + 1);
  std::iota(offsets.begin(), offsets.end(), 0);
  return {keep_spans(tape, spans, key_rows),
          tape.keep(offsets),
          tape.keep(places),
          {},
          parents,
          tape.keep(kept)};
}

/// Numbers the rows that any hypothesis still sees anew, and returns their old numbers.
std::vector<int> Past::forget() {
  std::vector<int> kept;
  for (const Hypothesis& hypothesis : hypotheses_) {
    kept.insert(kept.end(), hypothesis.rows.begin(), hypothesis.rows.end());
  }
  std::sort(kept.begin(), kept.end());
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  for (Hypothesis& hypothesis : hypotheses_) {
    for (int& row : hypothesis.rows) {
      row = static_cast<int>(std::lower_bound(kept.begin(), kept.end(), row) - kept.begin());
    }
  }
  cache_size_ = static_cast<int>(kept.size());
  return kept;
}

}  // namespace heed
