#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "heed/error.h"

namespace heed {

/// The folders in which models are found by name, in this order: those of $HEED_MODELS (with colons
/// between them), $XDG_DATA_HOME/heed (~/.local/share/heed without it), /usr/share/heed.
std::vector<std::string> model_folders();

/// The file of a model: `name` itself if there is such a file or it has a slash or an ending;
/// else NAME.safetensors in the first of model_folders() that has one. Throws Error if none has.
std::string find_model(const std::string& name);

/// A line for each model of model_folders(): its name, size and path. Throws Error if there is
/// none.
std::string list_models();

/// What a model file holds, as lines for people: configuration, vocabularies, parameters, how it
/// was trained, checksum. Throws Error for a file that is no model.
std::string describe_model(const std::string& path);

/// The same as one JSON object.
std::string describe_model_json(const std::string& path);

/// The machine as the program sees it: kernels and their instruction set, cores.
std::string describe_system();

/// Writes the mean of models of one training (Vaswani et al. 2017, section 6.1), in half precision
/// if `half`. Throws Error if they are not alike, or a file can't be read or written.
void average_model_files(const std::vector<std::string>& models, const std::string& output,
                         bool half = false);

}  // namespace heed
