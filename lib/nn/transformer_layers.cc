#include "nn/transformer_layers.h"

namespace heed {

FeedForwardLayer::FeedForwardLayer(Parameters& parameters, const std::string& name,
                                   const Shape& shape)
    : in_(parameters, name + ".in", shape.width,
          shape.activation == FeedForward::kSwiglu ? 2 * shape.hidden : shape.hidden),
      out_(parameters, name + ".out", shape.hidden, shape.width),
      shape_(shape) {}

Var FeedForwardLayer::operator()(Var x) const {
  Var hidden = in_(x);  // [N, hidden], twice as wide with SwiGLU
  switch (shape_.activation) {
    case FeedForward::kRelu:
      hidden = activate(Activation::kRelu, hidden);
      break;
    case FeedForward::kGelu:
      hidden = activate(Activation::kGelu, hidden);
      break;
    case FeedForward::kSwish:
      hidden = activate(Activation::kSilu, hidden);
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
                   NormPlacement placement, float dropout, float epsilon)
    : norm_(parameters, name, width,
            {placement == NormPlacement::kRms ? Normalization::kRms : Normalization::kLayer,
             epsilon}),
      placement_(placement),
      dropout_(dropout) {}

}  // namespace heed
