#include "heed/options.h"

namespace heed {

namespace {

constexpr std::size_t kTiny = 10'000;    // sentence pairs: a toy, a test
constexpr std::size_t kSmall = 200'000;  // image captions, a domain
constexpr std::size_t kMedium = 2'000'000;

/// Wu et al. 2021, "Transformer-Tiny", grows to Vaswani et al. 2017, "base".
void shape_transformer(ModelOptions& model, std::size_t pairs) {
  const bool is_small = pairs < kSmall, is_medium = pairs < kMedium;
  model.dim_emb = is_small ? 128 : is_medium ? 256 : 512;
  model.enc_depth = model.dec_depth = is_small ? 4 : 6;
  model.transformer_dim_ffn = is_small ? 256 : is_medium ? 1024 : 2048;
  model.transformer_heads = is_medium ? 4 : 8;
  model.dropout = pairs < kTiny ? 0.1F : is_small ? 0.3F : is_medium ? 0.2F : 0.1F;
}

/// Caglayan et al. 2017 for image captions, grows to Bahdanau et al. 2015.
void shape_rnn(ModelOptions& model, std::size_t pairs) {
  const bool is_small = pairs < kSmall, is_medium = pairs < kMedium;
  model.dim_emb = is_small ? 128 : is_medium ? 256 : 512;
  model.dim_rnn = is_small ? 256 : is_medium ? 512 : 1024;
  model.dropout = pairs < kTiny ? 0.1F : is_small ? 0.3F : is_medium ? 0.2F : 0.1F;
}

}  // namespace

TrainOptions TrainOptions::for_corpus(ModelType type, std::size_t sentence_pairs) {
  TrainOptions options;
  const bool is_transformer = type == ModelType::kTransformer;
  const bool is_small = sentence_pairs < kSmall;
  options.architecture.type = type;
  if (is_transformer) {
    shape_transformer(options.architecture, sentence_pairs);
  } else {
    shape_rnn(options.architecture, sentence_pairs);
  }
  options.data.vocab_size = sentence_pairs < kTiny ? 2000 : is_small ? 8000 : 32000;
  options.data.mini_batch_words = sentence_pairs < kTiny ? 1000 : is_small ? 2000 : 4000;

  TrainingOptions& training = options.training;
  training.optimizer_delay = sentence_pairs < kMedium ? 1 : 4;
  training.learn_rate = is_transformer ? (is_small ? 0.003F : 0.0007F) : is_small ? 0.002F : 0.001F;
  training.lr_warmup = is_transformer ? (is_small ? 2000 : 4000) : is_small ? 400 : 2000;
  training.exponential_smoothing = is_small ? 1e-3F : 1e-4F;
  training.valid_freq = sentence_pairs < kMedium ? "1e" : "2000u";
  return options;
}

}  // namespace heed
