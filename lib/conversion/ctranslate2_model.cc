#include "conversion/ctranslate2_model.h"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <filesystem>

#include "conversion/ctranslate2_file.h"
#include "conversion/ctranslate2_table.h"
#include "conversion/vocabulary_list.h"
#include "nn/positions.h"
#include "util/error.h"
#include "util/fields.h"
#include "util/files.h"
#include "util/json.h"
#include "util/json_fields.h"

namespace heed {

namespace {

constexpr const char* kModel = "model.bin";
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
  /// Of encoder and decoder, which must be alike; older versions had one for both.
  int of_both(const std::string& name, int fallback) const {
    const int of_older = number(name, fallback);
    const int encoder = number("encoder/" + name, of_older);
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
  facts.expect(facts.number("with_relative_position", 0) == 0, "with_relative_position 0");
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
  const int scales = facts.of_both("embeddings/multiply_by_sqrt_depth", 1);  // in older versions
  const int scale = facts.of_both("scale_embeddings", scales);  // a flag, or the factor
  facts.expect(scale == 0 || scale == 1 || scale == static_cast<int>(std::sqrt(options.dim_emb)),
               "scale_embeddings 0, 1 or the root of their width");
  options.embedding_scale = scale != 0 ? EmbeddingScale::kSqrt : EmbeddingScale::kOne;
  options.source_end = setting(facts, "add_source_eos", true);
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

/// Older versions had another name for the source's embeddings.
void use_new_names(Ctranslate2File& file) {
  const std::string old_name = "encoder/embeddings/weight", name = "encoder/embeddings_0/weight";
  for (ForeignTensor& tensor : file.tensors) {
    if (tensor.name == old_name) tensor.name = name;
  }
  auto alias = file.aliases.extract(old_name);
  if (alias.empty()) return;
  alias.key() = name;
  file.aliases.insert(std::move(alias));
}

/// config.json, or what stands for it in model.bin of older versions.
nlohmann::json config_of(const FileFolder& folder, const Ctranslate2File& file) {
  constexpr std::uint32_t kFirstWithConfig = 6;
  const char* const name = "config.json";
  if (folder.has(name) || file.version >= kFirstWithConfig) {
    return parse_json(folder.read(name), folder.path(name));
  }
  const auto flag = [&](const char* flag_name, bool fallback) {
    const auto found = file.numbers.find(flag_name);
    return found == file.numbers.end() ? fallback : found->second != 0;
  };
  const bool starts_as_told = flag("user_decoder_start_tokens", false);
  return {{"add_source_bos", flag("with_source_bos", false)},
          {"add_source_eos", flag("with_source_eos", false)},
          {"decoder_start_token", starts_as_told                  ? "any"
                                  : flag("with_target_bos", true) ? "<s>"
                                                                  : "</s>"}};
}

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
VocabularyList read_list(const FileFolder& folder, const std::string& side) {
  for (const std::string& name : {side, std::string("shared_vocabulary")}) {
    for (const char* ending : {".json", ".txt"}) {
      const std::string file = name + ending;
      if (folder.has(file)) return parse_vocabulary_list(folder.read(file), folder.path(file));
    }
  }
  fail("expected {}.json or shared_vocabulary.json, found neither", folder.path(side));
}

}  // namespace

bool is_ctranslate2_folder(const FileFolder& folder) {
  if (!folder.has(kModel)) return false;
  const std::string model = folder.read(kModel);
  return is_ctranslate2(std::as_bytes(std::span(model)));
}

ForeignModel read_ctranslate2_model(const FileFolder& folder,
                                    const std::vector<SpmFile>& vocabularies) {
  const std::string path = folder.path(kModel), bytes = folder.read(kModel);
  Ctranslate2File file = read_ctranslate2(std::as_bytes(std::span(bytes)), path);
  use_new_names(file);
  const nlohmann::json config = config_of(folder, file);
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
  facts.expect(
      options.decoder_start == DecoderStart::kZeros || listed.tokenizers.target.has_piece("<s>"),
      "decoder_start_token <s> in the vocabulary");
  ForeignModel model{
      {options, listed.tokenizers, {}}, std::move(file.tensors), ctranslate2_table(options)};
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
  file.tensors = export_tensors(ctranslate2_table(options), parameters);
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

/// The shortlist for use_vmap: tokens of any sentence behind no source token.
std::string vocabulary_map(const ModelContents& contents) {
  const auto line = [&](const std::string& source, std::span<const int> targets) {
    return fmt::format("{}\t{}\n", source,
                       fmt::join(contents.tokenizers.target.pieces(targets), " "));
  };
  std::string text = line("", contents.shortlist.frequent);
  for (int source = 0; source < contents.tokenizers.source.size(); ++source) {
    text += line(contents.tokenizers.source.piece(source), contents.shortlist.of(source));
  }
  return text;
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
      {"add_source_eos", contents.options.source_end},
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
  if (!contents.shortlist.empty()) write_file(path / "vmap.txt", vocabulary_map(contents));
  write_file(path / "config.json", config.dump(2) + '\n');
  write_file(path / "model.bin", model);
}

}  // namespace heed
