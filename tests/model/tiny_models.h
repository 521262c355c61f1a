#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/vocabulary_trainer.h"
#include "model/model_file.h"
#include "support/backends.h"
#include "support/number_words.h"

namespace heed {

/// A vocabulary of number words.
inline Tokenizer number_tokenizer(bool is_german, bool is_english, int vocab_size) {
  DataOptions options;
  options.vocab_size = vocab_size;
  options.byte_fallback = false;
  const auto line = [&](std::size_t i) {
    const int number = static_cast<int>(i) * 7919 % 1000000;
    return (is_german ? german_number(number) : "") + " " +
           (is_english ? english_number(number) : "");
  };
  return train_tokenizer(500, line, options);
}

inline const Tokenizers& joint_tokenizers() {
  static const Tokenizer joint = number_tokenizer(true, true, 61);
  static const Tokenizers tokenizers{joint, joint};
  return tokenizers;
}

/// A small model with values of its own. Its vocabulary has an odd size, so that not all of its
/// parameters fill their 64 bytes.
class TinyModel {
 public:
  TinyModel(ModelOptions options, Tokenizers tokenizers, std::uint64_t seed = 5)
      : contents{std::move(options), std::move(tokenizers), {{"bleu", 12.5}, {"updates", 300}}},
        backend(make_test_backend("reference")),
        parameters(*backend),
        model(make_model(contents.options, contents.tokenizers.vocabularies(), parameters)) {
    parameters.initialize(seed);
  }

  void save(const std::string& path, Dtype dtype = Dtype::kF32) const {
    save_model(path, contents, parameters, parameters.flat(), dtype);
  }

  ModelContents contents;
  std::unique_ptr<Backend> backend;
  Parameters parameters;
  std::unique_ptr<EncoderDecoder> model;
};

inline ModelOptions tiny_options(ModelType type = ModelType::kRnn) {
  ModelOptions options;
  options.type = type;
  options.dim_emb = 12;
  options.dim_rnn = 10;
  options.attention_dim = 7;
  options.attention_heads = 2;
  options.transformer_dim_ffn = 20;
  options.transformer_heads = 2;
  return options;
}

/// Cross-entropy of one sentence pair of number words.
inline float loss_of(const EncoderDecoder& model, const Tokenizers& tokenizers) {
  const auto with_end = [](std::vector<int> ids, int eos) {
    ids.push_back(eos);
    return ids;
  };
  Batch batch;
  batch.source.add(
      with_end(tokenizers.source.encode("dreiundvierzig"), tokenizers.source.eos_id()));
  batch.target.add(with_end(tokenizers.target.encode("forty-three"), tokenizers.target.eos_id()));
  batch.lines.push_back(0);
  Tape tape(model.parameters().backend());
  float loss = 0;
  tape.backend().read(model.loss(tape, batch, {}).loss.value(), {&loss, 1});
  return loss;
}

/// A parameter's numbers.
inline std::vector<float> numbers(const Parameters& parameters, const Parameter& parameter) {
  std::vector<float> values(parameter.size());
  parameters.backend().read(parameter.value, values);
  return values;
}

}  // namespace heed
