#pragma once

#include <string>

#include "model/model_file.h"

namespace heed {

/// The bytes of an .npz for programs in Python: each parameter [rows, cols] as f4 under its own
/// name, and as bytes (i1) model.json, the options as in a model file (FORMAT.md), and of each side
/// pieces.SIDE.json, a list of its pieces by their numbers, and tokenizer.SIDE.spm. Throws Error
/// for 4 GiB or more.
std::string write_numpy_model(const ModelContents& contents, const Parameters& parameters);

}  // namespace heed
