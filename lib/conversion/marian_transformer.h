#pragma once

#include <span>
#include <vector>

#include "conversion/correspondence.h"
#include "conversion/marian_file.h"
#include "heed/model_options.h"

namespace heed {

/// The options of the model that a Marian Transformer is. Throws Error naming the Marian option for
/// one that Heed has no model for.
ModelOptions marian_transformer(const MarianConfig& config);

/// Where Marian has the parameters of such a model.
std::vector<Correspondence> marian_transformer_table(const ModelOptions& options);

}  // namespace heed
