#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace heed {

/// What can be said of attention weights a_ij of target token i on source token j, all means over
/// target tokens (coverage: over source tokens). </s> is a token of both sides as any other, for it
/// takes a step of the decoder and a share of each row; coverage alone leaves the source's out,
/// which no translation has to use up.
struct AttentionMeasures {
  double entropy = 0;             ///< H_i = −Σ_j a_ij log a_ij, in nats.
  double normalized_entropy = 0;  ///< H_i / log S: 0 looks at one token, 1 at all alike.
  double sharpness = 0;           ///< max_j a_ij.
  double coverage = 0;            ///< |1 − Σ_i a_ij|: 0 where each source token is used once.
  double monotonicity = 0;        ///< Share of steps whose argmax does not move back.
  double end_mass = 0;            ///< a_ij of the source's </s>.
};

/// One of them, by name.
struct AttentionMeasure {
  std::string_view name;
  double AttentionMeasures::*value;
};
inline constexpr std::array kAttentionMeasures = {
    AttentionMeasure{"entropy", &AttentionMeasures::entropy},
    AttentionMeasure{"normalized-entropy", &AttentionMeasures::normalized_entropy},
    AttentionMeasure{"sharpness", &AttentionMeasures::sharpness},
    AttentionMeasure{"coverage", &AttentionMeasures::coverage},
    AttentionMeasure{"monotonicity", &AttentionMeasures::monotonicity},
    AttentionMeasure{"end-mass", &AttentionMeasures::end_mass}};

/// Gathers the measures of many sentences.
class AttentionStatistics {
 public:
  /// A sentence's weights: rows are target tokens, columns source tokens, </s> last on both sides.
  /// Rows may be empty where there was no attention; they don't count. Weights that don't sum to 1
  /// (of a sigmoid) are taken as they are. Throws Error for rows of different length.
  void add(const std::vector<std::vector<float>>& weights);

  /// Adds the sentences that others have gathered.
  void add(const AttentionStatistics& others);

  /// Rows that count.
  std::size_t rows() const { return rows_; }

  /// All 0 where no rows count; monotonicity is 1 where no row has one before it.
  AttentionMeasures means() const;

 private:
  void add_row(std::span<const float> row);

  AttentionMeasures sums_;
  std::size_t rows_ = 0, columns_ = 0, moves_ = 0;
};

}  // namespace heed
