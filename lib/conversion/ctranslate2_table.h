#pragma once

#include <vector>

#include "conversion/correspondence.h"
#include "heed/model_options.h"

namespace heed {

/// Where the numbers of a Transformer stand in CTranslate2's model.bin.
std::vector<Correspondence> ctranslate2_table(const ModelOptions& options);

}  // namespace heed
