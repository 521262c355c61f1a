#include "autograd/parameter.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "tensor/size.h"
#include "util/error.h"
#include "util/random.h"

namespace heed {

namespace {

constexpr std::size_t kParameterAlignment = 16;  // floats: 64 bytes

std::uint64_t hash_name(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

/// Gram-Schmidt on the rows of a random size × size matrix.
std::vector<float> orthogonal_square(int size, Random& random) {
  std::vector<float> rows(static_cast<std::size_t>(size) * size);
  for (float& x : rows) x = static_cast<float>(random.normal());
  for (int i = 0; i < size; ++i) {
    float* row = &rows[static_cast<std::size_t>(i) * size];
    for (int j = 0; j <= i; ++j) {
      const float* other = &rows[static_cast<std::size_t>(j) * size];
      double product = 0;
      for (int d = 0; d < size; ++d) product += double{row[d]} * other[d];
      const auto factor = static_cast<float>(j < i ? product : 1 - 1 / std::sqrt(product));
      for (int d = 0; d < size; ++d) row[d] -= factor * other[d];
    }
  }
  return rows;
}

void draw_orthogonal(const Parameter& parameter, Random& random, std::span<float> values) {
  const int size = parameter.rows;
  if (parameter.cols % size != 0) {
    fail("expected columns that are a multiple of the {} rows for orthogonal '{}', found {}", size,
         parameter.name, parameter.cols);
  }
  for (int block = 0; block < parameter.cols / size; ++block) {
    const std::vector<float> square = orthogonal_square(size, random);
    for (int row = 0; row < size; ++row) {
      std::copy_n(&square[static_cast<std::size_t>(row) * size], size,
                  &values[static_cast<std::size_t>(row) * parameter.cols +
                          static_cast<std::size_t>(block) * size]);
    }
  }
}

void draw(const Parameter& parameter, Random& random, std::span<float> values) {
  switch (parameter.initializer) {
    case Initializer::kZeros:
      std::fill(values.begin(), values.end(), 0.0F);
      return;
    case Initializer::kOnes:
      std::fill(values.begin(), values.end(), 1.0F);
      return;
    case Initializer::kGlorot: {
      const double limit = std::sqrt(6.0 / (parameter.rows + parameter.cols));
      for (float& x : values) x = static_cast<float>(limit * (2 * random.uniform() - 1));
      return;
    }
    case Initializer::kEmbedding: {
      const double deviation = 1 / std::sqrt(static_cast<double>(parameter.cols));
      for (float& x : values) x = static_cast<float>(deviation * random.normal());
      return;
    }
    case Initializer::kOrthogonal:
      draw_orthogonal(parameter, random, values);
      return;
    case Initializer::kForgetOne:
      std::fill(values.begin(), values.end(), 0.0F);
      std::fill_n(values.begin() + parameter.cols / 4, parameter.cols / 4, 1.0F);
      return;
  }
}

}  // namespace

Parameters::~Parameters() {
  if (owned_ != nullptr) backend_.release(owned_);
}

const Parameter& Parameters::add(std::string name, int rows, int cols, Initializer initializer,
                                 Factor factor) {
  if (!names_.insert(name).second) {
    fail("expected parameter names to differ, found '{}' twice", name);
  }
  Parameter& parameter = parameters_.emplace_back();
  parameter.name = std::move(name);
  parameter.rows = rows;
  parameter.cols = cols;
  parameter.initializer = initializer;
  parameter.factor = factor;
  parameter.index = parameters_.size() - 1;
  parameter.offset = size_;
  size_ += (parameter.size() + kParameterAlignment - 1) / kParameterAlignment * kParameterAlignment;
  return parameter;
}

void Parameters::initialize(std::uint64_t seed) {
  if (owned_ != nullptr) backend_.release(std::exchange(owned_, nullptr));
  const int size = to_int(static_cast<std::int64_t>(size_), "numbers in all parameters");
  owned_ = backend_.allocate(size_);
  bind({owned_, 1, size});
  backend_.fill(flat_, 0.0F);
  std::vector<float> values;
  for (const Parameter& parameter : parameters_) {
    values.resize(parameter.size());
    Random random(hash_seed(seed, {hash_name(parameter.name)}));
    draw(parameter, random, values);
    backend_.write(values, parameter.value);
  }
}

void Parameters::bind(const Tensor& flat) {
  if (flat.size() != size_) {
    fail("expected {} numbers for the parameters, found {}", size_, flat.size());
  }
  flat_ = flat;
  for (Parameter& parameter : parameters_) parameter.value = view(parameter, flat);
}

std::size_t Parameters::count() const {
  std::size_t numbers = 0;
  for (const Parameter& parameter : parameters_) numbers += parameter.size();
  return numbers;
}

PackedParameters::PackedParameters(Parameters& parameters, Precision precision)
    : parameters_(parameters) {
  for (Parameter& parameter : parameters_.parameters_) {
    if (parameter.factor == Factor::kNone) continue;
    const Operand weight(parameter.value, parameter.factor == Factor::kTransposedWeight);
    parameter.packed = parameters_.backend().pack(weight, precision);
  }
}

PackedParameters::~PackedParameters() {
  for (Parameter& parameter : parameters_.parameters_) parameter.packed.reset();
}

Block::Block(Backend& backend, std::int64_t rows, std::int64_t cols)
    : backend_(backend),
      tensor_(nullptr, to_int(rows, "rows of a block"), to_int(cols, "numbers")) {
  tensor_.data = backend_.allocate(tensor_.size());
  backend_.fill(tensor_, 0.0F);
}

Block::~Block() { backend_.release(tensor_.data); }

}  // namespace heed
