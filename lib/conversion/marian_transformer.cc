#include "conversion/marian_transformer.h"

#include <cstdio>
#include <string>

#include "util/error.h"

namespace heed {

namespace {

/// What happens before or after a sublayer without dropout (d), which is for training.
std::string without_dropout(std::string text) {
  std::erase(text, 'd');
  return text;
}

NormPlacement norm_of(const MarianConfig& config) {
  const std::string before = without_dropout(config.text("transformer-preprocess"));
  const std::string after = without_dropout(config.text("transformer-postprocess", "dan"));
  const std::string top = without_dropout(config.text("transformer-postprocess-top"));
  if (before.empty() && after == "an" && top.empty()) return NormPlacement::kPost;
  if (before == "n" && after == "a" && top == "n") return NormPlacement::kPre;
  fail(
      "expected a model with --transformer-preprocess, -postprocess and -postprocess-top '', 'dan' "
      "and '', or 'n', 'da' and 'n' in {}, found '{}', '{}' and '{}'; heed has no such model",
      config.path(), before, after, top);
}

FeedForward marian_activation(const MarianConfig& config, const std::string& option) {
  const std::string name = config.text(option, "swish");
  if (name == "swish") return FeedForward::kSwish;
  if (name == "relu") return FeedForward::kRelu;
  config.refuse(option, "swish or relu");
}

std::string decoder_attention_of(const MarianConfig& config, ModelOptions& options) {
  const std::string kind = config.text("transformer-decoder-autoreg", "self-attention");
  if (kind == "self-attention") return "multi-head";
  if (kind == "average-attention") {
    config.expect("transformer-aan-depth", "2");
    config.expect("transformer-aan-nogate", "false");
    options.average_dim_ffn = config.number("transformer-dim-aan", 2048);
    options.average_activation = marian_activation(config, "transformer-aan-activation");
    return "average-split";
  }
  if (kind != "rnn") {
    config.refuse("transformer-decoder-autoreg", "self-attention, average-attention or rnn");
  }
  if (config.text("dec-cell") != "ssru") config.refuse("dec-cell", "ssru");
  config.expect("layer-normalization", "false");
  return config.flag("transformer-rnn-projection") ? "ssru-projected" : "ssru";
}

/// Major, minor and patch of "v1.12.43 c9f287db 2025-06-23"; zeros where they are missing.
std::vector<int> version_of(const MarianConfig& config) {
  std::vector<int> numbers(3);
  std::sscanf(config.text("version").c_str(), "v%d.%d.%d", &numbers[0], &numbers[1], &numbers[2]);
  return numbers;
}

/// Self-attention before v1.10.28 took keys and values from before the norm where queries had it
/// (marian-nmt/marian-dev issue 699).
void check_version(const MarianConfig& config, const ModelOptions& options) {
  if (options.norm != NormPlacement::kPre || version_of(config) >= std::vector{1, 10, 28}) return;
  fail(
      "expected a model with --transformer-preprocess n of Marian v1.10.28 or later in {}, found "
      "version '{}', whose keys and values are not normalised (marian-dev issue 699); heed has no "
      "such model",
      config.path(), config.text("version"));
}

/// What Heed's Transformer has no form of.
void check_transformer(const MarianConfig& config) {
  for (const char* name : {"transformer-no-projection", "transformer-no-bias",
                           "transformer-no-affine", "transformer-pool", "ulr", "right-left",
                           "output-omit-bias", "transformer-alibi-trainable"}) {
    config.expect(name, "false");
  }
  if (!config.flag("tied-embeddings-all")) config.expect("tied-embeddings-src", "false");
  config.expect("transformer-attention-mask", "default");
  config.expect("transformer-tied-layers", "");
  config.expect("input-types", "");
  config.expect("lemma-dim-emb", "0");
  config.expect("factors-dim-emb", "0");
  config.expect("transformer-ffn-depth", "2");
  const std::string width = config.text("transformer-dim-ffn", "2048");
  if (config.number("transformer-decoder-ffn-depth", 0) != 0) {
    config.expect("transformer-decoder-ffn-depth", "2");
  }
  if (config.number("transformer-decoder-dim-ffn", 0) != 0) {
    config.expect("transformer-decoder-dim-ffn", width);
  }
  if (!without_dropout(config.text("transformer-postprocess-emb", "d")).empty()) {
    config.refuse("transformer-postprocess-emb", "d");
  }
}

}  // namespace

ModelOptions marian_transformer(const MarianConfig& config) {
  check_transformer(config);
  ModelOptions options;
  options.type = ModelType::kTransformer;
  options.dim_emb = config.number("dim-emb", 512);
  options.enc_depth = config.number("enc-depth", 6);
  options.dec_depth = config.number("dec-depth", 6);
  options.transformer_heads = config.number("transformer-heads", 8);
  options.transformer_dim_ffn = config.number("transformer-dim-ffn", 2048);
  options.tied_embeddings_all = config.flag("tied-embeddings-all");
  options.tied_embeddings = options.tied_embeddings_all || config.flag("tied-embeddings");
  options.activation = marian_activation(config, "transformer-ffn-activation");
  options.decoder_attention = decoder_attention_of(config, options);
  options.norm = norm_of(config);
  check_version(config, options);
  options.decoder_start = DecoderStart::kZeros;
  options.positions = config.flag("transformer-disable-position-embeddings")
                          ? Positions::kNone
                          : Positions::kSinusoidalHalves;
  options.alignment_layer = options.dec_depth;
  if (config.text("transformer-guided-alignment-layer", "last") != "last") {
    options.alignment_layer = config.number("transformer-guided-alignment-layer", 0);
  }
  options.alignment_heads = "1";
  return options;
}

namespace {

/// Makes the table, sublayer by sublayer.
class TransformerTable {
 public:
  explicit TransformerTable(const ModelOptions& options) : options_(options) {
    add_embeddings();
    for (int layer = 0; layer < options.enc_depth; ++layer) add_encoder_layer(layer);
    for (int layer = 0; layer < options.dec_depth; ++layer) add_decoder_layer(layer);
    if (!is_pre()) return;
    add_norm("encoder.norm", "encoder_top");
    add_norm("decoder.norm", "decoder_top");
  }

  std::vector<Correspondence> finish() { return std::move(entries_); }

 private:
  bool is_pre() const { return options_.norm == NormPlacement::kPre; }

  void add(const std::string& parameter, const std::string& tensor) {
    entries_.push_back({parameter, {{tensor}}});
  }
  /// Weights Wx and biases bx for each x of `letters`, side by side.
  void add_linear(const std::string& parameter, const std::string& prefix,
                  const std::vector<std::string>& letters, bool has_bias = true) {
    Correspondence weight{parameter + ".weight", {}}, bias{parameter + ".bias", {}};
    for (const std::string& letter : letters) {
      weight.columns.push_back({prefix + "W" + letter});
      bias.columns.push_back({prefix + "b" + letter});
    }
    entries_.push_back(std::move(weight));
    if (has_bias) entries_.push_back(std::move(bias));
  }
  void add_norm(const std::string& parameter, const std::string& prefix,
                const std::string& suffix = "") {
    add(parameter + ".gain", prefix + "_ln_scale" + suffix);
    add(parameter + ".bias", prefix + "_ln_bias" + suffix);
  }
  /// The norm of a sublayer: X_ln_* after it, X_ln_*_pre before it.
  void add_frame(const std::string& parameter, const std::string& prefix) {
    add_norm(parameter + ".norm", prefix, is_pre() ? "_pre" : "");
  }

  void add_embeddings();
  void add_feed_forward(const std::string& name, const std::string& prefix);
  void add_encoder_layer(int layer);
  void add_decoder_layer(int layer);
  void add_decoder_attention(const std::string& name, const std::string& prefix);

  const ModelOptions& options_;
  std::vector<Correspondence> entries_;
};

void TransformerTable::add_embeddings() {
  add("output.bias", "decoder_ff_logit_out_b");
  if (options_.tied_embeddings_all) return add("embedding", "Wemb");
  add("source.embedding", "encoder_Wemb");
  add("target.embedding", "decoder_Wemb");
  if (!options_.tied_embeddings) add("output.weight", "decoder_ff_logit_out_Wt");
}

void TransformerTable::add_feed_forward(const std::string& name, const std::string& prefix) {
  add_linear(name + ".in", prefix, {"1"});
  add_linear(name + ".out", prefix, {"2"});
}

void TransformerTable::add_encoder_layer(int layer) {
  const std::string name = fmt::format("encoder.{}", layer);
  const std::string prefix = fmt::format("encoder_l{}", layer + 1);
  add_linear(name + ".self_attention.query_key_value", prefix + "_self_", {"q", "k", "v"});
  add_linear(name + ".self_attention.output", prefix + "_self_", {"o"});
  add_frame(name + ".self_attention", prefix + "_self_Wo");
  add_feed_forward(name + ".feed_forward", prefix + "_ffn_");
  add_frame(name + ".feed_forward", prefix + "_ffn_ffn");
}

void TransformerTable::add_decoder_attention(const std::string& name, const std::string& prefix) {
  const std::string& kind = options_.decoder_attention;
  if (kind == "multi-head") {
    add_linear(name + ".query_key_value", prefix + "_self_", {"q", "k", "v"});
    add_linear(name + ".output", prefix + "_self_", {"o"});
    add_frame(name, prefix + "_self_Wo");
  } else if (kind == "average-split") {
    add_feed_forward(name + ".feed_forward", prefix + "_aan_");
    add_linear(name + ".input_gate", prefix + "_aan_", {"i"});
    add_linear(name + ".forget_gate", prefix + "_aan_", {"f"});
    add_frame(name, prefix + "_aan_ffn");
  } else {
    add_linear(name + ".forget", prefix + "_rnn_", {"f"});
    add_linear(name + ".input", prefix + "_rnn_", {""}, false);
    if (kind == "ssru-projected") add_linear(name + ".output", prefix + "_rnn_", {"o"});
    add_frame(name, prefix + (is_pre() ? "_rnn" : "_rnn_ffn"));
  }
}

void TransformerTable::add_decoder_layer(int layer) {
  const std::string name = fmt::format("decoder.{}", layer);
  const std::string prefix = fmt::format("decoder_l{}", layer + 1);
  add_decoder_attention(name + ".self_attention", prefix);
  add_linear(name + ".cross_attention.query", prefix + "_context_", {"q"});
  add_linear(name + ".cross_attention.key_value", prefix + "_context_", {"k", "v"});
  add_linear(name + ".cross_attention.output", prefix + "_context_", {"o"});
  add_frame(name + ".cross_attention", prefix + "_context_Wo");
  add_feed_forward(name + ".feed_forward", prefix + "_ffn_");
  add_frame(name + ".feed_forward", prefix + "_ffn_ffn");
}

}  // namespace

std::vector<Correspondence> marian_transformer_table(const ModelOptions& options) {
  return TransformerTable(options).finish();
}

}  // namespace heed
