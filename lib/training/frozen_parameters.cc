#include "training/frozen_parameters.h"

#include <algorithm>
#include <string_view>

#include "util/error.h"

namespace heed {

namespace {

bool is_within(std::string_view parameter, std::string_view name) {
  return parameter.starts_with(name) &&
         (parameter.size() == name.size() || parameter[name.size()] == '.');
}

}  // namespace

FrozenParameters::FrozenParameters(const Parameters& parameters,
                                   const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const auto fits = [&](const Parameter& p) { return is_within(p.name, name); };
    if (name.empty() || std::ranges::none_of(parameters.all(), fits)) {
      fail_usage(
          "expected the beginning of a parameter's name for --freeze, such as encoder, found '{}'; "
          "heed info --json MODEL names all",
          name);
    }
  }
  std::size_t frozen = 0;
  for (const Parameter& p : parameters.all()) {
    if (std::ranges::none_of(names, [&](const auto& name) { return is_within(p.name, name); })) {
      continue;
    }
    ++frozen;
    runs_.push_back({static_cast<int>(p.offset), static_cast<int>(p.offset + p.size())});
  }
  if (frozen == parameters.all().size())
    fail_usage("expected --freeze to leave something to train");
}

void FrozenParameters::for_each_frozen(int first, int count, const Columns& action) const {
  for (const Run& run : runs_) {
    const int begin = std::max(run.first, first), end = std::min(run.last, first + count);
    if (begin < end) action(begin, end - begin);
  }
}

void FrozenParameters::for_each_trained(int first, int count, const Columns& action) const {
  int begin = first;
  for_each_frozen(first, count, [&](int frozen, int length) {
    if (begin < frozen) action(begin, frozen - begin);
    begin = frozen + length;
  });
  if (begin < first + count) action(begin, first + count - begin);
}

}  // namespace heed
