#pragma once

#include <string>

#include "conversion/foreign_model.h"

namespace heed {

/// A folder with an OPUS-MT model in the form of Hugging Face's MarianMT: config.json,
/// model.safetensors or pytorch_model.bin, source.spm, target.spm, vocab.json. The model is what
/// Marian trained: sinusoids have Marian's frequencies, 10000^(-k/(D/2 - 1)), norms its epsilon
/// 1e-6. That form's own program, transformers, has 10000^(-k/(D/2)) and 1e-5, which `as_tuned`
/// asks for; its positions are then a table, which ends at max_position_embeddings. <pad>, which
/// was added there, is never in the output. Throws Error for damaged files, and for a model that
/// Heed has no form of, naming its setting.
ForeignModel read_opus_mt_model(const std::string& folder, bool as_tuned = false);

/// Whether the folder has a config.json of such a model.
bool is_opus_mt_folder(const std::string& folder);

}  // namespace heed
