#include "metrics/signature.h"

#include <fmt/format.h>

namespace heed {

std::vector<SignatureField> signature_fields(const Metric& metric,
                                             const SignatureContext& context) {
  std::vector<SignatureField> fields;
  fields.push_back({"nrefs", "#", fmt::to_string(context.references)});
  if (context.bootstrap_samples) {
    fields.push_back({"bs", "bs", fmt::to_string(*context.bootstrap_samples)});
  }
  if (context.randomization_trials) {
    fields.push_back({"ar", "ar", fmt::to_string(*context.randomization_trials)});
  }
  if (context.seed) fields.push_back({"seed", "rs", fmt::to_string(*context.seed)});
  for (SignatureField& field : metric.settings()) fields.push_back(std::move(field));
  fields.push_back({"version", "v", context.version});
  return fields;
}

std::string format_signature(const std::vector<SignatureField>& fields, bool short_names) {
  std::string text;
  for (const SignatureField& field : fields) {
    if (!text.empty()) text.push_back('|');
    text += fmt::format("{}:{}", short_names ? field.short_name : field.name, field.value);
  }
  return text;
}

}  // namespace heed
