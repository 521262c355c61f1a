#include "model/stepwise_decoder.h"

namespace heed {

AttentionShape attention_shape(const ModelOptions& options, int source_width) {
  AttentionShape shape;
  shape.query = options.dim_rnn;
  shape.source = source_width;
  shape.hidden = options.attention_dim > 0 ? options.attention_dim : options.dim_rnn;
  shape.heads = options.attention_heads;
  shape.dropout = options.dropout_attention;
  shape.normalizer = options.attention_normalizer;
  shape.window = options.attention_window;
  shape.window_width = options.attention_window_width;
  shape.max_positions = options.max_positions;
  shape.fertility = options.attention_fertility;
  shape.norm_epsilon = options.norm_epsilon;
  shape.norm_biases = options.nematus_normalization;
  return shape;
}

StepwiseDecoder::Words StepwiseDecoder::Words::row_range(int first, int count) const {
  return {heed::row_range(gates, first, count),
          context_gate ? heed::row_range(context_gate, first, count) : Var()};
}

Attended StepwiseDecoder::attend(Var query, const QueryRows& rows, const AttentionMemory& memory,
                                 States& states) const {
  const Attended result = attention_->attend({query, rows, states.history, states.step}, memory);
  states.history = result.history;
  states.spans.assign(rows.spans.rows.host.begin(), rows.spans.rows.host.end());
  return result;
}

void StepwiseDecoder::narrow(States& states, int count, std::uint64_t dropout_key) const {
  for (std::size_t layer = 0; layer < states.layers.size(); ++layer) {
    CellState& state = states.layers[layer];
    state = dropout(first_rows(state, count), options_.dropout_rnn, dropout_key + layer);
  }
  if (states.attentional) states.attentional = row_range(states.attentional, 0, count);
  if (states.history) {
    const AttentionSpan& last = states.spans[count - 1];
    const auto weights = static_cast<int>(last.first_weight) + last.keys;
    states.history = row_range(states.history, 0, weights);
  }
}

void StepwiseDecoder::reorder(Tape& tape, States& states, const Indices& parents) {
  for (CellState& layer : states.layers) layer = gather_rows(tape, layer, parents);
  if (states.attentional) states.attentional = gather_rows(tape.adopt(states.attentional), parents);
  if (!states.history) return;
  std::vector<AttentionSpan> blocks;
  for (const int parent : parents.host) blocks.push_back(states.spans[parent]);
  states.history = gather_blocks(tape.adopt(states.history), blocks);
}

}  // namespace heed
