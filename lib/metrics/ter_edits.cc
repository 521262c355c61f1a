#include "metrics/ter_edits.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <tuple>
#include <vector>

#include "util/error.h"
#include "util/memory.h"
#include "util/strings.h"

namespace heed {

namespace {

constexpr int kMaxShiftSize = 10;
constexpr int kMaxShiftDistance = 50;
constexpr int kMaxShiftCandidates = 1000;
constexpr int kBeamWidth = 25;
constexpr int kUnreached = 1 << 29;

using Words = std::vector<std::uint32_t>;

enum class Edit : std::uint8_t { kNone, kSubstitute, kDelete, kInsert };

/// Where the words of the reference lie in the hypothesis, and which words are wrong.
struct Alignment {
  std::vector<int> position;           // [reference] the last hypothesis word up to it, or -1
  std::vector<char> reference_error;   // [reference]
  std::vector<char> hypothesis_error;  // [hypothesis]
};

/// Edit distances between hypotheses of one length and a reference, in a band around the diagonal.
class EditDistance {
 public:
  EditDistance(std::size_t hypothesis_length, std::span<const std::uint32_t> reference)
      : rows_(static_cast<int>(hypothesis_length)),
        columns_(static_cast<int>(reference.size())),
        reference_(reference),
        ratio_(rows_ > 0 ? static_cast<double>(columns_) / rows_ : 1),
        // Where the lengths differ much, neighbouring rows' bands must still overlap.
        beam_(kBeamWidth < ratio_ / 2 ? static_cast<int>(std::ceil(ratio_ / 2 + kBeamWidth))
                                      : kBeamWidth),
        cost_(stride() * (static_cast<std::size_t>(rows_) + 1), kUnreached),
        edit_(cost_.size(), Edit::kInsert),
        above_(stride()),
        current_(stride()) {
    for (int j = 0; j <= columns_; ++j) cost_[static_cast<std::size_t>(j)] = j;
  }

  /// The distance of a hypothesis, whose table is kept.
  int align(const Words& hypothesis) {
    for (int i = 1; i <= rows_; ++i) {
      fill_row(i, hypothesis[static_cast<std::size_t>(i) - 1], row(i - 1), row(i),
               edit_.data() + offset(i));
    }
    return row(rows_)[columns_];
  }

  /// The distance of a hypothesis that equals the aligned one in the first `same` words.
  int distance(const Words& hypothesis, int same) {
    std::copy_n(row(same), stride(), above_.begin());
    for (int i = same + 1; i <= rows_; ++i) {
      fill_row(i, hypothesis[static_cast<std::size_t>(i) - 1], above_.data(), current_.data(),
               nullptr);
      std::swap(above_, current_);
    }
    return above_[static_cast<std::size_t>(columns_)];
  }

  /// How the aligned hypothesis and the reference correspond.
  Alignment alignment() const;

 private:
  std::size_t stride() const { return static_cast<std::size_t>(columns_) + 1; }
  std::size_t offset(int i) const { return static_cast<std::size_t>(i) * stride(); }
  int* row(int i) { return cost_.data() + offset(i); }

  void fill_row(int i, std::uint32_t word, const int* above, int* costs, Edit* edits) const;

  int rows_;
  int columns_;
  std::span<const std::uint32_t> reference_;
  double ratio_;
  int beam_;
  std::vector<int> cost_;   // [rows + 1, columns + 1]
  std::vector<Edit> edit_;  // as cost_: the last edit on the way to a cell
  std::vector<int> above_;  // two rows for distance()
  std::vector<int> current_;
};

// Of equally cheap edits, a match or substitution is preferred, then a deletion, then an insertion.
void EditDistance::fill_row(int i, std::uint32_t word, const int* above, int* costs,
                            Edit* edits) const {
  const int diagonal = static_cast<int>(std::floor(i * ratio_));
  const int first = std::max(0, diagonal - beam_);
  const int last = i == rows_ ? columns_ : std::min(columns_, diagonal + beam_ - 1);
  std::fill(costs, costs + stride(), kUnreached);
  for (int j = first; j <= last; ++j) {
    int best = kUnreached;
    Edit edit = Edit::kInsert;
    if (j > 0) {
      const bool same = word == reference_[static_cast<std::size_t>(j) - 1];
      best = above[j - 1] + (same ? 0 : 1);
      edit = same ? Edit::kNone : Edit::kSubstitute;
    }
    if (above[j] + 1 < best) {
      best = above[j] + 1;
      edit = Edit::kDelete;
    }
    if (j > 0 && costs[j - 1] + 1 < best) {
      best = costs[j - 1] + 1;
      edit = Edit::kInsert;
    }
    costs[j] = std::min(best, kUnreached);
    if (edits != nullptr) edits[j] = edit;
  }
}

Alignment EditDistance::alignment() const {
  Alignment result;
  result.position.assign(static_cast<std::size_t>(columns_), -1);
  result.reference_error.assign(static_cast<std::size_t>(columns_), 1);
  result.hypothesis_error.assign(static_cast<std::size_t>(rows_), 1);
  for (int i = rows_, j = columns_; i > 0 || j > 0;) {
    const Edit edit = edit_[offset(i) + static_cast<std::size_t>(j)];
    if (edit != Edit::kDelete) {
      result.position[static_cast<std::size_t>(--j)] = i - 1;
      result.reference_error[static_cast<std::size_t>(j)] = edit != Edit::kNone;
    }
    if (edit != Edit::kInsert) {
      result.hypothesis_error[static_cast<std::size_t>(--i)] = edit != Edit::kNone;
    }
  }
  return result;
}

/// A sequence of words that is moved before the word `target`.
struct Shift {
  int start = 0;
  int length = 0;
  int target = 0;

  /// How many words before the moved ones stay where they were.
  int unchanged() const { return std::min(start, target); }
};

void apply(const Shift& shift, const Words& words, Words& shifted) {
  shifted = words;
  const auto begin = shifted.begin();
  const int end = shift.start + shift.length;
  if (shift.target < shift.start) {
    std::rotate(begin + shift.target, begin + shift.start, begin + end);
  } else {
    // A target inside the sequence moves it forward by as many words.
    const int after = shift.target > end ? shift.target : shift.target + shift.length;
    const int limit = std::min(after, static_cast<int>(words.size()));
    std::rotate(begin + shift.start, begin + end, begin + limit);
  }
}

/// One step of Tercom's greedy search.
class ShiftSearch {
 public:
  ShiftSearch(std::span<const std::uint32_t> reference, EditDistance& distance)
      : reference_(reference), distance_(distance) {}

  /// Applies the shift that saves the most edits; false if none saves any or too many were tried.
  bool improve(Words& words);

 private:
  struct Candidate {
    int saved = 0;
    Shift shift{};
    // Tercom's preference: most saved, longest, from the earliest place, to the earliest place.
    auto rank() const { return std::tuple(saved, shift.length, -shift.start, -shift.target); }
  };

  void try_pairs_at(int start, int reference_start, const Words& words);
  bool is_worth_trying(int start, int reference_start, int length) const;
  void try_targets(int start, int reference_start, int length, const Words& words);
  bool exhausted() const { return tried_ >= kMaxShiftCandidates; }

  std::span<const std::uint32_t> reference_;
  EditDistance& distance_;
  Alignment alignment_{};
  int cost_ = 0;
  int tried_ = 0;
  bool stop_ = false;
  std::optional<Candidate> best_{};
  Words shifted_{};
};

bool ShiftSearch::improve(Words& words) {
  cost_ = distance_.align(words);
  alignment_ = distance_.alignment();
  best_.reset();
  stop_ = false;
  const int length = static_cast<int>(words.size());
  const int reference_length = static_cast<int>(reference_.size());
  for (int i = 0; i < length && !stop_; ++i) {
    const int last = std::min(reference_length - 1, i + kMaxShiftDistance);
    for (int j = std::max(0, i - kMaxShiftDistance); j <= last && !stop_; ++j) {
      try_pairs_at(i, j, words);
    }
  }
  if (exhausted() || !best_ || best_->saved <= 0) return false;
  apply(best_->shift, words, shifted_);
  std::swap(words, shifted_);
  return true;
}

// The common sequences of every length that start at these two places.
void ShiftSearch::try_pairs_at(int start, int reference_start, const Words& words) {
  const int longest = std::min({kMaxShiftSize, static_cast<int>(words.size()) - start,
                                static_cast<int>(reference_.size()) - reference_start});
  for (int length = 1; length <= longest && !stop_; ++length) {
    if (words[static_cast<std::size_t>(start + length - 1)] !=
        reference_[static_cast<std::size_t>(reference_start + length - 1)]) {
      return;
    }
    if (!is_worth_trying(start, reference_start, length)) continue;
    try_targets(start, reference_start, length, words);
    stop_ = exhausted();
  }
}

// Only wrong words move, only to where the reference isn't matched, and not within themselves.
bool ShiftSearch::is_worth_trying(int start, int reference_start, int length) const {
  const auto any_error = [&](const std::vector<char>& errors, int first) {
    return std::any_of(errors.begin() + first, errors.begin() + first + length,
                       [](char error) { return error != 0; });
  };
  const int at = alignment_.position[static_cast<std::size_t>(reference_start)];
  return any_error(alignment_.hypothesis_error, start) &&
         any_error(alignment_.reference_error, reference_start) &&
         !(at >= start && at < start + length);
}

// The places before, and after each word of, what the sequence's counterpart is aligned to.
void ShiftSearch::try_targets(int start, int reference_start, int length, const Words& words) {
  int previous = -1;
  for (int offset = -1; offset < length; ++offset) {
    const int at = reference_start + offset;
    const int target = at < 0 ? 0 : alignment_.position[static_cast<std::size_t>(at)] + 1;
    if (target == previous) continue;
    previous = target;
    const Shift shift{start, length, target};
    apply(shift, words, shifted_);
    const Candidate candidate{cost_ - distance_.distance(shifted_, shift.unchanged()), shift};
    ++tried_;
    if (!best_ || candidate.rank() > best_->rank()) best_ = candidate;
  }
}

}  // namespace

namespace {

/// The table of an alignment has a cell for each pair of words.
void expect_room(std::uint64_t hypothesis, std::uint64_t reference) {
  const std::uint64_t needed = (hypothesis + 1) * (reference + 1) * (sizeof(int) + sizeof(Edit));
  const std::uint64_t available = available_memory();
  if (needed <= available) return;
  fail(
      "expected lines whose edits fit in memory, found one of {} words against {}: TER needs {}, "
      "{} are available; split the line, or leave TER out",
      hypothesis, reference, human_size(needed), human_size(available));
}

}  // namespace

int count_ter_edits(std::span<const std::uint32_t> hypothesis,
                    std::span<const std::uint32_t> reference) {
  if (reference.empty()) return static_cast<int>(hypothesis.size());
  expect_room(hypothesis.size(), reference.size());
  EditDistance distance(hypothesis.size(), reference);
  ShiftSearch search(reference, distance);
  Words words(hypothesis.begin(), hypothesis.end());
  int shifts = 0;
  while (search.improve(words)) ++shifts;
  return shifts + distance.align(words);
}

}  // namespace heed
