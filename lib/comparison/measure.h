#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "heed/comparison.h"
#include "metrics/metric.h"
#include "report/results.h"

namespace heed {

/// The text that all runs are measured on.
struct TestSet {
  std::vector<std::string> source, reference;
  std::vector<std::string> gold;  ///< Word alignments in Pharaoh's format; may be empty.
};

/// Reads --test-sets and --gold-alignment. Throws Error if they differ in length.
TestSet read_test_set(const ComparisonOptions& options, bool tsv);

/// BLEU, chrF and TER, in this order.
std::vector<std::unique_ptr<Metric>> comparison_metrics(const std::string& tokenize);

/// Thrown when the user wants the program to end.
class Interrupted {};

/// Measures trained models on one test set, on one thread.
class Measurement {
 public:
  Measurement(const CompareOptions& options, const TestSet& test,
              const std::function<bool()>& interrupted)
      : options_(options), test_(test), interrupted_(interrupted) {}

  /// Fills what a result says of the model and the test set; gives the translations. Throws
  /// Interrupted.
  std::vector<std::string> run(const std::string& model, RunResult& result) const;

 private:
  std::vector<std::string> translate(const std::string& model, RunResult& result) const;
  void score_references(const std::string& model, RunResult& result) const;
  void score_translations(const std::vector<std::string>& output, RunResult& result) const;

  const CompareOptions& options_;
  const TestSet& test_;
  const std::function<bool()>& interrupted_;
};

}  // namespace heed
