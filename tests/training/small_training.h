#pragma once

#include <functional>
#include <string>

#include "heed/trainer.h"
#include "support/number_words.h"
#include "support/temporary_directory.h"

namespace heed {

/// Trains without a word.
inline TrainingEnd train(
    const TrainOptions& options, const std::function<bool()>& interrupted = [] { return false; }) {
  LogOptions log;
  log.quiet = true;
  return Trainer(options, log).run(interrupted);
}

/// A directory with number words as parallel text, and options for a small model on them.
class SmallTraining {
 public:
  explicit SmallTraining(int pairs = 200) {
    std::string source, target;
    for (int i = 0; i < pairs; ++i) {
      const int number = i * 7919 % 1000;
      source += german_number(number) + "\n";
      target += english_number(number) + "\n";
    }
    directory.write("train.de", source);
    directory.write("train.en", target);
  }

  TrainOptions options(ModelType type, const std::string& model) const {
    TrainOptions options = TrainOptions::for_corpus(type, 200);
    options.model = directory.path(model);
    options.data.train_sets = {directory.path("train.de"), directory.path("train.en")};
    options.data.valid_sets = options.data.train_sets;
    options.data.vocab_size = 120;
    options.data.byte_fallback = false;
    options.data.mini_batch_words = 200;
    options.data.augment = "none";
    ModelOptions& shape = options.architecture;
    shape.dim_emb = shape.dim_rnn = 16;
    shape.enc_depth = shape.dec_depth = 1;
    shape.transformer_dim_ffn = 32;
    options.training.valid_beam_size = 1;
    options.training.lr_warmup = 20;
    options.training.threads = 2;
    return options;
  }

  TemporaryDirectory directory;
};

}  // namespace heed
