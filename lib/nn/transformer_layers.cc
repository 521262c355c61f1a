#include "nn/transformer_layers.h"

#include <algorithm>
#include <cmath>

#include "util/error.h"

namespace heed {

namespace {

float score_factor(const HeadShape& shape) {
  return 1 / std::sqrt(static_cast<float>(shape.width) / static_cast<float>(shape.heads));
}

}  // namespace

void KeyValueCache::append(const Tensor& keys_values) {
  const std::size_t needed = static_cast<std::size_t>(used_ + keys_values.rows) * width_;
  if (memory_ == nullptr || memory_->tensor().size() < needed) {
    auto larger = std::make_unique<Block>(*backend_, 2 * needed);
    if (used_ > 0) backend_->copy(rows(), {larger->tensor().data, used_, width_});
    memory_ = std::move(larger);
  }
  used_ += keys_values.rows;
  backend_->copy(keys_values, rows().row_range(used_ - keys_values.rows, keys_values.rows));
}

Tensor KeyValueCache::rows() const { return {memory_->tensor().data, used_, width_}; }

SelfAttention::SelfAttention(Parameters& parameters, const std::string& name,
                             const HeadShape& shape)
    : query_key_value_(parameters, name + ".query_key_value", shape.width, 3 * shape.width),
      output_(parameters, name + ".output", shape.width, shape.width),
      shape_(shape) {}

Var SelfAttention::operator()(Var x, const AttentionSpans& spans, KeyValueCache* cache) const {
  const int width = shape_.width;
  const Var projected = query_key_value_(x);
  const Var query = col_range(projected, 0, width);
  Var memory = col_range(projected, width, 2 * width);
  if (cache != nullptr) {
    cache->append(memory.value());
    memory = x.tape().constant(cache->rows());
  }
  const Var scores =
      dot_scores(query, col_range(memory, 0, width), shape_.heads, score_factor(shape_), spans);
  const Var weights = dropout(
      normalize_spans(AttentionNormalizer::kSoftmax, scores, shape_.heads, spans), shape_.dropout);
  return output_(weighted_sum(weights, col_range(memory, width, width), shape_.heads, spans));
}

EncoderAttention::EncoderAttention(Parameters& parameters, const std::string& name,
                                   const HeadShape& shape)
    : query_(parameters, name + ".query", shape.width, shape.width),
      key_value_(parameters, name + ".key_value", shape.width, 2 * shape.width),
      output_(parameters, name + ".output", shape.width, shape.width),
      shape_(shape) {}

EncoderAttention::Output EncoderAttention::operator()(Var x, Var memory,
                                                      const AttentionSpans& spans) const {
  const int width = shape_.width;
  const Var here = x.tape().adopt(memory);
  const Var scores =
      dot_scores(query_(x), col_range(here, 0, width), shape_.heads, score_factor(shape_), spans);
  const Var weights = normalize_spans(AttentionNormalizer::kSoftmax, scores, shape_.heads, spans);
  const Var context = weighted_sum(dropout(weights, shape_.dropout), col_range(here, width, width),
                                   shape_.heads, spans);
  return {output_(context), weights};
}

FeedForwardLayer::FeedForwardLayer(Parameters& parameters, const std::string& name,
                                   const Shape& shape)
    : in_(parameters, name + ".in", shape.width,
          shape.activation == FeedForward::kSwiglu ? 2 * shape.hidden : shape.hidden),
      out_(parameters, name + ".out", shape.hidden, shape.width),
      shape_(shape) {}

Var FeedForwardLayer::operator()(Var x) const {
  Var hidden = in_(x);
  switch (shape_.activation) {
    case FeedForward::kRelu:
      hidden = activate(Activation::kRelu, hidden);
      break;
    case FeedForward::kGelu:
      hidden = activate(Activation::kGelu, hidden);
      break;
    case FeedForward::kSwiglu: {
      const Var gate[] = {col_range(hidden, 0, shape_.hidden)};
      const Var value[] = {col_range(hidden, shape_.hidden, shape_.hidden)};
      hidden = multiply(activate(Activation::kSilu, concat_cols(gate)), concat_cols(value));
      break;
    }
  }
  return out_(dropout(hidden, shape_.dropout));
}

Sublayer::Sublayer(Parameters& parameters, const std::string& name, int width,
                   NormPlacement placement, float dropout)
    : norm_(parameters, name, width,
            placement == NormPlacement::kRms ? Normalization::kRms : Normalization::kLayer),
      placement_(placement),
      dropout_(dropout) {}

}  // namespace heed
