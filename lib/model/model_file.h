#pragma once

#include <memory>
#include <string>

#include "data/shortlist.h"
#include "data/tokenizer.h"
#include "model/container.h"
#include "model/encoder_decoder.h"
#include "util/json.h"

namespace heed {

/// The vocabularies of both sides; copies of one where it is joint.
struct Tokenizers {
  Tokenizer source;
  Tokenizer target;

  bool is_joint() const { return source.serialized() == target.serialized(); }
  Vocabularies vocabularies() const {
    return {source.size(), target.size(), target.bos_id(), target.eos_id()};
  }
};

/// All of a model file but the learnt numbers.
struct ModelContents {
  ModelOptions options;
  Tokenizers tokenizers;
  nlohmann::json training = nlohmann::json::object();  ///< How it was trained, for people.
  Shortlist shortlist{};                               ///< Empty: it has none.
};

/// Writes a self-contained model, all or nothing: a Container of kind "model" with one tensor
/// [rows, cols] for each parameter, in their order, and the vocabularies' bytes ("tokenizer", or
/// "tokenizer.source" and "tokenizer.target"). `values` [1, parameters.size()] is laid out as
/// `parameters` are. dtype is kF32; kF16 for half the size; or kI8 for a quarter, with "NAME.step"
/// beside each matrix NAME (RoundedTensor). Throws Error if the file can't be written or a number
/// is too large for dtype.
void save_model(const std::string& path, const ModelContents& contents,
                const Parameters& parameters, const Tensor& values, Dtype dtype = Dtype::kF32);

/// Throws Error naming `path` if a file with so many tensors can't have the layers of these
/// options, which would take all memory before any tensor is looked at.
void expect_tensors_for_layers(const ModelOptions& options, std::size_t tensors,
                               const std::string& path);

/// A model from its file. The parameters view the file's bytes where it holds them as memory would
/// (F32, in order, aligned) and kernels can read it there, else they are copied; either way they
/// can't be written to.
class LoadedModel {
 public:
  /// Throws Error if the file is no model, damaged or newer than this program, or if tensors or
  /// vocabularies are not those of its options. `backend` must outlive the model.
  LoadedModel(const std::string& path, Backend& backend);

  const std::string& path() const { return file_.path(); }
  const ModelContents& contents() const { return contents_; }
  const EncoderDecoder& model() const { return *model_; }
  const Parameters& parameters() const { return *parameters_; }
  std::uint32_t checksum() const { return file_.checksum(); }
  bool is_view() const { return copy_ == nullptr; }
  /// What the file holds its numbers in.
  Dtype dtype_of(const Parameter& parameter) const { return file_.find(parameter.name)->dtype; }

 private:
  void check_tensors() const;
  float* viewed_parameters() const;
  void copy_parameters(Backend& backend);

  Container file_;
  ModelContents contents_;
  std::unique_ptr<Parameters> parameters_;
  std::unique_ptr<EncoderDecoder> model_;
  std::unique_ptr<Block> copy_;
};

}  // namespace heed
