#include "conversion/ctranslate2_table.h"

#include <fmt/core.h>

#include <string>
#include <utility>

namespace heed {

namespace {

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

}  // namespace

std::vector<Correspondence> ctranslate2_table(const ModelOptions& options) {
  return Ctranslate2Table(options).finish();
}

}  // namespace heed
