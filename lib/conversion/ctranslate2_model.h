#pragma once

#include <string>
#include <vector>

#include "conversion/file_folder.h"
#include "conversion/foreign_model.h"
#include "conversion/vocabulary_list.h"

namespace heed {

/// A folder of CTranslate2: model.bin, config.json (none of versions before 6) and vocabularies
/// (JSON, or text of older versions), with the SentencePiece models `vocabularies` (of source and
/// target, or one), whose pieces get the folder's numbers. Throws Error for damaged files, and for
/// a model that Heed has no form of.
ForeignModel read_ctranslate2_model(const FileFolder& folder,
                                    const std::vector<SpmFile>& vocabularies);

/// Writes such a folder. Throws UsageError naming the option of a model that CTranslate2 can't
/// compute, and Error if a file can't be written.
void write_ctranslate2_folder(const ModelContents& contents, const Parameters& parameters,
                              const std::string& folder);

/// Whether there is a model.bin of CTranslate2 in the folder.
bool is_ctranslate2_folder(const FileFolder& folder);

}  // namespace heed
