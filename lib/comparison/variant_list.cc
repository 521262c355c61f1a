#include "comparison/comparison.h"
#include "model/encoder_decoder.h"
#include "nn/attention.h"
#include "tensor/backend.h"
#include "util/error.h"
#include "util/fields.h"
#include "util/text.h"

namespace heed {

namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

/// What can stand beside --attention, each with what it needs to have a meaning.
std::vector<Settings> companions() {
  return {{{"attention-normalizer", "sparsemax"}},
          {{"attention-normalizer", "entmax15"}},
          {{"attention-normalizer", "sigmoid"}},
          {{"attention-window", "monotonic"}},
          {{"attention-window", "predictive"}},
          {{"attention-timing", "post"}, {"dec-transition", "single"}},
          {{"input-feeding", "true"}, {"attention-timing", "post"}, {"dec-transition", "single"}},
          {{"context-gate", "both"}, {"dec-transition", "single"}},
          {{"attention-fertility", "true"}}};
}

/// Learnt numbers of a model with these options. Throws UsageError if they don't fit together.
std::size_t count_parameters(const CompareOptions& options, Backend& backend) {
  Parameters parameters(backend);
  const int pieces = options.train.data.vocab_size;
  make_model(options.train.architecture, {pieces, pieces}, parameters);
  return parameters.count();
}

bool fits(CompareOptions options, const Settings& settings, Backend& backend) {
  for (const auto& [flag, value] : settings) set_field(options, flag, {value});
  try {
    count_parameters(options, backend);
    return true;
  } catch (const UsageError&) {
    return false;
  }
}

std::string describe(CompareOptions options, const AttentionVariant& variant, Backend& backend) {
  options.train.architecture.attention = variant.name;
  std::string text =
      fmt::format("  {}\n      {}\n      {}\n", variant.name, variant.formula, variant.source);
  try {
    text +=
        fmt::format("      {} parameters\n",
                    with_thousands(static_cast<std::int64_t>(count_parameters(options, backend))));
  } catch (const UsageError& error) {
    return text + fmt::format("      not with these options: {}\n", error.what());
  }
  text += "      with";
  std::string last;
  for (const Settings& settings : companions()) {
    if (!fits(options, settings, backend)) continue;
    const auto& [flag, value] = settings.front();
    text +=
        flag == last ? fmt::format("|{}", value) : fmt::format("\n        --{} {}", flag, value);
    last = flag;
  }
  return text + (last.empty() ? " no other flag\n" : "\n");
}

}  // namespace

std::string list_attention(const Comparator::Give& give) {
  CompareOptions options;
  give(options);
  options.train.architecture.type = ModelType::kRnn;
  const auto backend = make_backend(options.train.training.backend);
  std::string text = fmt::format("--attention, of a recurrent decoder (whole model, {} pieces):\n",
                                 options.train.data.vocab_size);
  for (const AttentionVariant& variant : attention_variants()) {
    text += describe(options, variant, *backend);
  }
  return text;
}

}  // namespace heed
