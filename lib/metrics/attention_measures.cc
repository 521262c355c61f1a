#include "metrics/attention_measures.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>

#include "util/error.h"

namespace heed {

namespace {

std::ptrdiff_t argmax(std::span<const float> row) {
  return std::distance(row.begin(), std::ranges::max_element(row));
}

double entropy(std::span<const float> row) {
  double sum = 0;
  for (const double a : row) sum -= a > 0 ? a * std::log(a) : 0;
  return sum;
}

double mean(double sum, std::size_t count) {
  return count > 0 ? sum / static_cast<double>(count) : 0;
}

}  // namespace

void AttentionStatistics::add_row(std::span<const float> row) {
  const double h = entropy(row);
  sums_.entropy += h;
  sums_.normalized_entropy += row.size() > 1 ? h / std::log(row.size()) : 0;
  sums_.sharpness += *std::ranges::max_element(row);
  sums_.end_mass += row.back();
  ++rows_;
}

void AttentionStatistics::add(const std::vector<std::vector<float>>& weights) {
  const std::vector<float>* before = nullptr;
  std::vector<double> used;
  for (const std::vector<float>& row : weights) {
    if (row.empty()) continue;
    if (before != nullptr && row.size() != before->size()) {
      fail("expected attention on {} source tokens, found {}", before->size(), row.size());
    }
    add_row(row);
    used.resize(row.size());
    std::ranges::transform(used, row, used.begin(), std::plus<double>());
    if (before != nullptr) {
      sums_.monotonicity += argmax(row) >= argmax(*before) ? 1 : 0;
      ++moves_;
    }
    before = &row;
  }
  if (used.empty()) return;
  used.pop_back();  // </s>
  for (const double sum : used) sums_.coverage += std::abs(1 - sum);
  columns_ += used.size();
}

void AttentionStatistics::add(const AttentionStatistics& others) {
  for (const auto& [name, value] : kAttentionMeasures) sums_.*value += others.sums_.*value;
  rows_ += others.rows_;
  columns_ += others.columns_;
  moves_ += others.moves_;
}

AttentionMeasures AttentionStatistics::means() const {
  AttentionMeasures result;
  result.entropy = mean(sums_.entropy, rows_);
  result.normalized_entropy = mean(sums_.normalized_entropy, rows_);
  result.sharpness = mean(sums_.sharpness, rows_);
  result.coverage = mean(sums_.coverage, columns_);
  result.monotonicity = rows_ > 0 && moves_ == 0 ? 1 : mean(sums_.monotonicity, moves_);
  result.end_mass = mean(sums_.end_mass, rows_);
  return result;
}

}  // namespace heed
