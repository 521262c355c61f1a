#pragma once

#include <string>

#include "conversion/file_folder.h"
#include "conversion/foreign_model.h"

namespace heed {

/// A package of Argos Translate and LibreTranslate: metadata.json, sentencepiece.model, and in
/// model/ a model of CTranslate2. Throws Error for damaged files, and for a package of Moses's
/// tokenizer and BPE (bpe.model), or a model that Heed has no form of.
ForeignModel read_argos_model(const FileFolder& folder);

/// The package at a path, a zip file (.argosmodel) or a folder.
FileFolder argos_folder(const std::string& path);

/// Whether there is such a package.
bool is_argos(const FileFolder& folder);

}  // namespace heed
