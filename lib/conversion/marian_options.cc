#include "conversion/marian_options.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "conversion/marian_nematus.h"
#include "conversion/marian_transformer.h"
#include "util/error.h"
#include "util/fields.h"

namespace heed {

namespace {

/// The last that this form of options was compared with.
constexpr const char* kMarianVersion = "v1.12.43 c9f287db 2025-06-23 19:47:45 +0000";

/// Options, each a line of YAML.
class Lines {
 public:
  template <class T>
  void add(const char* name, const T& value) {
    text_ += fmt::format("{}: {}\n", name, value);
  }
  std::string finish() { return std::move(text_); }

 private:
  std::string text_;
};

void add_common(Lines& lines, const ModelContents& contents) {
  const ModelOptions& options = contents.options;
  lines.add("version", kMarianVersion);
  lines.add("dim-vocabs", fmt::format("[{}, {}]", contents.tokenizers.source.size(),
                                      contents.tokenizers.target.size()));
  lines.add("dim-emb", options.dim_emb);
  lines.add("enc-depth", options.enc_depth);
  lines.add("dec-depth", options.dec_depth);
  lines.add("tied-embeddings-all", options.tied_embeddings_all);
  lines.add("tied-embeddings", options.tied_embeddings && !options.tied_embeddings_all);
  lines.add("tied-embeddings-src", false);
  lines.add("output-omit-bias", false);
  lines.add("right-left", false);
  lines.add("input-types", "[]");
}

void add_decoder_attention(Lines& lines, const ModelOptions& options) {
  const std::string& kind = options.decoder_attention;
  const bool is_ssru = kind == "ssru" || kind == "ssru-projected";
  const bool is_average = kind == "average-split";
  lines.add("transformer-decoder-autoreg", is_ssru      ? "rnn"
                                           : is_average ? "average-attention"
                                                        : "self-attention");
  lines.add("dec-cell", is_ssru ? "ssru" : "gru");
  lines.add("transformer-rnn-projection", kind == "ssru-projected");
  if (!is_average) return;
  const int width = options.average_dim_ffn;
  lines.add("transformer-dim-aan", width > 0 ? width : options.transformer_dim_ffn);
  lines.add("transformer-aan-depth", 2);
  lines.add("transformer-aan-nogate", false);
  lines.add("transformer-aan-activation", to_text(options.average_activation));
}

std::string transformer_options(const ModelContents& contents) {
  const ModelOptions& options = contents.options;
  const bool is_pre = options.norm == NormPlacement::kPre;
  Lines lines;
  lines.add("type", "transformer");
  add_common(lines, contents);
  lines.add("layer-normalization", false);
  lines.add("transformer-heads", options.transformer_heads);
  lines.add("transformer-dim-ffn", options.transformer_dim_ffn);
  lines.add("transformer-ffn-depth", 2);
  lines.add("transformer-ffn-activation", to_text(options.activation));
  lines.add("transformer-preprocess", is_pre ? "n" : "\"\"");
  lines.add("transformer-postprocess", is_pre ? "da" : "dan");
  lines.add("transformer-postprocess-top", is_pre ? "n" : "\"\"");
  lines.add("transformer-postprocess-emb", "d");
  lines.add("transformer-disable-position-embeddings", options.positions == Positions::kNone);
  lines.add("transformer-train-position-embeddings", false);
  lines.add("transformer-guided-alignment-layer", "last");
  lines.add("transformer-tied-layers", "[]");
  lines.add("transformer-no-projection", false);
  add_decoder_attention(lines, options);
  return lines.finish();
}

std::string recurrent_options(const ModelContents& contents, const std::string& type) {
  const ModelOptions& options = contents.options;
  const auto cell = [&](Cell kind) {
    return type == "nematus" && kind == Cell::kGru ? "gru-nematus" : to_text(kind);
  };
  Lines lines;
  lines.add("type", type);
  add_common(lines, contents);
  lines.add("dim-rnn", options.dim_rnn);
  lines.add("enc-type", "bidirectional");
  lines.add("enc-cell", cell(options.enc_cell));
  lines.add("enc-cell-depth", options.enc_cell_depth);
  lines.add("dec-cell", cell(options.dec_cell));
  lines.add("dec-cell-base-depth", options.dec_cell_base_depth);
  lines.add("dec-cell-high-depth", options.dec_cell_high_depth);
  lines.add("skip", options.skip);
  lines.add("layer-normalization", options.layer_normalization);
  return lines.finish();
}

/// The options that decide what such a model computes.
std::vector<std::string_view> deciding_options(const ModelOptions& options) {
  std::vector<std::string_view> names{"type",
                                      "dim-emb",
                                      "enc-depth",
                                      "dec-depth",
                                      "tied-embeddings",
                                      "tied-embeddings-all",
                                      "embedding-scale",
                                      "decoder-start",
                                      "source-end",
                                      "attention-normalizer"};
  constexpr std::array<std::string_view, 9> kTransformer{"norm-epsilon",
                                                         "encoder-attention",
                                                         "decoder-attention",
                                                         "cross-attention",
                                                         "transformer-heads",
                                                         "transformer-dim-ffn",
                                                         "norm",
                                                         "activation",
                                                         "positions"};
  constexpr std::array<std::string_view, 13> kNematus{"dim-rnn",
                                                      "enc-cell",
                                                      "dec-cell",
                                                      "skip",
                                                      "enc-cell-depth",
                                                      "dec-cell-base-depth",
                                                      "dec-cell-high-depth",
                                                      "attention",
                                                      "attention-dim",
                                                      "attention-window",
                                                      "dim-rnn-encoder",
                                                      "layer-normalization",
                                                      "nematus-normalization"};
  const bool is_transformer = options.type == ModelType::kTransformer;
  const auto more = is_transformer ? std::span<const std::string_view>(kTransformer)
                                   : std::span<const std::string_view>(kNematus);
  names.insert(names.end(), more.begin(), more.end());
  if (options.decoder_attention == "average-split") names.emplace_back("average-activation");
  if (options.layer_normalization && !is_transformer) names.emplace_back("norm-epsilon");
  return names;
}

/// Different ways to say the same, said as the readers do.
ModelOptions plainly_said(ModelOptions options) {
  options.tied_embeddings = options.tied_embeddings || options.tied_embeddings_all;
  if (options.dim_rnn_encoder == options.dim_rnn) options.dim_rnn_encoder = 0;
  if (options.attention_dim == 0) options.attention_dim = options.dim_rnn;
  return options;
}

/// The value of each option as text.
std::vector<std::pair<std::string_view, std::string>> texts_of(const ModelOptions& options) {
  std::vector<std::pair<std::string_view, std::string>> texts;
  for_each_field(options, [&](const Field& field, const auto& value) {
    texts.emplace_back(field.name, to_text(value));
  });
  return texts;
}

}  // namespace

std::string marian_options(const ModelContents& contents, const std::string& type) {
  const ModelOptions& options = contents.options;
  const bool is_transformer = options.type == ModelType::kTransformer;
  if (options.type == ModelType::kRnn) {
    fail_usage("expected --type transformer or nematus for a model of Marian, found rnn");
  }
  std::string yaml =
      is_transformer ? transformer_options(contents) : recurrent_options(contents, type);
  // What Marian would compute by these options must be what the model does.
  const MarianConfig config(yaml, "the model");
  const auto wanted = texts_of(plainly_said(options));
  const auto made = texts_of(is_transformer ? marian_transformer(config) : marian_nematus(config));
  const std::vector<std::string_view> deciding = deciding_options(options);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const bool decides = std::ranges::find(deciding, wanted[i].first) != deciding.end();
    if (!decides || wanted[i].second == made[i].second) continue;
    fail_usage("expected --{} {} for a model of Marian, found {}; Marian has no such model",
               wanted[i].first, made[i].second, wanted[i].second);
  }
  return yaml;
}

}  // namespace heed
