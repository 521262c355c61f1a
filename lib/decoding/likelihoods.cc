#include "decoding/likelihoods.h"

#include <algorithm>
#include <iterator>

namespace heed {

namespace {

/// Rows that are searched and summed up at a time, in floats: as many as stay in the cache.
constexpr int kCachedLogits = 1 << 17;

}  // namespace

void Likelihoods::set(Tape& tape, const Tensor& logits) {
  tape_ = &tape;
  logits_ = logits;
  normalizers_.clear();
}

// Σ w log p = Σ w logit − Σ w log Z, so that logits are added up and never normalised themselves.
void Likelihoods::set_mean(Tape& tape, std::span<Likelihoods* const> members,
                           std::span<const float> weights) {
  const Tensor& first = members.front()->logits_;
  set(tape, tape.allocate(first.rows, first.cols));
  std::vector<Normalizer> mean(first.rows);
  for (std::size_t m = 0; m < members.size(); ++m) {
    const float weight = weights[m];
    tape.backend().scale(weight, members[m]->logits_, m == 0 ? Sum(logits_) : adding(logits_));
    const std::span<const Normalizer> own = members[m]->normalizers();
    for (std::size_t r = 0; r < mean.size(); ++r) {
      mean[r].largest += weight * own[r].largest;
      mean[r].rest += weight * own[r].rest;
    }
  }
  normalizers_ = std::move(mean);
}

/// The k best of each row, and what makes log-probabilities of logits, beside each other.
void Likelihoods::find_best(int k) {
  Backend& backend = tape_->backend();
  const int rows = logits_.rows, chunk = std::max(1, kCachedLogits / logits_.cols);
  const bool is_normalized = !normalizers_.empty();
  const Tensor best = tape_->allocate(rows, 2 * k + (is_normalized ? 0 : 2));
  for (int first = 0; first < rows; first += chunk) {
    const Tensor part = logits_.row_range(first, std::min(chunk, rows - first));
    const Tensor found = best.row_range(first, part.rows);
    if (k > 0) backend.top_k(part, k, found.col_range(0, k), found.col_range(k, k));
    if (!is_normalized) backend.log_normalizers(part, found.col_range(2 * k, 2));
  }
  best_.resize(best.size());
  backend.read(best, best_);
  for (int row = 0; row < rows && !is_normalized; ++row) {
    const float* const numbers = best_.data() + static_cast<std::ptrdiff_t>(row) * best.cols;
    normalizers_.push_back({numbers[2 * k], numbers[2 * k + 1]});
  }
}

std::span<const Likelihoods::Normalizer> Likelihoods::normalizers() {
  if (normalizers_.empty()) find_best(0);
  return normalizers_;
}

TopK Likelihoods::top(int k) {
  find_best(k);
  ids_.clear();
  values_.clear();
  const auto width = static_cast<std::ptrdiff_t>(best_.size()) / logits_.rows;
  auto row = best_.begin();
  for (const Normalizer& normalizer : normalizers_) {
    std::transform(row, row + k, std::back_inserter(ids_),
                   [](float id) { return static_cast<int>(id); });
    std::transform(row + k, row + 2 * k, std::back_inserter(values_), normalizer);
    row += width;
  }
  return {ids_, values_};
}

float Likelihoods::of(int row, int token) {
  float logit = 0;
  tape_->backend().read(logits_.row_range(row, 1).col_range(token, 1), {&logit, 1});
  return normalizers()[row](logit);
}

void Likelihoods::of_all(int row, std::span<float> all) {
  tape_->backend().read(logits_.row_range(row, 1), all);
  std::transform(all.begin(), all.end(), all.begin(), normalizers()[row]);
}

}  // namespace heed
