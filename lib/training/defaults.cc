#include "training/defaults.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <vector>

#include "util/json_fields.h"
#include "util/strings.h"

namespace heed {

namespace {

constexpr std::size_t kTiny = 10'000;    // sentence pairs: a toy, a test
constexpr std::size_t kSmall = 200'000;  // image captions, a domain
constexpr std::size_t kMedium = 2'000'000;

/// Wu et al. 2021, "Transformer-Tiny", grows to Vaswani et al. 2017, "base".
void shape_transformer(ModelOptions& model, std::size_t pairs) {
  const bool is_small = pairs < kSmall, is_medium = pairs < kMedium;
  model.dim_emb = is_small ? 128 : is_medium ? 256 : 512;
  model.enc_depth = model.dec_depth = is_small ? 4 : 6;
  model.transformer_dim_ffn = is_small ? 256 : is_medium ? 1024 : 2048;
  model.transformer_heads = is_medium ? 4 : 8;
  model.dropout = pairs < kTiny ? 0.1F : is_small ? 0.3F : is_medium ? 0.2F : 0.1F;
}

/// Caglayan et al. 2017 for image captions, grows to Bahdanau et al. 2015.
void shape_rnn(ModelOptions& model, std::size_t pairs) {
  const bool is_small = pairs < kSmall, is_medium = pairs < kMedium;
  model.dim_emb = is_small ? 128 : is_medium ? 256 : 512;
  model.dim_rnn = is_small ? 256 : is_medium ? 512 : 1024;
  model.dropout = pairs < kTiny ? 0.1F : is_small ? 0.3F : is_medium ? 0.2F : 0.1F;
}

std::string kind_of_corpus(std::size_t pairs) {
  const auto count = [](std::size_t bound) {
    return with_thousands(static_cast<std::int64_t>(bound));
  };
  if (pairs < kTiny) return fmt::format("a tiny corpus (under {} pairs)", count(kTiny));
  if (pairs < kSmall) {
    return fmt::format("a small corpus ({} to {} pairs)", count(kTiny), count(kSmall));
  }
  if (pairs < kMedium) {
    return fmt::format("a corpus of middle size ({} to {} pairs)", count(kSmall), count(kMedium));
  }
  return fmt::format("a large corpus (from {} pairs)", count(kMedium));
}

}  // namespace

TrainOptions TrainOptions::for_corpus(ModelType type, std::size_t sentence_pairs) {
  TrainOptions options;
  const bool is_transformer = type == ModelType::kTransformer;
  const bool is_small = sentence_pairs < kSmall;
  options.architecture.type = type;
  if (is_transformer) {
    shape_transformer(options.architecture, sentence_pairs);
  } else {
    shape_rnn(options.architecture, sentence_pairs);
  }
  options.data.vocab_size = sentence_pairs < kTiny ? 2000 : is_small ? 8000 : 32000;
  options.data.mini_batch_words = sentence_pairs < kTiny ? 1000 : is_small ? 2000 : 4000;

  TrainingOptions& training = options.training;
  training.optimizer_delay = sentence_pairs < kMedium ? 1 : 4;
  training.learn_rate = is_transformer ? (is_small ? 0.003F : 0.0007F) : is_small ? 0.002F : 0.001F;
  training.lr_warmup = is_transformer ? (is_small ? 2000 : 4000) : is_small ? 400 : 2000;
  training.exponential_smoothing = is_small ? 1e-3F : 1e-4F;
  training.valid_freq = sentence_pairs < kMedium ? "1e" : "2000u";
  return options;
}

void suit_minimum_risk(TrainingOptions& options) {
  options.learn_rate *= 0.02F;
  options.lr_warmup = 20;
  options.lr_schedule = Schedule::kConstant;
}

std::string choices_for_corpus(const TrainOptions& options, std::size_t pairs) {
  const auto usual = [&](std::size_t size) {
    return to_json(TrainOptions::for_corpus(options.architecture.type, size));
  };
  const std::array others{usual(0), usual(kTiny), usual(kSmall), usual(kMedium)};
  const nlohmann::json chosen = usual(pairs), now = to_json(options);
  std::vector<std::string> choices;
  for (const auto& item : chosen.items()) {
    const std::string& name = item.key();
    const nlohmann::json& value = item.value();
    const auto differs = [&](const nlohmann::json& other) { return other[name] != value; };
    if (now[name] != value || std::ranges::none_of(others, differs)) continue;
    choices.push_back(fmt::format("{} {}", name, fmt::join(json_texts(name, value), " ")));
  }
  return fmt::format("{}: {}", kind_of_corpus(pairs), fmt::join(choices, ", "));
}

}  // namespace heed
