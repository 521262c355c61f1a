#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "conversion/foreign_tensor.h"

namespace heed {

/// The tensors of a state_dict that PyTorch saved: a zip file with a pickle and numbers, or, before
/// version 1.6, pickles one after the other with the numbers behind them. Tensors of whole numbers
/// are left out. No code is run. Throws Error naming `path` for other and damaged files.
std::vector<ForeignTensor> read_torch(std::span<const std::byte> file, const std::string& path);

}  // namespace heed
