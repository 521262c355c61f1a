#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "decoding/stepper.h"
#include "util/random.h"

namespace heed {

/// A model small enough to know all its translations: log p(next | last token), one table [V, V] a
/// sentence. Token 1 is <s>, 2 is </s>. It attends to source token (step mod length) alone.
class MarkovStepper : public Stepper {
 public:
  using Table = std::vector<std::vector<float>>;

  MarkovStepper(std::vector<Table> tables, std::vector<int> source_lengths)
      : tables_(std::move(tables)), sentences_(tables_.size()) {
    shape_.vocabulary = static_cast<int>(tables_[0].size());
    shape_.source_lengths = std::move(source_lengths);
    std::iota(sentences_.begin(), sentences_.end(), 0);
  }

  /// A table with random probabilities, in which <s> never follows.
  static Table random_table(int vocabulary, std::uint64_t seed, double sharpness = 2) {
    Random random(seed);
    Table table(vocabulary, std::vector<float>(vocabulary));
    for (std::vector<float>& row : table) {
      double sum = 0;
      for (int i = 0; i < vocabulary; ++i) {
        row[i] = i == 1 ? 0 : static_cast<float>(std::exp(sharpness * random.normal()));
        sum += row[i];
      }
      for (float& p : row) p = static_cast<float>(std::log(p / sum));
    }
    return table;
  }

  const StepperShape& shape() const override { return shape_; }

  void step(std::span<const int> tokens, std::span<const int> parents) override {
    std::vector<int> sentences;
    for (const int parent : parents) sentences.push_back(sentences_.at(parent));
    sentences_ = std::move(sentences);
    tokens_.assign(tokens.begin(), tokens.end());
    rows_per_step.push_back(static_cast<int>(tokens.size()));
    attended_ = static_cast<int>(rows_per_step.size()) - 1;
  }

  TopK top(int k) override {
    ids_.clear();
    values_.clear();
    for (std::size_t r = 0; r < tokens_.size(); ++r) {
      const std::vector<float>& row = next(static_cast<int>(r));
      std::vector<int> order(row.size());
      std::iota(order.begin(), order.end(), 0);
      std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return row[a] > row[b]; });
      for (int i = 0; i < k; ++i) {
        ids_.push_back(order[i]);
        values_.push_back(row[order[i]]);
      }
    }
    return {ids_, values_};
  }

  float log_probability(int row, int token) override { return next(row)[token]; }
  void log_probabilities(int row, std::span<float> all) override {
    std::ranges::copy(next(row), all.begin());
  }
  std::vector<float> attention(int row) override {
    std::vector<float> weights(shape_.source_lengths[sentences_[row]], 0.0F);
    weights[attended_ % weights.size()] = 1;
    return weights;
  }

  std::vector<int> rows_per_step;

 private:
  const std::vector<float>& next(int row) const { return tables_[sentences_[row]][tokens_[row]]; }

  std::vector<Table> tables_;
  StepperShape shape_;
  std::vector<int> sentences_, tokens_, ids_;
  std::vector<float> values_;
  int attended_ = 0;
};

}  // namespace heed
