#include "conversion/ctranslate2_model.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "conversion/ctranslate2_file.h"
#include "conversion/vocabulary_list.h"
#include "nn/positions.h"
#include "util/error.h"
#include "util/fields.h"
#include "util/files.h"
#include "util/json.h"
#include "util/json_fields.h"

namespace heed {

namespace {

constexpr float kDefaultEpsilon = 1e-5F;  // where config.json has null

/// What the folder's files say.
class Ctranslate2Facts {
 public:
  Ctranslate2Facts(const Ctranslate2File& file, const nlohmann::json& config,
                   const std::string& path)
      : file_(file), config_(config), path_(path) {}

  int number(const std::string& name, int fallback) const {
    const auto found = file_.numbers.find(name);
    return found == file_.numbers.end() ? fallback : static_cast<int>(found->second);
  }
  /// The same of encoder and decoder.
  int of_both(const std::string& name, int fallback) const {
    const int encoder = number("encoder/" + name, fallback);
    expect(number("decoder/" + name, encoder) == encoder, name + " alike in encoder and decoder");
    return encoder;
  }
  const ForeignTensor* find(const std::string& name) const {
    const auto found = std::ranges::find(file_.tensors, name, &ForeignTensor::name);
    return found == file_.tensors.end() ? nullptr : &*found;
  }
  const ForeignTensor& matrix(const std::string& name) const {
    const ForeignTensor* const tensor = find(name);
    expect(tensor != nullptr && tensor->shape.size() == 2, "a matrix " + name);
    return *tensor;
  }
  bool is_alias(const std::string& name, const std::string& of) const {
    const auto found = file_.aliases.find(name);
    return found != file_.aliases.end() && found->second == of;
  }
  /// Layers that have a feed-forward network.
  int layers(const std::string& side) const {
    int count = 0;
    while (find(fmt::format("{}/layer_{}/ffn/linear_0/weight", side, count)) != nullptr) ++count;
    return count;
  }
  const nlohmann::json& config() const { return config_; }
  void expect(bool holds, const std::string& what) const {
    if (!holds) fail("expected a Transformer with {} in {}; heed has no other", what, path_);
  }

 private:
  const Ctranslate2File& file_;
  const nlohmann::json& config_;
  const std::string& path_;
};

FeedForward ctranslate2_activation(const Ctranslate2Facts& facts) {
  switch (facts.of_both("activation", 0)) {
    case 0:
      return FeedForward::kRelu;
    case 2:
      return FeedForward::kSwish;
    case 3:
      return FeedForward::kGelu;
    default:
      facts.expect(false, "activation ReLU (0), Swish (2) or GELU (3)");
      return {};
  }
}

/// The largest difference between a table of positions and what Heed would compute.
double distance(const ForeignTensor& table, bool halves) {
  const int width = static_cast<int>(table.shape[1]);
  const std::vector<float> expected =
      PositionEncoding::sinusoids(static_cast<int>(table.shape[0]), width, halves);
  double most = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    most = std::max(most, std::abs(static_cast<double>(expected[i] - table.values[i])));
  }
  return most;
}

/// Sinusoids where the file's table has them, else as if they were learnt.
Positions positions_of(const Ctranslate2Facts& facts, ModelOptions& options) {
  constexpr double kTolerance = 2e-3;  // of half precision
  const ForeignTensor& table = facts.matrix("decoder/position_encodings/encodings");
  facts.expect(facts.is_alias("encoder/position_encodings/encodings", table.name),
               "one table of positions");
  if (distance(table, true) < kTolerance) return Positions::kSinusoidalHalves;
  if (distance(table, false) < kTolerance) return Positions::kSinusoidal;
  options.max_positions = static_cast<int>(table.shape[0]);
  return Positions::kLearned;
}

/// Of config.json, with its default where there is none.
template <class T>
T setting(const Ctranslate2Facts& facts, const char* name, const T& fallback) {
  const auto found = facts.config().find(name);
  if (found == facts.config().end() || found->is_null()) return fallback;
  try {
    return found->get<T>();
  } catch (const nlohmann::json::exception&) {
    facts.expect(false, fmt::format("another {} in config.json", name));
    return fallback;
  }
}

void check_settings(const Ctranslate2Facts& facts) {
  facts.expect(!setting(facts, "add_source_bos", false), "add_source_bos false");
  facts.expect(setting(facts, "add_source_eos", true), "add_source_eos true");
  for (const char* name : {"encoder/multi_query_attention", "decoder/multi_query_attention",
                           "decoder/alibi", "encoder/alibi", "encoder/embeddings_merge"}) {
    facts.expect(facts.number(name, 0) == 0, fmt::format("{} 0", name));
  }
}

ModelOptions ctranslate2_options(const Ctranslate2Facts& facts) {
  check_settings(facts);
  ModelOptions options;
  options.type = ModelType::kTransformer;
  const ForeignTensor& embedding = facts.matrix("decoder/embeddings/weight");
  options.dim_emb = static_cast<int>(std::min<std::uint64_t>(embedding.shape[1], 1'000'000));
  options.enc_depth = facts.layers("encoder");
  options.dec_depth = facts.layers("decoder");
  options.transformer_heads = facts.of_both("num_heads", 8);
  const ForeignTensor& hidden = facts.matrix("encoder/layer_0/ffn/linear_0/weight");
  options.transformer_dim_ffn =
      static_cast<int>(std::min<std::uint64_t>(hidden.shape[0], 1'000'000));
  options.norm = facts.of_both("pre_norm", 1) != 0 ? NormPlacement::kPre : NormPlacement::kPost;
  options.norm_epsilon = setting(facts, "layer_norm_epsilon", kDefaultEpsilon);
  options.activation = ctranslate2_activation(facts);
  options.embedding_scale =
      facts.of_both("scale_embeddings", 1) != 0 ? EmbeddingScale::kSqrt : EmbeddingScale::kOne;
  const bool starts_from_zeros = facts.number("decoder/start_from_zero_embedding", 0) != 0;
  options.decoder_start = starts_from_zeros ? DecoderStart::kZeros : DecoderStart::kBos;
  facts.expect(
      starts_from_zeros || setting(facts, "decoder_start_token", std::string("<s>")) == "<s>",
      "decoder_start_token <s>");
  options.tied_embeddings = facts.is_alias("decoder/projection/weight", embedding.name);
  options.tied_embeddings_all =
      options.tied_embeddings && facts.is_alias("encoder/embeddings_0/weight", embedding.name);
  options.positions = positions_of(facts, options);
  options.alignment_layer = options.dec_depth;
  options.alignment_heads = facts.number("decoder/alignment_heads", 1) == 1 ? "1" : "mean";
  return options;
}

/// Weights are [outputs, inputs] there.
class Ctranslate2Table {
 public:
  explicit Ctranslate2Table(const ModelOptions& options) {
    add_embeddings(options);
    for (int layer = 0; layer < options.enc_depth; ++layer) {
      add_layer(fmt::format("encoder.{}", layer), fmt::format("encoder/layer_{}", layer), false);
    }
    for (int layer = 0; layer < options.dec_depth; ++layer) {
      add_layer(fmt::format("decoder.{}", layer), fmt::format("decoder/layer_{}", layer), true);
    }
    if (options.norm == NormPlacement::kPost) return;
    add_norm("encoder.norm", "encoder");
    add_norm("decoder.norm", "decoder");
  }
  std::vector<Correspondence> finish() { return std::move(entries_); }

 private:
  void add(const std::string& parameter, const std::string& tensor, bool transposed = false) {
    entries_.push_back({parameter, {{tensor}}, transposed});
  }
  void add_linear(const std::string& parameter, const std::string& prefix) {
    add(parameter + ".weight", prefix + "/weight", true);
    add(parameter + ".bias", prefix + "/bias");
  }
  void add_norm(const std::string& parameter, const std::string& prefix) {
    add(parameter + ".gain", prefix + "/layer_norm/gamma");
    add(parameter + ".bias", prefix + "/layer_norm/beta");
  }
  void add_embeddings(const ModelOptions& options) {
    add("output.bias", "decoder/projection/bias");
    if (options.positions == Positions::kLearned) {
      add("positions", "decoder/position_encodings/encodings");
    }
    if (options.tied_embeddings_all) return add("embedding", "decoder/embeddings/weight");
    add("source.embedding", "encoder/embeddings_0/weight");
    add("target.embedding", "decoder/embeddings/weight");
    if (!options.tied_embeddings) add("output.weight", "decoder/projection/weight");
  }
  void add_layer(const std::string& name, const std::string& prefix, bool is_decoder) {
    add_linear(name + ".self_attention.query_key_value", prefix + "/self_attention/linear_0");
    add_linear(name + ".self_attention.output", prefix + "/self_attention/linear_1");
    add_norm(name + ".self_attention.norm", prefix + "/self_attention");
    if (is_decoder) {
      add_linear(name + ".cross_attention.query", prefix + "/attention/linear_0");
      add_linear(name + ".cross_attention.key_value", prefix + "/attention/linear_1");
      add_linear(name + ".cross_attention.output", prefix + "/attention/linear_2");
      add_norm(name + ".cross_attention.norm", prefix + "/attention");
    }
    add_linear(name + ".feed_forward.in", prefix + "/ffn/linear_0");
    add_linear(name + ".feed_forward.out", prefix + "/ffn/linear_1");
    add_norm(name + ".feed_forward.norm", prefix + "/ffn");
  }

  std::vector<Correspondence> entries_;
};

/// The table of positions is no parameter where Heed computes it, and the output layer may have no
/// bias.
void fit_tensors(std::vector<ForeignTensor>& tensors, const ModelOptions& options,
                 std::uint64_t vocabulary) {
  if (options.positions != Positions::kLearned) {
    std::erase_if(tensors, [](const ForeignTensor& tensor) {
      return tensor.name == "decoder/position_encodings/encodings";
    });
  }
  const char* const bias = "decoder/projection/bias";
  if (std::ranges::find(tensors, bias, &ForeignTensor::name) == tensors.end()) {
    tensors.push_back({bias, {vocabulary}, std::vector<float>(vocabulary)});
  }
}

/// Of one side, or of both. Older versions have text.
VocabularyList read_list(const std::filesystem::path& folder, const std::string& side) {
  for (const std::string& name : {side, std::string("shared_vocabulary")}) {
    for (const char* ending : {".json", ".txt"}) {
      const std::filesystem::path path = folder / (name + ending);
      if (std::filesystem::is_regular_file(path)) return read_vocabulary_list(path);
    }
  }
  fail("expected {}.json or shared_vocabulary.json in {}, found neither", side, folder.string());
}

}  // namespace

bool is_ctranslate2_folder(const std::string& folder) {
  const std::filesystem::path model = std::filesystem::path(folder) / "model.bin";
  return std::filesystem::is_regular_file(model) && is_ctranslate2(FileCopy(model).bytes());
}

ForeignModel read_ctranslate2_model(const std::string& folder,
                                    const std::vector<std::string>& vocabularies) {
  const std::string path = std::filesystem::path(folder) / "model.bin";
  const std::string config_path = std::filesystem::path(folder) / "config.json";
  const FileCopy bytes(path);
  Ctranslate2File file = read_ctranslate2(bytes.bytes(), path);
  const nlohmann::json config = parse_json(read_file(config_path), config_path);
  const Ctranslate2Facts facts(file, config, path);
  facts.expect(file.spec == "TransformerSpec", "the specification TransformerSpec");
  const ModelOptions options = ctranslate2_options(facts);
  check_buildable(options, path);
  expect_tensors_for_layers(options, file.tensors.size(), path);
  const std::uint64_t vocabulary = facts.matrix("decoder/embeddings/weight").shape[0];
  fit_tensors(file.tensors, options, vocabulary);
  const ListedTokenizers listed =
      list_tokenizers(vocabularies, read_list(folder, "source_vocabulary"),
                      read_list(folder, "target_vocabulary"), options.tied_embeddings_all);
  ForeignModel model{{options, listed.tokenizers, {}},
                     std::move(file.tensors),
                     Ctranslate2Table(options).finish()};
  extend_vocabulary(model, listed);
  model.contents.training["converted"] = {{"from", "ctranslate2"}};
  return model;
}

namespace {

/// Of a model that is not as CTranslate2 has them.
void check_exportable(const ModelOptions& options) {
  const auto expect = [](bool holds, std::string_view flag, std::string_view known) {
    if (!holds) fail_usage("expected --{} {} for a model of CTranslate2", flag, known);
  };
  expect(options.type == ModelType::kTransformer, "type", "transformer");
  expect(options.norm != NormPlacement::kRms, "norm", "pre or post");
  expect(options.activation != FeedForward::kSwiglu, "activation", "relu, gelu or swish");
  expect(options.attention_normalizer == AttentionNormalizer::kSoftmax, "attention-normalizer",
         "softmax");
  for (const auto& [flag, kind] : {std::pair("encoder-attention", options.encoder_attention),
                                   std::pair("decoder-attention", options.decoder_attention),
                                   std::pair("cross-attention", options.cross_attention)}) {
    expect(kind == "multi-head", flag, "multi-head");
  }
  expect(options.positions == Positions::kSinusoidal ||
             options.positions == Positions::kSinusoidalHalves ||
             options.positions == Positions::kLearned,
         "positions", "sinusoidal, sinusoidal-halves or learned");
}

std::map<std::string, double> numbers_of(const ModelOptions& options) {
  const int activation = options.activation == FeedForward::kRelu    ? 0
                         : options.activation == FeedForward::kSwish ? 2
                                                                     : 3;
  std::map<std::string, double> numbers;
  for (const char* side : {"encoder/", "decoder/"}) {
    const auto set = [&](const char* name, double value) {
      numbers[side + std::string(name)] = value;
    };
    set("num_heads", options.transformer_heads);
    set("pre_norm", options.norm == NormPlacement::kPre ? 1 : 0);
    set("activation", activation);
    set("scale_embeddings", options.embedding_scale == EmbeddingScale::kSqrt ? 1 : 0);
  }
  numbers["encoder/embeddings_merge"] = 0;
  numbers["encoder/multi_query_attention"] = 0;
  numbers["decoder/alibi"] = 0;
  numbers["decoder/alignment_layer"] =
      options.alignment_layer > 0 ? options.alignment_layer - 1 : -1;
  numbers["decoder/alignment_heads"] =
      options.alignment_heads == "mean" ? options.transformer_heads : 1;
  numbers["decoder/start_from_zero_embedding"] =
      options.decoder_start == DecoderStart::kZeros ? 1 : 0;
  return numbers;
}

/// As long as CTranslate2's own converters make it.
ForeignTensor positions_table(const ModelOptions& options) {
  constexpr int kPlaces = 2048;
  return {"decoder/position_encodings/encodings",
          {kPlaces, static_cast<std::uint64_t>(options.dim_emb)},
          PositionEncoding::sinusoids(kPlaces, options.dim_emb,
                                      options.positions == Positions::kSinusoidalHalves)};
}

/// Biases and norms have one dimension there.
void flatten_vectors(std::vector<ForeignTensor>& tensors) {
  for (ForeignTensor& tensor : tensors) {
    const bool is_vector = tensor.name.ends_with("/bias") || tensor.name.ends_with("/gamma") ||
                           tensor.name.ends_with("/beta");
    if (is_vector) tensor.shape = {tensor.values.size()};
  }
}

Ctranslate2File file_of(const ModelContents& contents, const Parameters& parameters) {
  const ModelOptions& options = contents.options;
  Ctranslate2File file;
  file.spec = "TransformerSpec";
  file.numbers = numbers_of(options);
  file.tensors = export_tensors(Ctranslate2Table(options).finish(), parameters);
  flatten_vectors(file.tensors);
  if (options.positions != Positions::kLearned) file.tensors.push_back(positions_table(options));
  file.aliases["encoder/position_encodings/encodings"] = "decoder/position_encodings/encodings";
  if (options.tied_embeddings || options.tied_embeddings_all) {
    file.aliases["decoder/projection/weight"] = "decoder/embeddings/weight";
  }
  if (options.tied_embeddings_all) {
    file.aliases["encoder/embeddings_0/weight"] = "decoder/embeddings/weight";
  }
  return file;
}

std::string list_text(const Tokenizer& tokenizer) {
  nlohmann::json list = nlohmann::json::array();
  for (int id = 0; id < tokenizer.size(); ++id) list.push_back(tokenizer.piece(id));
  return list.dump(2) + '\n';
}

}  // namespace

void write_ctranslate2_folder(const ModelContents& contents, const Parameters& parameters,
                              const std::string& folder) {
  check_exportable(contents.options);
  const std::filesystem::path path(folder);
  const Tokenizers& tokenizers = contents.tokenizers;
  const std::string model = write_ctranslate2(file_of(contents, parameters));
  const nlohmann::json config = {
      {"add_source_bos", false},
      {"add_source_eos", true},
      {"bos_token", "<s>"},
      {"decoder_start_token", "<s>"},
      {"eos_token", "</s>"},
      {"layer_norm_epsilon", value_to_json(contents.options.norm_epsilon)},
      {"unk_token", "<unk>"}};
  make_folder(folder);
  write_file(path / "source.spm", tokenizers.source.serialized());
  write_file(path / "target.spm", tokenizers.target.serialized());
  if (tokenizers.is_joint()) {
    write_file(path / "shared_vocabulary.json", list_text(tokenizers.source));
  } else {
    write_file(path / "source_vocabulary.json", list_text(tokenizers.source));
    write_file(path / "target_vocabulary.json", list_text(tokenizers.target));
  }
  write_file(path / "config.json", config.dump(2) + '\n');
  write_file(path / "model.bin", model);
}

}  // namespace heed
