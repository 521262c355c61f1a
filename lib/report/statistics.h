#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "report/results.h"

namespace heed {

/// A number over the seeds of a group.
struct Spread {
  std::size_t count = 0;  ///< Of runs that have the number; with 0 the rest means nothing.
  double mean = 0;
  std::optional<double> deviation{};  ///< Standard deviation, over n − 1; none for one run.
};

Spread spread_of(std::span<const double> values);

/// Runs that differ in their seed alone. Points into the Comparison that it was made from.
struct RunGroup {
  std::string name;
  std::string label;  ///< Short, for figures.
  std::vector<const RunResult*> finished{}, failed{};
};

/// The groups in the order of the grid, those without a finished run too.
std::vector<RunGroup> group_runs(const Comparison& comparison);

/// "additive · post" for "attention=additive,attention-timing=post" where all groups vary the same
/// flags; else the names as they are.
std::vector<std::string> short_labels(std::span<const std::string> groups);

/// The flags that all groups vary, "attention · attention-timing"; "group" if they differ.
std::string varied_flags(std::span<const std::string> groups);

/// A run's number, if it has it.
using RunNumber = std::function<std::optional<double>(const RunResult&)>;

/// The number over the finished runs of a group that have it.
Spread spread_over(const RunGroup& group, const RunNumber& number);

/// A validation, over the runs of a group.
struct MeanCurvePoint {
  double updates = 0;  ///< The mean.
  double seconds = 0;  ///< The mean.
  Spread cross_entropy;
  Spread bleu;
};

/// The validations that all runs of the group have, the first of each, the second, and so on: an
/// epoch is not as many updates with each seed.
std::vector<MeanCurvePoint> mean_curve(const RunGroup& group);

/// BLEU of one range of source lengths, over the runs of a group.
struct MeanLengthScore {
  int at_most = 0;  ///< As in LengthScore.
  std::size_t sentences = 0;
  Spread bleu;
  double low = 0, high = 0;    ///< The runs' bootstrap bounds, averaged.
  std::vector<double> runs{};  ///< Each run's score.
};

/// For each range of `ranges`; those without sentences or scores have count 0.
std::vector<MeanLengthScore> mean_by_length(const RunGroup& group,
                                            std::span<const LengthScore> ranges);

/// The ranges of source lengths that the comparison knows.
std::vector<LengthScore> length_ranges(const Comparison& comparison);

/// "1–10", "11–20", "over 20".
std::string range_label(std::span<const LengthScore> ranges, std::size_t index);

/// The test of a group in "bleu", "chrf" or "ter"; null without one, as for the baseline.
const PairedTest* find_test(const Comparison& comparison, const std::string& group,
                            const std::string& metric);

}  // namespace heed
