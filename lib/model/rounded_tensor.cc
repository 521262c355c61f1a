#include "model/rounded_tensor.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "backend/quantize.h"
#include "util/error.h"

namespace heed {
namespace {

/// The number of the step that belongs to an element.
class StepOf {
 public:
  explicit StepOf(const Parameter& parameter)
      : cols_(static_cast<std::size_t>(parameter.cols)),
        by_column_(parameter.factor == Factor::kWeight),
        count_(static_cast<std::size_t>(by_column_ ? parameter.cols : parameter.rows)) {}

  std::size_t operator()(std::size_t element) const {
    return by_column_ ? element % cols_ : element / cols_;
  }
  std::size_t count() const { return count_; }
  /// The largest code of the numbers of a step, of which `largest` is the largest size.
  float most_code(std::span<const float> values, std::size_t step, float largest) const {
    const float* const first = values.data() + (by_column_ ? step : step * cols_);
    const std::size_t size = values.size() / count_;
    return largest_code(first, static_cast<int>(size), by_column_ ? cols_ : 1, largest);
  }
  std::vector<std::uint64_t> shape() const {
    return by_column_ ? std::vector<std::uint64_t>{1, count_}
                      : std::vector<std::uint64_t>{count_, 1};
  }

 private:
  std::size_t cols_;
  bool by_column_;
  std::size_t count_;
};

}  // namespace

std::string steps_name(const Parameter& parameter) { return parameter.name + ".step"; }

RoundedTensor::RoundedTensor(const Parameter& parameter, std::span<const float> values)
    : parameter_(parameter), codes_(values.size()) {
  const StepOf step_of(parameter);
  std::vector<float> largest(step_of.count(), 0.0F);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      fail("expected finite numbers in '{}' for I8, found {}; save the model as F32",
           parameter.name, values[i]);
    }
    float& most = largest[step_of(i)];
    most = std::max(most, std::abs(values[i]));
  }
  std::vector<float> most_codes;
  for (std::size_t i = 0; i < largest.size(); ++i) {
    most_codes.push_back(step_of.most_code(values, i, largest[i]));
    steps_.push_back(largest[i] / most_codes.back());
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float most = largest[step_of(i)];
    const float code = most > 0 ? std::nearbyint(values[i] / most * most_codes[step_of(i)]) : 0;
    codes_[i] = static_cast<std::int8_t>(code);
  }
}

void RoundedTensor::add_to(std::vector<StoredTensor>& tensors) const {
  tensors.push_back(
      {parameter_.name,
       Dtype::kI8,
       {static_cast<std::uint64_t>(parameter_.rows), static_cast<std::uint64_t>(parameter_.cols)},
       std::as_bytes(std::span(codes_))});
  tensors.push_back({steps_name(parameter_), Dtype::kF32, StepOf(parameter_).shape(),
                     std::as_bytes(std::span(steps_))});
}

void read_rounded(const Container& file, const Parameter& parameter, std::span<float> values) {
  const StepOf step_of(parameter);
  std::vector<float> steps(step_of.count());
  file.read_floats(steps_name(parameter), steps);
  const std::span<const std::byte> codes = file.find(parameter.name)->data;
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(static_cast<std::int8_t>(codes[i])) * steps[step_of(i)];
  }
}

}  // namespace heed
