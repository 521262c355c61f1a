#pragma once

#include "decoding/beam.h"
#include "heed/options.h"
#include "model/model_file.h"

namespace heed {

/// Throws UsageError for options that have no meaning together, or are out of range.
void check_options(const TranslateOptions& options);

/// What the options are to the search.
SearchRules search_rules(const TranslateOptions& options, const Tokenizers& tokenizers);

}  // namespace heed
