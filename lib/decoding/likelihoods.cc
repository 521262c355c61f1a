#include "decoding/likelihoods.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace heed {

namespace {

/// Rows that are searched and summed up at a time, in floats: as many as stay in the cache.
constexpr int kCachedLogits = 1 << 17;

constexpr float kNever = -std::numeric_limits<float>::infinity();

}  // namespace

void Likelihoods::set(Tape& tape, std::vector<CandidateLogits> parts) {
  tape_ = &tape;
  parts_ = std::move(parts);
  normalizers_.clear();
}

// Σ w log p = Σ w logit − Σ w log Z, so that logits are added up and never normalised themselves.
void Likelihoods::set_mean(Tape& tape, std::span<Likelihoods* const> members,
                           std::span<const float> weights) {
  std::vector<CandidateLogits> parts = members.front()->parts_;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    const Tensor mean = tape.allocate(parts[p].logits.rows, parts[p].logits.cols);
    for (std::size_t m = 0; m < members.size(); ++m) {
      const Tensor own = members[m]->parts_[p].logits;
      tape.backend().scale(weights[m], own, m == 0 ? Sum(mean) : adding(mean));
    }
    parts[p].logits = mean;
    parts[p].sample = {};
  }
  set(tape, std::move(parts));
  std::vector<Normalizer> mean(members.front()->normalizers().size());
  for (std::size_t m = 0; m < members.size(); ++m) {
    const std::span<const Normalizer> own = members[m]->normalizers();
    for (std::size_t r = 0; r < mean.size(); ++r) {
      mean[r].largest += weights[m] * own[r].largest;
      mean[r].rest += weights[m] * own[r].rest;
    }
  }
  normalizers_ = std::move(mean);
}

/// The k best of each of the part's rows, and what makes log-probabilities of logits, of
/// candidates and sample, beside each other.
void Likelihoods::find_best(int k, const CandidateLogits& part, const Tensor& best) {
  Backend& backend = tape_->backend();
  const int chunk = std::max(1, kCachedLogits / part.logits.cols);
  const int own = std::min(k, part.logits.cols);
  for (int first = 0; first < best.rows; first += chunk) {
    const int count = std::min(chunk, best.rows - first);
    const Tensor logits = part.logits.row_range(first, count);
    const Tensor found = best.row_range(first, count);
    if (own > 0) backend.top_k(logits, own, found.col_range(0, own), found.col_range(k, own));
    if (best.cols == 2 * k) continue;
    backend.log_normalizers(logits, found.col_range(2 * k, 2));
    if (!part.sample) continue;
    backend.log_normalizers(part.sample.row_range(first, count), found.col_range(2 * k + 2, 2));
  }
}

/// From columns `column` on of rows of so many.
void Likelihoods::read_normalizers(int column, int columns) {
  const float* numbers = best_.data() + column;
  for (const CandidateLogits& part : parts_) {
    const double weight = part.sample ? static_cast<double>(part.others) / part.sample.cols : 0;
    for (int row = 0; row < part.logits.rows; ++row, numbers += columns) {
      normalizers_.push_back({numbers[0], numbers[1]});
      if (!part.sample) continue;
      float& rest = normalizers_.back().rest;
      const double others = double{numbers[2]} + double{numbers[3]} - double{numbers[0]};
      rest = static_cast<float>(std::log(std::exp(double{rest}) + weight * std::exp(others)));
    }
  }
}

void Likelihoods::find_best(int k) {
  int rows = 0;
  for (const CandidateLogits& part : parts_) rows += part.logits.rows;
  const bool is_normalized = !normalizers_.empty();
  const Tensor best = tape_->allocate(rows, 2 * k + (is_normalized ? 0 : 4));
  rows = 0;
  for (const CandidateLogits& part : parts_) {
    find_best(k, part, best.row_range(rows, part.logits.rows));
    rows += part.logits.rows;
  }
  best_.resize(best.size());
  tape_->backend().read(best, best_);
  if (!is_normalized) read_normalizers(2 * k, best.cols);
}

std::span<const Likelihoods::Normalizer> Likelihoods::normalizers() {
  if (normalizers_.empty()) find_best(0);
  return normalizers_;
}

TopK Likelihoods::top(int k) {
  find_best(k);
  ids_.clear();
  values_.clear();
  const auto width = static_cast<std::ptrdiff_t>(best_.size() / normalizers_.size());
  auto row = best_.begin();
  auto normalizer = normalizers_.begin();
  for (const CandidateLogits& part : parts_) {
    for (int r = 0; r < part.logits.rows; ++r, row += width, ++normalizer) {
      for (int i = 0; i < k; ++i) {
        const bool is_there = i < part.logits.cols;
        const int column = is_there ? static_cast<int>(row[i]) : 0;
        ids_.push_back(part.tokens.empty() ? column : part.tokens[column]);
        values_.push_back(is_there ? (*normalizer)(row[k + i]) : kNever);
      }
    }
  }
  return {ids_, values_};
}

Likelihoods::Place Likelihoods::place(int row) const {
  auto part = parts_.begin();
  for (; row >= part->logits.rows; ++part) row -= part->logits.rows;
  return {*part, row};
}

float Likelihoods::of(int row, int token) {
  const auto [part, own_row] = place(row);
  int column = token;
  if (!part.tokens.empty()) {
    const auto found = std::ranges::lower_bound(part.tokens, token);
    if (found == part.tokens.end() || *found != token) return kNever;
    column = static_cast<int>(found - part.tokens.begin());
  }
  float logit = 0;
  tape_->backend().read(part.logits.row_range(own_row, 1).col_range(column, 1), {&logit, 1});
  return normalizers()[row](logit);
}

void Likelihoods::of_all(int row, std::span<float> all) {
  const auto [part, own_row] = place(row);
  const Normalizer normalizer = normalizers()[row];
  std::vector<float> own(part.logits.cols);
  tape_->backend().read(part.logits.row_range(own_row, 1), own);
  if (!part.tokens.empty()) std::ranges::fill(all, kNever);
  for (std::size_t i = 0; i < own.size(); ++i) {
    all[part.tokens.empty() ? i : part.tokens[i]] = normalizer(own[i]);
  }
}

}  // namespace heed
