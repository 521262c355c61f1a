#pragma once

#include <string>

#include "model/model_file.h"

namespace heed {

/// What marian_transformer() and marian_nematus() read: Marian's options of a model, as YAML.
/// `type` is Marian's: transformer, s2s, amun or nematus. Throws UsageError naming an option of
/// Heed's for a model that Marian can't compute.
std::string marian_options(const ModelContents& contents, const std::string& type);

}  // namespace heed
