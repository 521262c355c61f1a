#include "heed/comparator.h"
#include "model/encoder_decoder.h"
#include "nn/attention.h"
#include "nn/sequence_attention.h"
#include "tensor/backend.h"
#include "util/error.h"
#include "util/fields.h"
#include "util/strings.h"

namespace heed {

namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

/// What can stand beside --attention, each with what it needs to have a meaning.
std::vector<Settings> recurrent_companions() {
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

/// What can stand beside --decoder-attention: the same in other places, normalizers, positions.
std::vector<Settings> transformer_companions(std::string_view variant) {
  std::vector<Settings> settings;
  for (const char* place : {"encoder-attention", "cross-attention"}) {
    settings.push_back({{place, std::string(variant)}});
  }
  for (const char* normalizer : {"sparsemax", "entmax15", "sigmoid"}) {
    settings.push_back({{"attention-normalizer", normalizer}});
  }
  for (const std::string_view positions : enum_names(Positions{})) {
    settings.push_back({{"positions", std::string(positions)}});
  }
  return settings;
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

/// A line of a table of variants; `options` have it.
template <class Variant>
std::string describe(const CompareOptions& options, const Variant& variant,
                     const std::vector<Settings>& companions, Backend& backend) {
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
  for (const Settings& settings : companions) {
    if (!fits(options, settings, backend)) continue;
    const auto& [flag, value] = settings.front();
    text +=
        flag == last ? fmt::format("|{}", value) : fmt::format("\n        --{} {}", flag, value);
    last = flag;
  }
  return text + (last.empty() ? " no other flag\n" : "\n");
}

}  // namespace

std::string list_attention(const GiveCompareOptions& give) {
  CompareOptions options;
  give(options);
  const auto backend = make_backend(options.train.training.backend);
  ModelOptions& model = options.train.architecture;
  std::string text = fmt::format(
      "Parameters are those of the whole model with these options and {} pieces.\n"
      "--attention, of --type rnn:\n",
      options.train.data.vocab_size);
  model.type = ModelType::kRnn;
  for (const AttentionVariant& variant : attention_variants()) {
    model.attention = variant.name;
    text += describe(options, variant, recurrent_companions(), *backend);
  }
  text +=
      "--decoder-attention, --encoder-attention, --cross-attention, of --type transformer (in the "
      "decoder):\n";
  model.type = ModelType::kTransformer;
  for (const SequenceAttentionVariant& variant : sequence_attention_variants()) {
    model.decoder_attention = variant.name;
    text += describe(options, variant, transformer_companions(variant.name), *backend);
  }
  return text;
}

std::vector<std::string_view> attention_names(std::string_view option) {
  if (option == "encoder-attention") return attention_names(AttentionPlace::kEncoder);
  if (option == "decoder-attention") return attention_names(AttentionPlace::kDecoder);
  if (option == "cross-attention") return attention_names(AttentionPlace::kCross);
  std::vector<std::string_view> names;
  if (option != "attention") return names;
  for (const AttentionVariant& variant : attention_variants()) names.push_back(variant.name);
  return names;
}

}  // namespace heed
