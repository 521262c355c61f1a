#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "metrics/metric.h"

namespace heed {

/// What a score depends on besides the metric's own settings.
struct SignatureContext {
  std::size_t references = 1;
  std::optional<int> bootstrap_samples{};
  std::optional<int> randomization_trials{};
  std::optional<std::uint64_t> seed{};
  std::string version{};  // "heed-0.1.0"
};

/// The fields of sacreBLEU's signature in its order, for example
/// `nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:heed-0.1.0`.
std::vector<SignatureField> signature_fields(const Metric& metric, const SignatureContext& context);

/// The fields as one string; with short names `#:1|c:mixed|e:no|tok:13a|s:exp|v:heed-0.1.0`.
std::string format_signature(const std::vector<SignatureField>& fields, bool short_names = false);

}  // namespace heed
