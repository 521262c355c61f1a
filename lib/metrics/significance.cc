#include "metrics/significance.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "util/error.h"
#include "util/random.h"

namespace heed {

namespace {

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Half the width between the 2.5 % and the 97.5 % quantile.
ConfidenceInterval interval_of(std::vector<double> scores) {
  std::sort(scores.begin(), scores.end());
  const std::size_t tail = scores.size() / 40;
  return {mean(scores), (scores[scores.size() - 1 - tail] - scores[tail]) / 2};
}

// With the observed difference counted as one of the trials, so that p is never 0. Equal scores
// are no evidence of a difference (sacreBLEU finds a system different from itself).
double p_value(std::span<const double> differences, double observed) {
  if (observed == 0) return 1;
  const auto above = std::count_if(differences.begin(), differences.end(),
                                   [&](double value) { return value > observed; });
  return (static_cast<double>(above) + 1) / (static_cast<double>(differences.size()) + 1);
}

void check_systems(std::span<const Statistics> systems, int samples) {
  if (samples < 1) fail_usage("expected 1 or more resamples, found {}", samples);
  for (const Statistics& system : systems) {
    if (system.size() != systems[0].size()) {
      fail("expected systems of as many sentences each, found {} and {}", systems[0].size(),
           system.size());
    }
  }
  if (systems.empty() || systems[0].size() == 0) fail("expected sentences to test, found none");
}

// The scores of all resamples of all systems, [systems][samples]. All systems share the draws.
std::vector<std::vector<double>> resample(const Metric& metric, std::span<const Statistics> systems,
                                          int samples, std::uint64_t seed) {
  const std::size_t sentences = systems[0].size();
  std::vector<std::vector<double>> scores(systems.size());
  std::vector<std::size_t> drawn(sentences);
  Random random(seed);
  for (int i = 0; i < samples; ++i) {
    for (std::size_t& sentence : drawn) sentence = random.below(sentences);
    for (std::size_t s = 0; s < systems.size(); ++s) {
      scores[s].push_back(metric.score(sum_rows(systems[s], drawn)));
    }
  }
  return scores;
}

// The p-value of one system against the baseline.
double randomize(const Metric& metric, const Statistics& baseline, const Statistics& system,
                 int trials, std::uint64_t seed) {
  const std::vector<double> baseline_sums = sum_rows(baseline);
  const std::vector<double> system_sums = sum_rows(system);
  Statistics change = baseline;  // what a sentence's exchange adds to the system
  for (std::size_t i = 0; i < change.values.size(); ++i) change.values[i] -= system.values[i];

  std::vector<double> differences;
  std::vector<std::size_t> exchanged;
  Random random(seed);
  for (int trial = 0; trial < trials; ++trial) {
    exchanged.clear();
    std::uint64_t coins = 0;
    for (std::size_t i = 0; i < change.size(); ++i) {
      if (i % 64 == 0) coins = random.next_u64();
      if (coins >> (i % 64) & 1) exchanged.push_back(i);
    }
    std::vector<double> a = system_sums, b = baseline_sums;
    const std::vector<double> moved = sum_rows(change, exchanged);
    for (std::size_t i = 0; i < moved.size(); ++i) {
      a[i] += moved[i];
      b[i] -= moved[i];
    }
    differences.push_back(std::abs(metric.score(a) - metric.score(b)));
  }
  return p_value(differences, std::abs(metric.score(baseline_sums) - metric.score(system_sums)));
}

}  // namespace

ConfidenceInterval bootstrap_interval(const Metric& metric, const Statistics& statistics,
                                      int samples, std::uint64_t seed) {
  const std::span systems(&statistics, 1);
  check_systems(systems, samples);
  return interval_of(resample(metric, systems, samples, seed)[0]);
}

std::vector<SystemResult> paired_bootstrap(const Metric& metric,
                                           std::span<const Statistics> systems, int samples,
                                           std::uint64_t seed) {
  check_systems(systems, samples);
  const std::vector<std::vector<double>> scores = resample(metric, systems, samples, seed);
  std::vector<SystemResult> results;
  for (std::size_t s = 0; s < systems.size(); ++s) {
    SystemResult result;
    result.score = corpus_score(metric, systems[s]);
    result.interval = interval_of(scores[s]);
    if (s > 0) {
      std::vector<double> differences;
      for (std::size_t i = 0; i < scores[s].size(); ++i) {
        differences.push_back(std::abs(scores[s][i] - scores[0][i]));
      }
      const double average = mean(differences);
      for (double& difference : differences) difference -= average;
      result.p_value = p_value(differences, std::abs(result.score - results[0].score));
    }
    results.push_back(result);
  }
  return results;
}

std::vector<SystemResult> paired_randomization(const Metric& metric,
                                               std::span<const Statistics> systems, int trials,
                                               std::uint64_t seed) {
  check_systems(systems, trials);
  std::vector<SystemResult> results;
  for (std::size_t s = 0; s < systems.size(); ++s) {
    SystemResult result;
    result.score = corpus_score(metric, systems[s]);
    if (s > 0) result.p_value = randomize(metric, systems[0], systems[s], trials, seed);
    results.push_back(result);
  }
  return results;
}

}  // namespace heed
