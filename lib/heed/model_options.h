#pragma once

#include <string>

#include "heed/choices.h"
#include "heed/field.h"

namespace heed {

/// The shape of a model: all that its file needs to rebuild it. Defaults of new fields reproduce
/// what older programs did.
struct ModelOptions {
  ModelType type = ModelType::kRnn;
  int dim_emb = 256;
  int enc_depth = 1;
  int dec_depth = 1;
  bool tied_embeddings = true;
  bool tied_embeddings_all = true;
  EmbeddingScale embedding_scale = EmbeddingScale::kSqrt;
  float norm_epsilon = 1e-6F;
  DecoderStart decoder_start = DecoderStart::kBos;
  bool source_end = true;

  int dim_rnn = 512;
  int dim_rnn_encoder = 0;
  Cell enc_cell = Cell::kGru;
  Cell dec_cell = Cell::kGru;
  Transition dec_transition = Transition::kConditional;
  int enc_cell_depth = 1;
  int dec_cell_base_depth = 2;
  int dec_cell_high_depth = 1;
  bool skip = false;
  bool layer_normalization = false;
  bool nematus_normalization = false;
  std::string attention = "additive";
  int attention_dim = 0;
  int attention_heads = 4;
  AttentionNormalizer attention_normalizer = AttentionNormalizer::kSoftmax;
  AttentionWindow attention_window = AttentionWindow::kNone;
  int attention_window_width = 10;
  AttentionTiming attention_timing = AttentionTiming::kPre;
  bool attention_fertility = false;
  bool input_feeding = false;
  ContextGate context_gate = ContextGate::kNone;

  int transformer_dim_ffn = 1024;
  int transformer_heads = 4;
  std::string encoder_attention = "multi-head";
  std::string decoder_attention = "multi-head";
  std::string cross_attention = "multi-head";
  int kv_heads = 2;
  int average_dim_ffn = 0;
  FeedForward average_activation = FeedForward::kRelu;
  NormPlacement norm = NormPlacement::kPre;
  FeedForward activation = FeedForward::kRelu;
  Positions positions = Positions::kSinusoidal;
  int max_positions = 512;
  int alignment_layer = 0;
  std::string alignment_heads = "mean";

  float dropout = 0.1F;
  float dropout_attention = 0.0F;
  float dropout_ffn = 0.0F;
  float dropout_rnn = 0.0F;
  float dropout_source = 0.0F;
  float dropout_target = 0.0F;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"type",
            "rnn: bidirectional recurrent encoder, recurrent decoder with attention "
            "(Bahdanau et al. 2015); transformer (Vaswani et al. 2017); nematus: recurrent, with "
            "deep transitions, as Nematus and Marian's s2s have it (Sennrich et al. 2017)"},
      self.type);
    v(Field{"dim-emb", "Width of embeddings; of all layers in a transformer"}.within(1, 32768),
      self.dim_emb);
    v(Field{"enc-depth", "Layers of the encoder"}.within(1, 1024, "layers"), self.enc_depth);
    v(Field{"dec-depth", "Layers of the decoder"}.within(1, 1024, "layers"), self.dec_depth);
    v(Field{"tied-embeddings", "Target embeddings are the output layer's weight"},
      self.tied_embeddings);
    v(Field{"tied-embeddings-all", "Source embeddings too, where the vocabulary is joint"},
      self.tied_embeddings_all);
    v(Field{"embedding-scale",
            "What embeddings are multiplied by: the square root of their width (Vaswani et al. "
            "2017, 3.4), or one"},
      self.embedding_scale);
    v(Field{"norm-epsilon", "What layer norm and root mean square norm add to the variance"}.within(
          1e-12, 0.1),
      self.norm_epsilon);
    v(Field{"decoder-start",
            "What the decoder reads before the first token: <s>, or a vector of zeros, as in "
            "Marian; zeros too where the vocabulary has no <s>"},
      self.decoder_start);
    v(Field{"source-end",
            "The encoder reads the </s> behind each source; without, as in OpenNMT and Argos, it "
            "does so of an empty one alone"},
      self.source_end);
    visit_recurrent_fields(self, v);
    visit_nematus_fields(self, v);
    visit_transformer_fields(self, v);
    visit_dropout_fields(self, v);
  }

 private:
  template <class Self, class Visitor>
  static void visit_recurrent_fields(Self& self, Visitor& v) {
    v(Field{"dim-rnn", "Width of recurrent states"}.within(1, 32768), self.dim_rnn);
    v(Field{"dim-rnn-encoder", "Width of each direction of the recurrent encoder; 0: dim-rnn"}
          .within(0, 32768),
      self.dim_rnn_encoder);
    v(Field{"enc-cell", "Recurrent cell of the encoder"}, self.enc_cell);
    v(Field{"dec-cell", "Recurrent cell of the decoder"}, self.dec_cell);
    v(Field{"dec-transition",
            "single: one cell reads word and context (Bahdanau et al. 2015); "
            "conditional: a cell before and one after attention (Nematus)"},
      self.dec_transition);
    v(Field{"layer-normalization", "Layer norm inside the recurrent cells"},
      self.layer_normalization);
    v(Field{"nematus-normalization",
            "With --type nematus --layer-normalization, norms as Nematus has them: of x W + b, "
            "each with a bias, of gates and candidate apart"},
      self.nematus_normalization);
    v(Field{"attention", "Attention of the recurrent decoder"}, self.attention);
    v(Field{"attention-dim", "Width of attention's hidden layer; 0: dim-rnn"}.within(0, 32768),
      self.attention_dim);
    v(Field{"attention-heads", "Heads of multi-head attention in the recurrent decoder"}.within(
          1, 1024, "heads"),
      self.attention_heads);
    v(Field{"attention-normalizer",
            "How attention's weights are made of its scores (sparsemax: Martins & Astudillo 2016; "
            "entmax15: Peters et al. 2019)"},
      self.attention_normalizer);
    v(Field{"attention-window",
            "Where the recurrent decoder looks (Luong et al. 2015): everywhere, around its own "
            "step (local-m), or around a predicted place (local-p)"},
      self.attention_window);
    v(Field{"attention-window-width",
            "Tokens on each side of a window's centre, D; for the transformer's window attention "
            "too"}
          .within(1, 1'000'000, "tokens"),
      self.attention_window_width);
    v(Field{"attention-timing",
            "pre: the context enters the recurrent cell (Bahdanau et al. 2015); post: it joins the "
            "cell's output, tanh(W [c; s]) (Luong et al. 2015)"},
      self.attention_timing);
    v(Field{"attention-fertility",
            "Attention coverage: divide by a predicted fertility (Tu et al. 2016, eq. 9)"},
      self.attention_fertility);
    v(Field{"input-feeding",
            "The attentional state of the step before is input of the cell; with post timing "
            "(Luong et al. 2015, 3.3)"},
      self.input_feeding);
    v(Field{"context-gate",
            "What a gate on source context and target history scales in the recurrent decoder (Tu "
            "et al. 2017)"},
      self.context_gate);
  }

  template <class Self, class Visitor>
  static void visit_nematus_fields(Self& self, Visitor& v) {
    v(Field{"enc-cell-depth", "Cells of each step of nematus's encoder layers, one after the other"}
          .within(1, 1024, "cells"),
      self.enc_cell_depth);
    v(Field{"dec-cell-base-depth",
            "Cells of each step of nematus's first decoder layer, the first before attention"}
          .within(1, 1024, "cells"),
      self.dec_cell_base_depth);
    v(Field{"dec-cell-high-depth", "Cells of each step of nematus's other decoder layers"}.within(
          1, 1024, "cells"),
      self.dec_cell_high_depth);
    v(Field{"skip", "Nematus's layers add what they read to what they make, but for the first"},
      self.skip);
  }

  template <class Self, class Visitor>
  static void visit_transformer_fields(Self& self, Visitor& v) {
    v(Field{"transformer-dim-ffn", "Width of the feed-forward layers"}.within(1, 131072),
      self.transformer_dim_ffn);
    v(Field{"transformer-heads", "Attention heads"}.within(1, 1024, "heads"),
      self.transformer_heads);
    v(Field{"encoder-attention", "Self-attention of the transformer's encoder"},
      self.encoder_attention);
    v(Field{"decoder-attention", "Self-attention of the transformer's decoder"},
      self.decoder_attention);
    v(Field{"cross-attention", "Attention of the transformer's decoder to the source"},
      self.cross_attention);
    v(Field{"kv-heads", "Heads of keys and values of grouped-query attention"}.within(1, 1024,
                                                                                      "heads"),
      self.kv_heads);
    v(Field{"average-dim-ffn",
            "Width of the feed-forward layer in average attention; 0: transformer-dim-ffn"}
          .within(0, 131072),
      self.average_dim_ffn);
    v(Field{"average-activation", "Activation of the feed-forward layer in average attention"},
      self.average_activation);
    v(Field{"norm",
            "Layer norm after (post) or before (pre) each sublayer; rms: root mean square "
            "norm before"},
      self.norm);
    v(Field{"activation", "Activation of the feed-forward layers"}, self.activation);
    v(Field{"positions", "Positions of the transformer's tokens"}, self.positions);
    v(Field{"max-positions",
            "Longest sentence in tokens of learned positions and attention location"}
          .within(1, 1'000'000, "tokens"),
      self.max_positions);
    v(Field{"alignment-layer",
            "Decoder layer, from 1, whose attention is the alignment; 0: the last but one of deep "
            "decoders, else the last"}
          .within(0, 1024),
      self.alignment_layer);
    v(Field{"alignment-heads",
            "Heads whose attention is the alignment: mean, or the number of one, from 1"},
      self.alignment_heads);
  }

  template <class Self, class Visitor>
  static void visit_dropout_fields(Self& self, Visitor& v) {
    v(Field{"dropout", "Dropout of embeddings and of each layer's output"}.within(0, 0.99),
      self.dropout);
    v(Field{"dropout-attention", "Dropout of attention weights"}.within(0, 0.99),
      self.dropout_attention);
    v(Field{"dropout-ffn", "Dropout inside the feed-forward layers"}.within(0, 0.99),
      self.dropout_ffn);
    v(Field{"dropout-rnn",
            "Dropout of recurrent states, one mask a sentence (Gal & Ghahramani "
            "2016)"}
          .within(0, 0.99),
      self.dropout_rnn);
    v(Field{"dropout-source", "Dropout of whole source tokens"}.within(0, 0.99),
      self.dropout_source);
    v(Field{"dropout-target", "Dropout of whole target tokens"}.within(0, 0.99),
      self.dropout_target);
  }
};

}  // namespace heed
