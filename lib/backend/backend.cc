#include "tensor/backend.h"

#include <fmt/core.h>

#include <array>

#include "backend/eigen.h"
#include "backend/reference.h"
#include "util/error.h"

namespace heed {
namespace {

struct Entry {
  std::string_view name;
  std::unique_ptr<Backend> (*make)(GemmPrecision);
};

template <class Kind>
std::unique_ptr<Backend> make(GemmPrecision precision) {
  return std::make_unique<Kind>(precision);
}

constexpr std::array kBackends{Entry{"reference", make<ReferenceBackend>},
                               Entry{"eigen", make<EigenBackend>}};

}  // namespace

[[gnu::visibility("default")]] std::unique_ptr<Backend> make_backend(std::string_view name,
                                                                     GemmPrecision precision) {
  std::string known;
  for (const Entry& entry : kBackends) {
    if (entry.name == name) return entry.make(precision);
    known += fmt::format("{}{}", known.empty() ? "" : ", ", entry.name);
  }
  fail_usage("expected one of the backends {}, found '{}'", known, name);
}

[[gnu::visibility("default")]] std::vector<std::string_view> backend_names() {
  std::vector<std::string_view> names;
  for (const Entry& entry : kBackends) names.push_back(entry.name);
  return names;
}

}  // namespace heed
