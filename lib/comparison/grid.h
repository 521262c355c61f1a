#pragma once

#include <string>
#include <vector>

#include "heed/options.h"
#include "report/results.h"

namespace heed {

/// One training that is asked for.
struct PlannedRun {
  std::string name;   ///< Of its folder: "attention=additive,seed=1".
  std::string group;  ///< The name without the seed.
  std::vector<RunSetting> settings;
};

/// All runs: each line of `named` ("NAME: flag=value flag=value", '#' begins a comment) with each
/// combination of the values in `vary` ("flag=V1,V2"), of which the last varies fastest. Without
/// lines, the combinations alone. `origin` names the lines' file. Throws UsageError for what is not
/// of that form, for a flag or a run that comes twice, and when there is no run.
std::vector<PlannedRun> plan_runs(const std::vector<std::string>& vary,
                                  const std::vector<std::string>& named, const std::string& origin);

/// The flags that differ between runs, in the order of their first mention.
std::vector<std::string> varied_flags(const std::vector<PlannedRun>& runs);

/// Sets one flag of `heed train`; items of a list are separated by commas. Throws UsageError.
void apply_setting(const RunSetting& setting, TrainOptions& options);

/// The value of a flag as apply_setting reads it.
std::string setting_value(const TrainOptions& options, const std::string& flag);

/// A name that every file system takes: other characters become '_'.
std::string folder_name(std::string name);

}  // namespace heed
