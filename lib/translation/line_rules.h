#pragma once

#include <string>

#include "heed/options.h"
#include "model/model_file.h"
#include "translation/prepared_line.h"

namespace heed {

/// How lines are read for a model. `target_tag`: the lines' own, or "". Throws UsageError if the
/// model has no such language.
LineRules make_line_rules(const TranslateOptions& options, const ModelContents& contents,
                          const std::string& target_tag);

}  // namespace heed
