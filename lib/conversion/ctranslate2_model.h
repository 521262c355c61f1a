#pragma once

#include <string>
#include <vector>

#include "conversion/foreign_model.h"

namespace heed {

/// A folder of CTranslate2: model.bin, config.json and vocabularies (JSON, or text of older
/// versions), with the SentencePiece models `vocabularies` (of source and target, or one), whose
/// pieces get the folder's numbers. Throws Error for damaged files, and for a model that Heed has
/// no form of.
ForeignModel read_ctranslate2_model(const std::string& folder,
                                    const std::vector<std::string>& vocabularies);

/// Whether there is a model.bin of CTranslate2 in the folder.
bool is_ctranslate2_folder(const std::string& folder);

}  // namespace heed
