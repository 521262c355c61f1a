#pragma once

#include <span>
#include <string>

#include "conversion/foreign_model.h"

namespace heed {

/// A model.npz or model.bin of Marian and the vocabularies that belong to it. Throws Error for
/// damaged files, and for one with options that Heed has no model for.
ForeignModel read_marian_model(std::span<const std::byte> file, const std::string& path,
                               const Tokenizers& tokenizers);

/// The bytes of the model.npz that Marian would have saved: for a model that was converted from
/// amun or nematus, with their names. Throws UsageError naming the option of a model that Marian
/// can't compute.
std::string write_marian_model(const ModelContents& contents, const Parameters& parameters);

}  // namespace heed
