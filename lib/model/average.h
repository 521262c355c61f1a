#pragma once

#include <string>
#include <vector>

#include "model/model_file.h"

namespace heed {

/// Writes the mean of the parameters of model files, such as the last checkpoints of one training
/// (Vaswani et al. 2017, section 6.1). Its training summary lists those of the files. Throws Error
/// if there is no file, or one differs from the first in an option or in a vocabulary.
void average_models(const std::vector<std::string>& paths, const std::string& output,
                    Backend& backend, Dtype dtype = Dtype::kF32);

}  // namespace heed
