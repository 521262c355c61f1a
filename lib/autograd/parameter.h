#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "tensor/backend.h"

namespace heed {

enum class Initializer {
  kZeros,
  kOnes,
  kGlorot,      ///< Uniform in ±√(6 / (rows + cols)) (Glorot & Bengio 2010, eq. 16).
  kEmbedding,   ///< Normal with deviation 1/√cols.
  kOrthogonal,  ///< Each square block of a [D, kD] matrix orthogonal (Saxe et al. 2014).
  kForgetOne    ///< Zeros, but for ones in the second quarter: an LSTM's forget gate.
};

/// How a parameter stands in the products of a model, which decides the form that it is packed in.
enum class Factor {
  kNone,
  kWeight,           ///< x · W
  kTransposedWeight  ///< x · Wᵀ
};

/// A learnt matrix; a vector is one row. A weight of a linear layer is [inputs, outputs], an
/// embedding table is [V, D].
struct Parameter {
  std::string name;
  int rows = 0;
  int cols = 0;
  Initializer initializer = Initializer::kGlorot;
  Factor factor = Factor::kNone;
  std::size_t index = 0;   ///< Number of this parameter in its Parameters.
  std::size_t offset = 0;  ///< Where it begins in the flat block, in floats.
  Tensor value;
  std::unique_ptr<const PackedWeight> packed;       ///< Of `value`, while PackedParameters live.
  std::unique_ptr<const PackedWeight> packed_rows;  ///< Instead, for selected_logits().

  std::size_t size() const { return static_cast<std::size_t>(rows) * cols; }
};

/// All parameters of a model in one flat block, each at a multiple of 16 floats (64 bytes), so that
/// optimizer, averages, reduction and files treat them as one vector. Modules add theirs when they
/// are constructed; then initialize() or bind() gives them their memory.
class Parameters {
 public:
  explicit Parameters(Backend& backend) : backend_(backend) {}
  ~Parameters();
  Parameters(const Parameters&) = delete;
  Parameters& operator=(const Parameters&) = delete;

  /// The address is stable. Throws Error when the name is taken.
  const Parameter& add(std::string name, int rows, int cols,
                       Initializer initializer = Initializer::kGlorot,
                       Factor factor = Factor::kNone);

  /// Allocates the block (anew, if it was called before) and draws the values. Each parameter's
  /// numbers depend on the seed, its name and its shape alone, so that models that differ elsewhere
  /// begin equal where they agree.
  void initialize(std::uint64_t seed);

  /// Views `flat` [1, size()], which must outlive this object: a file in memory, an average.
  void bind(const Tensor& flat);

  const std::deque<Parameter>& all() const { return parameters_; }
  std::size_t size() const { return size_; }  ///< Floats in the flat block, padding included.
  std::size_t count() const;                  ///< Learnt numbers, without padding.
  const Tensor& flat() const { return flat_; }
  Backend& backend() const { return backend_; }

  /// The view of `parameter` in a block that is laid out as the values are (gradients, moments).
  static Tensor view(const Parameter& parameter, const Tensor& block) {
    return {block.data + parameter.offset, parameter.rows, parameter.cols};
  }

 private:
  friend class PackedParameters;

  Backend& backend_;
  std::deque<Parameter> parameters_;
  std::unordered_set<std::string> names_;
  std::size_t size_ = 0;
  Tensor flat_;
  float* owned_ = nullptr;
};

/// While it lives, the factors among the parameters, whose values must stay as they are, have
/// packed forms, with which tapes that do not record multiply. `selects`: transposed weights have
/// the form of selected_logits() instead, which gives all logits their bits too, but slowly.
class PackedParameters {
 public:
  PackedParameters(Parameters& parameters, Precision precision, bool selects = false);
  ~PackedParameters();
  PackedParameters(const PackedParameters&) = delete;
  PackedParameters& operator=(const PackedParameters&) = delete;

 private:
  Parameters& parameters_;
};

/// A matrix with memory of its own, zeroed: gradients, moments, averages as a row [1, size].
class Block {
 public:
  Block(Backend& backend, std::size_t size) : Block(backend, 1, static_cast<std::int64_t>(size)) {}
  /// Throws Error if a side is no int.
  Block(Backend& backend, std::int64_t rows, std::int64_t cols);
  ~Block();
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  const Tensor& tensor() const { return tensor_; }

 private:
  Backend& backend_;
  Tensor tensor_;
};

}  // namespace heed
