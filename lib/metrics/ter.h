#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/metric.h"
#include "metrics/ter_tokenizer.h"

namespace heed {

using TerOptions = TercomOptions;

/// Translation edit rate (Snover et al. 2006) as sacreBLEU computes it: edits in percent of the
/// reference's words. Lower is better.
class Ter : public Metric {
 public:
  explicit Ter(TerOptions options = {}) : options_(options) {}

  std::string name() const override { return "TER"; }
  std::size_t width() const override { return 2; }
  /// The edits to the closest reference, and the references' average length.
  void measure(std::string_view hypothesis, std::span<const std::string_view> references,
               std::span<double> row) const override;
  double score(std::span<const double> sums) const override;
  std::vector<SignatureField> settings() const override;
  bool higher_is_better() const override { return false; }

 private:
  TerOptions options_;
};

}  // namespace heed
