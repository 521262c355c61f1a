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

/// Takes over the parents' rows, as far back as is seen, with a place for one
/// more.
void Past::reorder(std::span<const int> parents) {
  const int kept = std::min(reach_, seen_);
  next_.resize(to_int(std::ssize(parents) * (kept + 1), "tokens that hypotheses attend to"));
  auto to = next_.begin();
  for (const int parent : parents) {
    const auto end = rows_.begin() + std::ptrdiff_t{parent + 1} * seen_;
    to = std::copy(end - kept, end, to) + 1;
  }
  rows_.swap(next_);
  size_ = static_cast<int>(parents.size());
  seen_ = kept + 1;
}

void Past::add_tokens() {
  for (int r = 0; r < size_; ++r) rows_[r * seen_ + seen_ - 1] = cache_size_++;
  ++length_;
}

SelfRows Past::advance(Tape& tape, const Indices& parents) {
  reorder(parents.host);
  std::vector<int> kept;
  // Now and then, so that a cache's size is bounded by that of the windows, at little cost.
  const bool has_window = reach_ > 0 && reach_ < kUnlimited / 4;
  if (has_window && cache_size_ > std::int64_t{4} * reach_ * size_) kept = forget();
  add_tokens();
  std::vector<AttentionSpan> spans;
  for (int r = 0; r < size_; ++r) spans.push_back({r * seen_, seen_, std::int64_t{r} * seen_});
  std::vector<int> offsets(size_ + 1);
  std::iota(offsets.begin(), offsets.end(), 0);
  return {keep_spans(tape, spans, rows_),
          tape.keep(offsets),
          tape.keep(std::vector<int>(size_, length_ - 1)),
          {},
          parents,
          tape.keep(kept)};
}

/// Numbers the rows that any hypothesis still sees anew, and returns their old numbers.
std::vector<int> Past::forget() {
  const auto for_each_row = [this](auto&& body) {
    for (int r = 0; r < size_; ++r)
      for (int i = 0; i < seen_ - 1; ++i) body(rows_[r * seen_ + i]);
  };
  std::vector<int> kept;
  for_each_row([&](int row) { kept.push_back(row); });
  std::sort(kept.begin(), kept.end());
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  for_each_row([&](int& row) {
    row = static_cast<int>(std::lower_bound(kept.begin(), kept.end(), row) - kept.begin());
  });
  cache_size_ = static_cast<int>(kept.size());
  return kept;
}

}  // namespace heed
