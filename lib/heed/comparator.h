#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "heed/comparison.h"

namespace heed {

enum class ComparisonEnd { kDone, kSomeFailed, kInterrupted };

/// Trains models that differ in what is varied and in nothing else, measures all of them on one
/// test set, and writes a folder: report.html, table.md, results.tsv, results.json, and each run's
/// model, logs and translations in runs/NAME.
///
/// Each run is a process of its own, so this program must have no other threads.
class Comparator {
 public:
  struct Origin {
    std::string command;  ///< The command line, for the report.
    std::string version;  ///< Of the program, for the metrics' signatures.
    bool quiet = false;   ///< Shows no progress.
  };

  /// Reads the data, trains the shared vocabulary, and checks every run. Throws Error or UsageError
  /// before anything is trained: also if the folder holds another comparison.
  Comparator(const GiveCompareOptions& give, Origin origin);
  ~Comparator();
  Comparator(const Comparator&) = delete;
  Comparator& operator=(const Comparator&) = delete;

  /// Trains and measures what is not finished, and writes the results. A run that fails doesn't
  /// stop the others. When `interrupted` says so, runs save their state and end.
  ComparisonEnd run(const std::function<bool()>& interrupted = [] { return false; });

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// Every kind of attention: its name, formula, paper, the parameters of a model with it and the
/// given options, and the flags that combine with it.
std::string list_attention(const GiveCompareOptions& give);

/// The kinds of attention that an option such as "cross-attention" may name; none for options that
/// name other things.
std::vector<std::string_view> attention_names(std::string_view option);

/// The options in effect for all runs, as a configuration file.
std::string comparison_configuration(const GiveCompareOptions& give, bool full);

}  // namespace heed
