#include "autograd/parameter.h"

#include <algorithm>
#include <array>
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
/// Takes from `kRows` rows what they share with a finished one. Each row has the same sums in the
/// same order as alone, but there are so many that do not wait for each other.
template <int kRows>
void take_away(const float* finished, float* rows, int size) {
  std::array<double, kRows> products{};
  for (int d = 0; d < size; ++d) {
    for (int r = 0; r < kRows; ++r) {
      products[r] += double{rows[static_cast<std::ptrdiff_t>(r) * size + d]} * finished[d];
    }
  }
  for (int r = 0; r < kRows; ++r) {
    const auto factor = static_cast<float>(products[r]);
    float* row = rows + static_cast<std::ptrdiff_t>(r) * size;
    for (int d = 0; d < size; ++d) row[d] -= factor * finished[d];
  }
}

void make_unit(float* row, int size) {
  double squares = 0;
  for (int d = 0; d < size; ++d) squares += double{row[d]} * row[d];
  const auto factor = static_cast<float>(1 - 1 / std::sqrt(squares));
  for (int d = 0; d < size; ++d) row[d] -= factor * row[d];
}

std::vector<float> orthogonal_square(int size, Random& random) {
  constexpr int kBlock = 8;  // rows that a finished one is read for once
  std::vector<float> values(static_cast<std::size_t>(size) * size);
  for (float& x : values) x = static_cast<float>(random.normal());
  const auto row = [&](int i) { return &values[static_cast<std::size_t>(i) * size]; };
  for (int first = 0; first < size; first += kBlock) {
    const int end = std::min(first + kBlock, size);
    for (int j = 0; j < first && end - first == kBlock; ++j) {
      take_away<kBlock>(row(j), row(first), size);
    }
    for (int i = first; i < end; ++i) {
      for (int j = end - first == kBlock ? first : 0; j < i; ++j)
        take_away<1>(row(j), row(i), size);
      make_unit(row(i), size);
    }
  }
  return values;
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

PackedParameters::PackedParameters(Parameters& parameters, Precision precision, bool selects)
    : parameters_(parameters) {
  for (Parameter& parameter : parameters_.parameters_) {
    if (parameter.factor == Factor::kNone) continue;
    const Operand weight(parameter.value, parameter.factor == Factor::kTransposedWeight);
    if (selects && weight.is_transposed) {
      parameter.packed_rows = parameters_.backend().pack_rows(parameter.value, precision);
    } else {
      parameter.packed = parameters_.backend().pack(weight, precision);
    }
  }
}

PackedParameters::~PackedParameters() {
  for (Parameter& parameter : parameters_.parameters_) {
    parameter.packed.reset();
    parameter.packed_rows.reset();
  }
}

Block::Block(Backend& backend, std::int64_t rows, std::int64_t cols)
    : backend_(backend),
      tensor_(nullptr, to_int(rows, "rows of a block"), to_int(cols, "numbers")) {
  tensor_.data = backend_.allocate(tensor_.size());
  backend_.fill(tensor_, 0.0F);
}

Block::~Block() { backend_.release(tensor_.data); }

}  // namespace heed
