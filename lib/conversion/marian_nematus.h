#pragma once

#include <vector>

#include "conversion/correspondence.h"
#include "conversion/marian_file.h"
#include "heed/model_options.h"

namespace heed {

/// The options of the model that a Marian model of --type s2s, amun or nematus is. Throws Error
/// naming the Marian option for one that Heed has no model for.
ModelOptions marian_nematus(const MarianConfig& config);

/// Where Marian has the parameters of such a model. `old_names`: as amun and nematus save them.
std::vector<Correspondence> marian_nematus_table(const ModelOptions& options, bool old_names);

}  // namespace heed
