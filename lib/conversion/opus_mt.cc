#include "conversion/opus_mt.h"

#include <algorithm>
#include <filesystem>
#include <span>

#include "conversion/torch_file.h"
#include "conversion/vocabulary_list.h"
#include "model/container.h"
#include "nn/positions.h"
#include "util/error.h"
#include "util/files.h"
#include "util/json.h"

namespace heed {

namespace {

namespace fs = std::filesystem;

/// config.json
class OpusConfig {
 public:
  explicit OpusConfig(const fs::path& path)
      : path_(path), json_(parse_json(read_file(path), path_)) {
    if (!json_.is_object()) fail("expected an object in {}, found none", path_);
  }

  int number(const char* name, int fallback) const {
    const auto found = json_.find(name);
    if (found == json_.end() || found->is_null()) return fallback;
    constexpr int kMost = 1'000'000;
    if (!found->is_number_unsigned() || found->get<std::uint64_t>() > kMost) {
      fail("expected {} from 0 to {} in {}, found {}", name, kMost, path_,
           printable(json_text(*found)));
    }
    return found->get<int>();
  }
  bool flag(const char* name, bool fallback) const {
    const auto found = json_.find(name);
    return found == json_.end() || !found->is_boolean() ? fallback : found->get<bool>();
  }
  std::string text(const char* name) const {
    const auto found = json_.find(name);
    return found == json_.end() || !found->is_string() ? "" : found->get<std::string>();
  }
  void expect(bool holds, const char* name, const char* known) const {
    if (holds) return;
    const auto found = json_.find(name);
    fail("expected a model with {} {} in {}, found {}; heed has no other", name, known, path_,
         found == json_.end() ? "none" : printable(json_text(*found)));
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  nlohmann::json json_;
};

FeedForward opus_activation(const OpusConfig& config) {
  const std::string name = config.text("activation_function");
  config.expect(name == "swish" || name == "silu" || name == "relu" || name == "gelu",
                "activation_function", "swish, relu or gelu");
  if (name == "relu") return FeedForward::kRelu;
  return name == "gelu" ? FeedForward::kGelu : FeedForward::kSwish;
}

ModelOptions opus_options(const OpusConfig& config, bool as_tuned) {
  config.expect(config.text("model_type") == "marian", "model_type", "marian");
  for (const char* name : {"normalize_before", "normalize_embedding", "add_final_layer_norm",
                           "extra_pos_embeddings"}) {
    config.expect(!config.flag(name, false), name, "false");
  }
  config.expect(config.flag("static_position_embeddings", true), "static_position_embeddings",
                "true");
  ModelOptions options;
  options.type = ModelType::kTransformer;
  options.dim_emb = config.number("d_model", 512);
  options.enc_depth = config.number("encoder_layers", 6);
  options.dec_depth = config.number("decoder_layers", 6);
  options.transformer_heads = config.number("encoder_attention_heads", 8);
  options.transformer_dim_ffn = config.number("encoder_ffn_dim", 2048);
  config.expect(config.number("decoder_attention_heads", 8) == options.transformer_heads,
                "decoder_attention_heads", "as of the encoder");
  config.expect(config.number("decoder_ffn_dim", 2048) == options.transformer_dim_ffn,
                "decoder_ffn_dim", "as of the encoder");
  options.norm = NormPlacement::kPost;
  options.activation = opus_activation(config);
  options.positions = as_tuned ? Positions::kLearned : Positions::kSinusoidalHalves;
  if (as_tuned) {
    options.max_positions = config.number("max_position_embeddings", 1024);
    config.expect(options.max_positions <= 4096, "max_position_embeddings", "up to 4096");
    options.norm_epsilon = 1e-5F;
  }
  options.decoder_start = DecoderStart::kZeros;
  options.embedding_scale =
      config.flag("scale_embedding", true) ? EmbeddingScale::kSqrt : EmbeddingScale::kOne;
  options.tied_embeddings_all = config.flag("share_encoder_decoder_embeddings", true);
  options.tied_embeddings = config.flag("tie_word_embeddings", true);
  config.expect(options.tied_embeddings, "tie_word_embeddings", "true");
  options.alignment_layer = options.dec_depth;
  options.alignment_heads = "1";
  return options;
}

constexpr const char* kPositions = "model.encoder.embed_positions.weight";

/// What transformers adds to embeddings: sin(p 10000^(-k/(D/2))) in the first half of the columns,
/// their cos in the second.
ForeignTensor tuned_positions(const ModelOptions& options) {
  const auto rows = static_cast<std::size_t>(options.max_positions);
  const auto width = static_cast<std::size_t>(options.dim_emb);
  const std::vector<float> pairs =
      PositionEncoding::sinusoids(options.max_positions, options.dim_emb, false);
  ForeignTensor table{kPositions, {rows, width}, {}};
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t first : {0U, 1U}) {
      for (; first < width; first += 2) table.values.push_back(pairs[row * width + first]);
    }
  }
  return table;
}

/// Weights are [outputs, inputs] there.
class OpusTable {
 public:
  explicit OpusTable(const ModelOptions& options) {
    add("output.bias", "final_logits_bias");
    if (options.positions == Positions::kLearned) add("positions", kPositions);
    if (options.tied_embeddings_all) {
      add("embedding", "model.shared.weight");
    } else {
      add("source.embedding", "model.encoder.embed_tokens.weight");
      add("target.embedding", "model.decoder.embed_tokens.weight");
    }
    for (int layer = 0; layer < options.enc_depth; ++layer) add_layer("encoder", layer);
    for (int layer = 0; layer < options.dec_depth; ++layer) add_layer("decoder", layer);
  }
  std::vector<Correspondence> finish() { return std::move(entries_); }

 private:
  void add(const std::string& parameter, const std::string& tensor) {
    entries_.push_back({parameter, {{tensor}}});
  }
  void add_linear(const std::string& parameter, const std::vector<std::string>& prefixes) {
    Correspondence weight{parameter + ".weight", {}, true}, bias{parameter + ".bias", {}};
    for (const std::string& prefix : prefixes) {
      weight.columns.push_back({prefix + ".weight"});
      bias.columns.push_back({prefix + ".bias"});
    }
    entries_.push_back(std::move(weight));
    entries_.push_back(std::move(bias));
  }
  void add_norm(const std::string& parameter, const std::string& prefix) {
    add(parameter + ".norm.gain", prefix + ".weight");
    add(parameter + ".norm.bias", prefix + ".bias");
  }
  void add_layer(const std::string& side, int layer) {
    const std::string name = fmt::format("{}.{}", side, layer);
    const std::string prefix = fmt::format("model.{}.layers.{}", side, layer);
    const std::string self = prefix + ".self_attn", cross = prefix + ".encoder_attn";
    add_linear(name + ".self_attention.query_key_value",
               {self + ".q_proj", self + ".k_proj", self + ".v_proj"});
    add_linear(name + ".self_attention.output", {self + ".out_proj"});
    add_norm(name + ".self_attention", self + "_layer_norm");
    if (side == "decoder") {
      add_linear(name + ".cross_attention.query", {cross + ".q_proj"});
      add_linear(name + ".cross_attention.key_value", {cross + ".k_proj", cross + ".v_proj"});
      add_linear(name + ".cross_attention.output", {cross + ".out_proj"});
      add_norm(name + ".cross_attention", cross + "_layer_norm");
    }
    add_linear(name + ".feed_forward.in", {prefix + ".fc1"});
    add_linear(name + ".feed_forward.out", {prefix + ".fc2"});
    add_norm(name + ".feed_forward", prefix + ".final_layer_norm");
  }

  std::vector<Correspondence> entries_;
};

/// In memory of their own, as F32.
std::vector<ForeignTensor> read_safetensors_floats(const fs::path& path) {
  const FileCopy file(path);
  std::vector<ForeignTensor> tensors;
  for (const StoredTensor& stored : parse_safetensors(file.bytes(), path).tensors) {
    if (stored.dtype != Dtype::kF32 && stored.dtype != Dtype::kF16) continue;
    tensors.push_back({stored.name, stored.shape, floats_of(stored)});
  }
  return tensors;
}

std::vector<ForeignTensor> read_tensors(const fs::path& folder) {
  const fs::path safe = folder / "model.safetensors", torch = folder / "pytorch_model.bin";
  if (fs::is_regular_file(safe)) return read_safetensors_floats(safe);
  const FileCopy file(torch);
  return read_torch(file.bytes(), torch);
}

/// Tables of positions, which follow from the options, and copies of the embeddings under other
/// names.
void drop_copies(std::vector<ForeignTensor>& tensors, const ModelOptions& options) {
  std::erase_if(tensors, [&](const ForeignTensor& tensor) {
    const bool is_shared = options.tied_embeddings_all && tensor.name != "model.shared.weight" &&
                           tensor.name.ends_with("embed_tokens.weight");
    const bool is_unused = !options.tied_embeddings_all && tensor.name == "model.shared.weight";
    return is_shared || is_unused || tensor.name.ends_with("embed_positions.weight") ||
           tensor.name == "lm_head.weight";
  });
}

/// The number of <pad>, which the decoder must begin with.
int pad_number(const OpusConfig& config, const VocabularyList& list) {
  const auto pad = static_cast<int>(std::ranges::find(list, "<pad>") - list.begin());
  const bool is_start = config.number("decoder_start_token_id", pad) == pad;
  config.expect(is_start, "decoder_start_token_id", "that of <pad>");
  return pad;
}

void forbid(int token, std::vector<ForeignTensor>& tensors) {
  for (ForeignTensor& tensor : tensors) {
    if (tensor.name != "final_logits_bias") continue;
    if (std::cmp_less(token, tensor.values.size())) tensor.values[token] = kNeverBias;
  }
}

/// Before anything is computed that wide.
void expect_width(const OpusConfig& config, const std::vector<ForeignTensor>& tensors,
                  const ModelOptions& options) {
  const auto has_width = [&](const ForeignTensor& tensor) {
    return tensor.shape.size() == 2 && std::cmp_equal(tensor.shape[1], options.dim_emb);
  };
  config.expect(std::ranges::any_of(tensors, has_width), "d_model", "as its embeddings have");
}

/// The decoder begins with <pad>, whose embedding is zeros in what Marian trained; training in
/// transformers changes it, as that of an output. Then it is <s> here, in the vocabularies too.
DecoderStart begin_with(int start, const std::vector<ForeignTensor>& tensors,
                        const ModelOptions& options, const std::vector<VocabularyList*>& lists) {
  const std::string name =
      options.tied_embeddings_all ? "model.shared.weight" : "model.decoder.embed_tokens.weight";
  const auto table = std::ranges::find(tensors, name, &ForeignTensor::name);
  const auto width = static_cast<std::size_t>(options.dim_emb);
  const std::size_t first = static_cast<std::size_t>(start) * width;
  if (table == tensors.end() || first + width > table->values.size()) return DecoderStart::kZeros;
  const std::span row(table->values.data() + first, width);
  if (std::ranges::all_of(row, [](float x) { return x == 0; })) return DecoderStart::kZeros;
  for (VocabularyList* const list : lists) {
    std::ranges::replace(*list, "<s>", "<begin>");
    std::ranges::replace(*list, "<pad>", "<s>");
  }
  return DecoderStart::kBos;
}

}  // namespace

bool is_opus_mt_folder(const std::string& folder) {
  return fs::is_regular_file(fs::path(folder) / "config.json") &&
         fs::is_regular_file(fs::path(folder) / "source.spm");
}

ForeignModel read_opus_mt_model(const std::string& folder, bool as_tuned) {
  const fs::path path(folder);
  const OpusConfig config(path / "config.json");
  ModelOptions options = opus_options(config, as_tuned);
  check_buildable(options, config.path());
  std::vector<ForeignTensor> tensors = read_tensors(path);
  drop_copies(tensors, options);
  expect_width(config, tensors, options);
  if (as_tuned) tensors.push_back(tuned_positions(options));
  expect_tensors_for_layers(options, tensors.size(), folder);
  VocabularyList source = read_vocabulary_list(path / "vocab.json");
  const fs::path target_list = path / "target_vocab.json";
  VocabularyList target =
      fs::is_regular_file(target_list) ? read_vocabulary_list(target_list) : source;
  const int pad = pad_number(config, target);
  forbid(pad, tensors);
  options.decoder_start = begin_with(pad, tensors, options, {&source, &target});
  const ListedTokenizers listed =
      list_tokenizers(read_spm_files({path / "source.spm", path / "target.spm"}), source, target,
                      options.tied_embeddings_all);
  ForeignModel model{
      {options, listed.tokenizers, {}}, std::move(tensors), OpusTable(options).finish()};
  extend_vocabulary(model, listed);
  model.contents.training["converted"] = {{"from", as_tuned ? "transformers" : "opus-mt"}};
  return model;
}

}  // namespace heed
