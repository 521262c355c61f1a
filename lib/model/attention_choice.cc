#include "model/attention_choice.h"

#include <charconv>
#include <string>

#include "util/error.h"

namespace heed {

std::vector<int> attention_heads(const EncoderDecoder& model) {
  Ragged end;
  end.add(std::vector<int>{model.vocabularies().eos});
  Tape tape(model.parameters().backend());
  const Encoded encoded = model.encode(tape, end);
  std::vector<int> heads;
  for (const Var& weights : model.decode(tape, encoded, end).attention.weights) {
    heads.push_back(weights ? weights.cols() : 0);
  }
  return heads;
}

AttentionChoice choose_attention(const EncoderDecoder& model, int layer, std::string_view heads) {
  const std::vector<int> available = attention_heads(model);
  if (available.empty()) {
    fail_usage("alignments need a model with attention weights, found one without");
  }
  const int layers = static_cast<int>(available.size());
  AttentionChoice choice{layer == 0 ? model.options().alignment_layer : layer, 0};
  if (choice.layer == 0) choice.layer = default_alignment_layer(layers);
  if (choice.layer < 1 || choice.layer > layers) {
    fail_usage("expected 1 to {} for --alignment-layer, found {}", layers, choice.layer);
  }
  const int most = available[choice.layer - 1];
  if (most == 0) {
    fail_usage("expected a layer with attention weights for --alignment-layer, found {} without",
               choice.layer);
  }
  if (heads.empty()) heads = model.options().alignment_heads;
  if (heads == "mean") return choice;
  const char* const end = heads.data() + heads.size();
  const auto result = std::from_chars(heads.data(), end, choice.head);
  if (result.ec != std::errc{} || result.ptr != end || choice.head < 1 || choice.head > most) {
    fail_usage("expected mean or 1 to {} for --alignment-heads, found '{}'", most, heads);
  }
  return choice;
}

void check_own_choice(const EncoderDecoder& model) {
  const ModelOptions usual;
  const bool is_usual = model.options().alignment_layer == usual.alignment_layer &&
                        model.options().alignment_heads == usual.alignment_heads;
  if (!is_usual) choose_attention(model, 0, "");
}

}  // namespace heed
