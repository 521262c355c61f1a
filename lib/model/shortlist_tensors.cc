#include "model/shortlist_tensors.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "model/half.h"
#include "util/error.h"
#include "util/fields.h"

namespace heed {
namespace {

constexpr const char* kFrequent = "shortlist.frequent";
constexpr const char* kEnds = "shortlist.ends";
constexpr const char* kTargets = "shortlist.targets";
constexpr const char* kProbabilities = "shortlist.probabilities";

template <class T>
StoredTensor tensor(const char* name, Dtype dtype, const std::vector<T>& numbers) {
  return {name, dtype, {numbers.size()}, std::as_bytes(std::span(numbers))};
}

std::vector<int> read_integers(const Container& file, const char* name) {
  const StoredTensor* const tensor = file.find(name);
  if (tensor == nullptr || tensor->dtype != Dtype::kI32) {
    fail("expected a tensor '{}' of I32 in {}, found {}; make the shortlist again", name,
         file.path(), tensor == nullptr ? "none" : to_text(tensor->dtype));
  }
  static_assert(sizeof(int) == sizeof(std::int32_t));
  std::vector<int> numbers(tensor->data.size() / sizeof(int));
  if (!numbers.empty()) std::memcpy(numbers.data(), tensor->data.data(), tensor->data.size());
  return numbers;
}

}  // namespace

ShortlistTensors::ShortlistTensors(const Shortlist& shortlist) : shortlist_(shortlist) {
  for (const float probability : shortlist.probabilities) halves_.push_back(to_half(probability));
}

void ShortlistTensors::add_to(std::vector<StoredTensor>& tensors) const {
  if (shortlist_.empty()) return;
  tensors.push_back(tensor(kFrequent, Dtype::kI32, shortlist_.frequent));
  tensors.push_back(tensor(kEnds, Dtype::kI32, shortlist_.ends));
  tensors.push_back(tensor(kTargets, Dtype::kI32, shortlist_.targets));
  if (!halves_.empty()) tensors.push_back(tensor(kProbabilities, Dtype::kF16, halves_));
}

bool is_shortlist_tensor(std::string_view name) {
  return std::ranges::count(
             std::array<std::string_view, 4>{kFrequent, kEnds, kTargets, kProbabilities}, name) > 0;
}

Shortlist read_shortlist(const Container& file, int source_size, int target_size) {
  const bool has_one = std::ranges::any_of(
      file.tensors(), [](const StoredTensor& tensor) { return is_shortlist_tensor(tensor.name); });
  if (!has_one) return {};
  Shortlist shortlist{read_integers(file, kFrequent),
                      read_integers(file, kEnds),
                      read_integers(file, kTargets),
                      {}};
  if (const StoredTensor* const tensor = file.find(kProbabilities); tensor != nullptr) {
    shortlist.probabilities.resize(tensor->data.size() / size_of(tensor->dtype));
    file.read_floats(kProbabilities, shortlist.probabilities);
  }
  shortlist.check(source_size, target_size, file.path());
  return shortlist;
}

}  // namespace heed
