#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/metric.h"

namespace heed {

struct ChrfOptions {
  int char_order = 6;
  /// 0: chrF (Popović 2015); 2: chrF++ (Popović 2017).
  int word_order = 0;
  /// How many times as much as precision recall counts.
  int beta = 2;
  bool lowercase = false;
  /// Let character n-grams span white space.
  bool whitespace = false;
  /// Average the F-scores of all orders, as chrF++.py, NLTK and Moses do, in place of the F-score
  /// of the average precision and recall of the orders that both sides are long enough for.
  bool epsilon_smoothing = false;
};

/// chrF and chrF++ as sacreBLEU computes them.
class Chrf : public Metric {
 public:
  explicit Chrf(ChrfOptions options = {});

  std::string name() const override;
  std::size_t width() const override { return 3 * orders(); }
  /// For each order, characters first: n-grams of the hypothesis, of the reference, in both. Of
  /// several references the one with the best score counts.
  void measure(std::string_view hypothesis, std::span<const std::string_view> references,
               std::span<double> row) const override;
  double score(std::span<const double> sums) const override;
  std::vector<SignatureField> settings() const override;

 private:
  /// A sentence as the n-grams see it: characters' code points and words.
  struct Sentence {
    std::string text;
    std::vector<std::uint32_t> characters;
    std::vector<std::string_view> words;  // into `text`
  };

  std::size_t orders() const {
    return static_cast<std::size_t>(options_.char_order) +
           static_cast<std::size_t>(options_.word_order);
  }
  void prepare(std::string_view line, Sentence& sentence) const;
  void compare(const Sentence& hypothesis, const Sentence& reference, std::span<double> row) const;

  ChrfOptions options_;
};

}  // namespace heed
