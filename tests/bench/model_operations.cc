#include "bench/model_operations.h"

#include <string_view>

namespace heed {

namespace {

/// Whether a weight is applied to source tokens: the encoder's, and what is made of its states.
bool reads_source(std::string_view name) {
  return name.starts_with("encoder.") || name.find("cross_attention.key_value") != name.npos ||
         name.starts_with("attention.key") || name.starts_with("attention.value");
}

}  // namespace

double forward_operations(const EncoderDecoder& model, int source_tokens, int target_tokens) {
  double operations = 0;
  for (const Parameter& parameter : model.parameters().all()) {
    const std::string_view name = parameter.name;
    // Once a sentence, a table to look up, or a vector.
    if (parameter.rows == 1 || name == "decoder.initial.weight" || name == "source.embedding" ||
        name == "positions") {
      continue;
    }
    const double tokens = reads_source(name) ? source_tokens : target_tokens;
    operations += 2 * tokens * static_cast<double>(parameter.size());
  }
  return operations;
}

}  // namespace heed
