#pragma once

#include <string>
#include <vector>

#include "model/tiny_models.h"
#include "util/random.h"

namespace heed {

/// Of each source token the same target token and the next ones, `few` of them.
inline Shortlist neighbours_shortlist(int size, int few) {
  Shortlist result;
  for (int source = 0; source < size; ++source) {
    for (int i = 0; i < few; ++i) result.targets.push_back((source + i) % size);
    result.ends.push_back(static_cast<int>(result.targets.size()));
  }
  result.probabilities.resize(result.targets.size(), 1.0F / static_cast<float>(few));
  return result;
}

/// Saves a small model of number words with random weights, larger than at the beginning of a
/// training, so that it tells lines apart.
inline void save_lively_model(const std::string& path, ModelOptions options,
                              const Tokenizers& tokenizers = joint_tokenizers(),
                              const Shortlist& shortlist = {}) {
  options.dim_emb = options.dim_rnn = 24;
  TinyModel model(options, tokenizers);
  model.contents.shortlist = shortlist;
  Random random(3);
  std::vector<float> values;
  for (const Parameter& parameter : model.parameters.all()) {
    values.resize(parameter.size());
    model.backend->read(parameter.value, values);
    for (float& value : values) value += 0.35F * static_cast<float>(random.normal());
    model.backend->write(values, parameter.value);
  }
  model.save(path);
}

inline void save_lively_model(const std::string& path, ModelType type) {
  save_lively_model(path, tiny_options(type));
}

}  // namespace heed
