#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "heed/error.h"
#include "heed/options.h"

namespace heed {

/// Trains a model from parallel text and writes it to a file.
///
///     heed::TrainOptions options = heed::TrainOptions::for_corpus(heed::ModelType::kRnn, 29000);
///     options.model = "de-en.safetensors";
///     options.data.train_sets = {"train.de", "train.en"};
///     heed::Trainer(options).run();
///
/// As long as it lives no other program trains the same model: MODEL.lock says so.
class Trainer {
 public:
  /// Chooses options for a corpus of so many sentence pairs.
  using Choose = std::function<TrainOptions(std::size_t pairs)>;

  /// Reads the corpus, trains or loads the vocabulary, builds the model, and takes up an
  /// interrupted training where MODEL.state exists. Throws Error or UsageError before anything is
  /// written; at once where the model can't be written or another training is at work on it.
  explicit Trainer(const TrainOptions& options, const LogOptions& log = {});
  /// The same with options that depend on the size of the corpus. `known` says where corpus and
  /// model are.
  Trainer(const TrainOptions& known, const Choose& choose, const LogOptions& log = {});
  ~Trainer();
  Trainer(Trainer&&) noexcept;
  Trainer& operator=(Trainer&&) noexcept;

  /// The defaults for so many sentence pairs: those of the model that `known` begins with, or of
  /// its architecture. What a user gave is to be set over them. Throws as
  /// TrainOptions::for_pretrained.
  static TrainOptions defaults_for(const TrainOptions& known, std::size_t pairs);

  /// The options that such a Trainer would have. Of the corpus the lines are counted, no more.
  static TrainOptions options_for(const TrainOptions& known, const Choose& choose);

  /// Trains until an option says stop, or `interrupted` (asked before each batch, and in between
  /// while it validates, by the calling thread) is true; the state is saved either way. Weights
  /// that no validation has seen are validated at the end, unless interrupted. Throws Error, with
  /// the last good state kept, when the loss is not finite or a file can't be written.
  TrainingEnd run(const std::function<bool()>& interrupted = [] { return false; });

  /// Makes one update on the largest batch and writes nothing: lines on sizes and on the memory
  /// that training takes.
  std::vector<std::string> rehearse();

  /// The options in effect.
  const TrainOptions& options() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace heed
