#pragma once

#include "model/encoder_decoder.h"

namespace heed {

/// Floating-point operations of the weights' matrix products in one forward pass: two for each
/// number of a weight and each token that it is applied to. Attention's own products, norms and
/// the like are left out. Training takes three times as many.
double forward_operations(const EncoderDecoder& model, int source_tokens, int target_tokens);

}  // namespace heed
