#pragma once

#include <string_view>
#include <vector>

#include "model/encoder_decoder.h"

namespace heed {

/// From 1. The last but one aligns best in deep decoders (Garg et al. 2019, sec. 3.1).
inline int default_alignment_layer(int layers) { return layers > 2 ? layers - 1 : layers; }

/// For each layer of the decoder how many heads have weights on the source, found by decoding </s>.
/// Empty for a model without attention; 0 for a layer whose attention has no weights.
std::vector<int> attention_heads(const EncoderDecoder& model);

/// --alignment-layer and --alignment-heads; 0 and "" are those of the model's own options. The
/// result names a layer. Throws UsageError for layers and heads that the model lacks.
AttentionChoice choose_attention(const EncoderDecoder& model, int layer, std::string_view heads);

/// Throws UsageError if the model's own alignment_layer or alignment_heads, where they are not the
/// defaults, name what it does not have.
void check_own_choice(const EncoderDecoder& model);

}  // namespace heed
