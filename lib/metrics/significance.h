#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "metrics/metric.h"

namespace heed {

/// The 95 % confidence interval of a score: mean ± half_width over bootstrap resamples.
struct ConfidenceInterval {
  double mean = 0;
  double half_width = 0;
};

/// A system's score and how it compares to the baseline, the first system.
struct SystemResult {
  double score = 0;
  /// The probability of a difference from the baseline that is at least as great, if both were
  /// the same; none for the baseline itself.
  std::optional<double> p_value{};
  std::optional<ConfidenceInterval> interval{};
};

/// The interval of a corpus score, from `samples` draws of as many sentences with replacement.
/// Equal seeds give equal results; so do all functions here. Throws Error without sentences.
ConfidenceInterval bootstrap_interval(const Metric& metric, const Statistics& statistics,
                                      int samples, std::uint64_t seed);

/// Paired bootstrap resampling (Koehn 2004): each system against systems[0] on the same draws. The
/// p-value counts the draws whose absolute difference exceeds the mean one by more than the real
/// difference, as Moses and sacreBLEU do. Throws Error if the systems' numbers of sentences
/// differ.
std::vector<SystemResult> paired_bootstrap(const Metric& metric,
                                           std::span<const Statistics> systems, int samples,
                                           std::uint64_t seed);

/// Paired approximate randomisation (Riezler and Maxwell 2005): each system against systems[0].
/// In each trial every sentence's two outputs change places with probability 1/2; the p-value
/// counts the trials with a difference above the real one. Throws Error if the systems' numbers
/// of sentences differ.
std::vector<SystemResult> paired_randomization(const Metric& metric,
                                               std::span<const Statistics> systems, int trials,
                                               std::uint64_t seed);

}  // namespace heed
