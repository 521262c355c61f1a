#pragma once

#include <string>
#include <vector>

#include "comparison/measure.h"
#include "report/results.h"

namespace heed {

/// Lines of a test set, from 0, to show: short ones to ones of 25 words, of different length, in
/// order of length. The same for the same text.
std::vector<std::size_t> choose_samples(const std::vector<std::string>& source, int count);

/// A group and the model that stands for it.
struct GroupModel {
  std::string group;
  std::string model;                ///< A file.
  std::vector<std::string> output;  ///< Its translations of the test set.
  bool has_attention = false;       ///< Weights to show.
};

/// Looks at the chosen lines through the models: attention to the reference, by layer and head, and
/// the search for the translation.
std::vector<Sample> take_samples(const CompareOptions& options, const TestSet& test,
                                 const std::vector<GroupModel>& groups);

}  // namespace heed
