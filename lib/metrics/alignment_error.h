#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/word_alignment.h"
#include "metrics/metric.h"

namespace heed {

/// |A|, |S|, |A∩S|, |A∩P| of links A, sure links S and possible links P.
std::array<double, 4> agreement(const HardAlignment& links, const GoldAlignment& gold);

struct AlignmentErrorOptions {
  int hypothesis_first = 0;  // the number of the first word in the hypothesis: 0 or 1
  int gold_first = 0;        // and in the gold alignment
};

/// How well links A agree with sure links S and possible links P, in percent.
struct AlignmentScore {
  double error_rate = 0;  // AER = 1 - (|A∩S| + |A∩P|) / (|A| + |S|)
  double precision = 0;   // |A∩P| / |A|
  double recall = 0;      // |A∩S| / |S|
  double f = 0;           // the harmonic mean of precision and recall
};

/// Alignment error rate (Och and Ney 2003). Sentences are lines in Pharaoh's format. Lower is
/// better.
class AlignmentErrorRate : public Metric {
 public:
  /// Throws UsageError if words are counted from anything but 0 or 1.
  explicit AlignmentErrorRate(AlignmentErrorOptions options = {});

  std::string name() const override { return "AER"; }
  std::size_t width() const override { return 4; }
  /// The four numbers of agreement(). Takes the first reference.
  void measure(std::string_view hypothesis, std::span<const std::string_view> references,
               std::span<double> row) const override;
  double score(std::span<const double> sums) const override { return scores(sums).error_rate; }
  std::string details(std::span<const double> sums) const override;
  /// There have to be links on one side.
  void expect_something(std::span<const double> sums) const override;
  std::vector<SignatureField> settings() const override;
  bool higher_is_better() const override { return false; }

  AlignmentScore scores(std::span<const double> sums) const;

 private:
  AlignmentErrorOptions options_;
};

}  // namespace heed
