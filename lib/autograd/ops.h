#pragma once

#include <span>

#include "autograd/tape.h"
#include "data/batch.h"

namespace heed {

// The differentiable operations. Each checks its shapes (an Error names both), runs one kernel of
// the backend, and records its gradient when the tape records. Arrays that are passed in must live
// until the tape is reset: Tape::keep makes them.

// ---- Products -------------------------------------------------------------------------------
Var matmul(Var x, Var weight);                             ///< [N, D] · [D, E] → [N, E]
Var matmul_transposed(Var x, Var weight);                  ///< [N, D] · [E, D]ᵀ → [N, E]
Var linear(Var x, Var weight, Var bias);                   ///< x · weight + bias, bias [1, E]
Var linear(Var x, Var weight, Var bias, Activation kind);  ///< f(x · weight + bias)

// ---- Elementwise and by row -----------------------------------------------------------------
Var add(Var a, Var b);
Var add_bias(Var x, Var bias);  ///< bias [1, D] is added to each row.
Var multiply(Var a, Var b);
Var scale(Var x, float factor);
Var activate(Activation kind, Var x);
Var maxout(
    Var x);  ///< [N, 2D] → [N, D]: the larger of each two neighbours (Goodfellow et al. 2013).
/// Zeroes elements with probability `rate` and divides the rest by 1 − rate (Srivastava et al.
/// 2014). The identity on a tape that does not record. Equal keys give equal masks to equal
/// elements.
Var dropout(Var x, float rate, std::uint64_t key);
Var dropout(Var x, float rate);  ///< With a key of its own.
/// x + dropout(branch): the residual connection (He et al. 2016) of a sublayer.
Var add_dropout(Var x, Var branch, float rate);
/// y[i] = factor · table[rows[i]]; a negative row gives zeros.
Var gather_rows(Var table, const Indices& rows, float factor = 1);
Var row_range(Var x, int first, int count);  ///< A view.
Var col_range(Var x, int first,
              int count);  ///< A view, with x's stride: for products and attention.
/// A view of the same numbers, one row after the other, as a matrix of that width. x is contiguous.
Var reshape(Var x, int cols);
Var concat_rows(std::span<const Var> parts);
Var concat_cols(std::span<const Var> parts);
/// Layer norm (Ba et al. 2016) or root mean square norm (Zhang & Sennrich 2019, no bias) of rows.
Var normalize(Normalization norm, Var x, Var gain, Var bias);

// ---- Attention ------------------------------------------------------------------------------
/// Spans whose weights lie one after the other in the order of `rows`.
AttentionSpans keep_spans(Tape& tape, std::span<const AttentionSpan> rows,
                          std::span<const int> key_rows = {});

struct Heads {
  int count = 1;  ///< H
  int width = 0;  ///< d
};
// query [R, H·d], memory [N, H·d]; scores and weights [spans.weights, H], laid out as
// AttentionSpan says. Of dot_scores and weighted_sum, the memory may have fewer heads that divide
// H.
Var dot_scores(Var query, Var memory, int heads, float factor, const AttentionSpans& spans);
/// v_h · tanh(q_h + m_h + extra_h); `extra` [spans.weights, H·d] may be empty.
Var additive_scores(Var query, Var memory, Var v, int heads, const AttentionSpans& spans,
                    Var extra = {});
/// Weights of each row's keys by softmax, sparsemax, entmax or sigmoid; see
/// Backend::normalize_spans.
Var normalize_spans(AttentionNormalizer kind, Var scores, int heads, const AttentionSpans& spans);
/// weights_hj · exp(−(j − centre)² / 2σ²) with centres [R, 1]; see Backend::gaussian_spans.
Var gaussian_spans(Var weights, Var centres, float sigma, int heads, const AttentionSpans& spans);
Var weighted_sum(Var weights, Var memory, int heads, const AttentionSpans& spans);  ///< [R, H·d]
/// The same for a memory with heads of that width, which may be fewer.
Var weighted_sum(Var weights, Var memory, const Heads& heads, const AttentionSpans& spans);
/// Positive scores renormalised to shares of their sum over each row's keys.
Var share_spans(Var scores, int heads, const AttentionSpans& spans);

// ---- Relative positions in attention
// -------------------------------------------------------------------- What `buckets` refers to
// must live until the tape is reset.

/// Relative position bias: scores + table[r, h·P + bucket(r, j)], table [R, H·P] or [1, H·P].
Var add_by_bucket(Var scores, Var table, const DistanceBuckets& buckets, int heads,
                  const AttentionSpans& spans);
/// The sum of each row's and head's weights in each bucket: [R, H·P].
Var sum_by_bucket(Var weights, const DistanceBuckets& buckets, int heads,
                  const AttentionSpans& spans);
/// RoPE: x [N, H·d] with pairs of columns turned by `angles` [N, d]; see Backend::rotate.
Var rotate(Var x, Var angles);

// ---- Running states -------------------------------------------------------------------------
/// c_t = f_t ∘ c_{t−1} + (1 − f_t) ∘ x_t through each sequence; see Backend::scan. `initial` may be
/// empty; it gets no gradient.
Var scan(Var gates, Var x, Var initial, const Indices& offsets);

// ---- Recurrent cells ------------------------------------------------------------------------
/// input [R, 3H], hidden [R, 3H], state [R, H] → next state [R, H]; see Backend::gru.
Var gru(Var input, Var hidden, Var state);
struct LstmState {
  Var hidden, cell;
};
/// gates [R, 4H], cell [R, H]; see Backend::lstm.
LstmState lstm(Var gates, Var cell);

// ---- Loss -----------------------------------------------------------------------------------
struct CrossEntropy {
  Var loss;           ///< [1, 1]: summed over rows.
  Tensor likelihood;  ///< [1, N]: log p(target), without smoothing.
};
struct OutputLayer {
  Var weight;  ///< [V, D]
  Var bias;    ///< [1, V], or empty.
};
/// hidden · weightᵀ + bias: [N, V]. Not differentiable: cross_entropy needs no logits as a whole.
Var logits(Var hidden, const OutputLayer& output);
/// Their columns of these tokens, to the bit. Throws Error unless the weight is a parameter that
/// PackedParameters packed for it.
Var selected_logits(Var hidden, const OutputLayer& output, const Indices& tokens);
/// What some heads of an attention shall look at.
struct AlignmentTargets {
  const Ragged& links;  ///< For each query row the rows of the memory that it is linked to.
  int head = 0;         ///< From 1; 0: the mean of all.
};
/// Cross-entropy of attention with gold links: the sum over query rows i with links L_i of
/// −Σ_{j ∈ L_i} log(a_ij) / |L_i| [1, 1] (Chen et al. 2016, eq. 7; Garg et al. 2019, eq. 3, summed
/// over rows as the cross-entropy of words is). 1e-8 is added to a_ij, for sparse weights are 0.
/// weights [spans.weights, H]; the spans name the memory's rows themselves.
Var alignment_loss(Var weights, const AttentionSpans& spans, const AlignmentTargets& targets);
/// Label-smoothed cross-entropy of softmax(hidden · weightᵀ + bias) (Szegedy et al. 2016, sec. 7).
/// The logits exist for a few hundred rows at a time: their gradient is taken at once and folded
/// into those of hidden, weight and bias. With r_drop the rows are two passes over the same tokens,
/// one half each, and r_drop times their Backend::divergence is added to the loss. weights [1, N]
/// say how much each row's cross-entropy counts; empty: 1.
CrossEntropy cross_entropy(Var hidden, const OutputLayer& output, const Indices& targets,
                           float smoothing, float r_drop = 0, const Tensor& weights = {});

}  // namespace heed
