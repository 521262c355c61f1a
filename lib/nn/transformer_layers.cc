#include "nn/transformer_layers.h"

namespace heed {

FeedForwardLayer::FeedForwardLayer(Parameters& parameters, const std::string& name,
                                   const Shape& shape)
    : in_(parameters, name + ".in", shape.width,
          shape.activation == FeedForward::kSwiglu ? 2 * shape.hidden : shape.hidden),
      out_(parameters, name + ".out", shape.hidden, shape.width),
      shape_(shape) {}

Var FeedForwardLayer::operator()(Var x) const { return out_(dropout(hidden(x), shape_.dropout)); }

// [N, hidden]; W is twice as wide with SwiGLU.
Var FeedForwardLayer::hidden(Var x) const {
  if (shape_.activation == FeedForward::kRelu) return in_(x, Activation::kRelu);
  if (shape_.activation == FeedForward::kGelu) return in_(x, Activation::kGelu);
  if (shape_.activation == FeedForward::kSwish) return in_(x, Activation::kSilu);
  const Var both = in_(x);
  const Var gate[] = {col_range(both, 0, shape_.hidden)};
  const Var value[] = {col_range(both, shape_.hidden, shape_.hidden)};
  return multiply(activate(Activation::kSilu, concat_cols(gate)), concat_cols(value));
}

Sublayer::Sublayer(Parameters& parameters, const std::string& name, int width,
                   NormPlacement placement, float dropout, float epsilon)
    : norm_(parameters, name, width,
            {placement == NormPlacement::kRms ? Normalization::kRms : Normalization::kLayer,
             epsilon}),
      placement_(placement),
      dropout_(dropout) {}

}  // namespace heed
