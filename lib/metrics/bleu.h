#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/metric.h"
#include "metrics/tokenizers.h"

namespace heed {

/// What stands in for a precision of 0 (Chen and Cherry 2014): nothing; a small count (0.1);
/// k added to counts and totals of n > 1 (1); halving with each further zero, as mteval-v13a does.
enum class BleuSmoothing { kNone, kFloor, kAddK, kExp };

/// The smoothing of that name: none, floor, add-k or exp. Throws UsageError for another one.
BleuSmoothing parse_bleu_smoothing(std::string_view name);

struct BleuOptions {
  int order = 4;
  BleuSmoothing smoothing = BleuSmoothing::kExp;
  /// For floor and add-k; their usual value if not given.
  std::optional<double> smoothing_value{};
  /// Leave out the orders that the hypothesis is too short for; sentence-level BLEU needs it.
  bool effective_order = false;
  bool lowercase = false;
  /// Names `tokenizer` in the signature.
  std::string tokenizer_name = "13a";
  /// The tokenizer of that name if empty.
  BleuTokenizer tokenizer{};
};

struct BleuScore {
  double score = 0;  // 0 to 100
  double brevity_penalty = 0;
  double hypothesis_length = 0;      // tokens
  double reference_length = 0;       // tokens, of the reference closest in length
  std::vector<double> precisions{};  // [order], 0 to 100, smoothed
  std::vector<double> matches{};     // [order]
  std::vector<double> totals{};      // [order]

  double length_ratio() const {
    return reference_length > 0 ? hypothesis_length / reference_length : 0;
  }
};

/// BLEU (Papineni et al. 2002) as sacreBLEU computes it (Post 2018).
class Bleu : public Metric {
 public:
  explicit Bleu(BleuOptions options = {});

  std::string name() const override { return "BLEU"; }
  std::size_t width() const override { return 2 + 2 * static_cast<std::size_t>(options_.order); }
  /// Hypothesis length, reference length, matches [order], totals [order].
  void measure(std::string_view hypothesis, std::span<const std::string_view> references,
               std::span<double> row) const override;
  double score(std::span<const double> sums) const override { return bleu(sums).score; }
  std::string details(std::span<const double> sums) const override;
  std::vector<SignatureField> settings() const override;

  /// BLEU with its parts.
  BleuScore bleu(std::span<const double> sums) const;

 private:
  std::string tokenize(std::string_view sentence) const;
  void smooth(BleuScore& result, int& effective_order) const;

  BleuOptions options_;
};

/// Corpus BLEU with one reference and the defaults of sacreBLEU, 0 to 100.
double corpus_bleu(std::span<const std::string> hypotheses, std::span<const std::string> references,
                   std::string_view tokenizer = "13a");

}  // namespace heed
