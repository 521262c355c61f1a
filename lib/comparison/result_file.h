#pragma once

#include <string>

#include "report/results.h"
#include "util/json.h"

namespace heed {

/// A run's result as JSON, and back. Throws Error naming `where` if it is not of that form.
nlohmann::json result_to_json(const RunResult& result);
RunResult result_from_json(const nlohmann::json& json, const std::string& where);

/// What doesn't depend on the machine's speed, a line a run: two equal comparisons give the same
/// bytes.
std::string results_tsv(const Comparison& comparison);

/// Everything as one JSON object.
std::string results_json(const Comparison& comparison);

}  // namespace heed
