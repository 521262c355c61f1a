#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "heed/choices.h"
#include "tensor/tensor.h"
#include "tensor/uploaded.h"

namespace heed {

/// A factor of a matrix product, as it is or transposed.
struct Operand {
  Tensor tensor;
  bool is_transposed = false;

  Operand(Tensor t, bool transpose = false) : tensor(t), is_transposed(transpose) {}  // NOLINT
};
inline Operand transposed(Tensor t) { return {t, true}; }

/// Where a kernel puts a result: y = result + beta · y. A tensor alone (beta 0) is overwritten and
/// may be uninitialised before; adding(y) (beta 1) is added to. There is no other beta.
struct Sum {
  Tensor y;
  float beta = 0;

  Sum() = default;
  Sum(Tensor tensor, float b = 0) : y(tensor), beta(b) {}  // NOLINT
  explicit operator bool() const { return static_cast<bool>(y); }
};
inline Sum adding(Tensor y) { return {y, 1}; }

/// kEluPlusOne: x + 1 above zero, eˣ below (Clevert et al. 2016 plus one), always positive.
enum class Activation { kRelu, kGelu, kSilu, kTanh, kSigmoid, kExp, kEluPlusOne };

/// The numbers in which the products with a packed weight are computed.
enum class Precision { kFloat, kInt8 };

/// A weight W [D, E] as the backend that packed it multiplies with it fastest. Threads may share
/// it.
class PackedWeight {
 public:
  virtual ~PackedWeight() = default;
};

/// What is done to the rows of a product while they are in the cache.
struct Epilogue {
  Tensor bias{};                           ///< [1, E], or empty.
  std::optional<Activation> activation{};  ///< Comes after the bias.
};

struct Normalization {
  enum Kind { kLayer, kRms };
  Normalization(Kind of, float added = 1e-6F) : kind(of), epsilon(added) {}
  bool operator==(Kind other) const { return kind == other; }

  Kind kind;
  float epsilon;  ///< Is added to the variance.
};

/// The keys that one query row attends to: rows [first_key, first_key + keys) of the memory.
/// The attention weights of H heads over them are an H × keys block that begins at
/// H · first_weight in the tensor of all weights; blocks lie one after the other.
struct AttentionSpan {
  int first_key = 0;
  int keys = 0;
  std::int64_t first_weight = 0;
};

/// One span for each query row. Where `key_rows` is not empty, "row j of the memory" means row
/// key_rows[j]: the beam's hypotheses share the keys of their common past that way.
struct AttentionSpans {
  Uploaded<AttentionSpan> rows;
  Indices key_rows;
  std::int64_t weights = 0;  ///< Sum of all `keys`: the rows of a weights tensor [weights, H].
};

/// What additive attention adds up, and v [1, H·d] that it is multiplied by.
struct AdditiveTerms {
  Tensor query;   ///< [R, H·d], any stride.
  Tensor memory;  ///< [M, H·d], any stride.
  Tensor v;       ///< [1, H·d]
  Tensor extra;   ///< [spans.weights, H·d], a row for each query row and key; or empty.
};
struct AdditiveGradients {
  Sum query, memory, v, extra;
};

/// Which of P buckets the distance between a query row and a key belongs to.
struct DistanceBuckets {
  Indices first;    ///< Of each query row: place of its first key less its own.
  Indices buckets;  ///< Of the distances from `lowest` on.
  int lowest = 0;   ///< Distance that the first of `buckets` is for.
  int count = 0;    ///< P

  /// For kernels.
  int operator()(int row, int key) const {
    return buckets.device[first.device[row] + key - lowest];
  }
};

/// Learnt constants of a cell are added before the kernel; it does the arithmetic between the
/// two matrix products of a step and the next state.
struct GruStep {
  Tensor input;   ///< [R, 3H]: W x + b for reset, update, candidate.
  Tensor hidden;  ///< [R, 3H]: U h for reset, update, candidate.
  Tensor state;   ///< [R, H]: h, the state before the step.
};
struct GruGradients {
  Sum input, hidden, state;
};

struct LstmStep {
  Tensor gates;  ///< [R, 4H]: W x + U h + b for input, forget, candidate, output.
  Tensor cell;   ///< [R, H]: c, the cell before the step.
};
struct LstmGradients {
  Sum gates, cell;
};

struct AdamStep {
  float learning_rate = 0;
  float beta1 = 0.9F;
  float beta2 = 0.98F;
  float epsilon = 1e-9F;
  float weight_decay = 0;    ///< Decoupled (Loshchilov & Hutter 2019, AdamW), times learning_rate.
  float gradient_scale = 1;  ///< Multiplies each gradient first (normalisation, clipping).
  std::int64_t update = 1;   ///< From 1, for the bias correction.
};

/// The memory's rows that each query row is linked to by a gold alignment.
struct AlignmentLinks {
  Indices offsets;  ///< [R + 1]: where a query row's links begin in `rows`.
  Indices rows;
  int head = 0;  ///< The head that shall look there, from 1; 0: the mean of all.
};

/// The kernels that a device must give. Raw arithmetic on views: shapes are not checked here (the
/// differentiable ops do), nothing is differentiated, every kernel runs on the calling thread and
/// the same call gives the same bits. Tensors must be contiguous except where "any stride" is said.
/// What a kernel writes is overwritten if it is given as a Tensor; a Sum says whether. Sums of one
/// call must not overlap, unless all are added to.
class Backend {
 public:
  virtual ~Backend() = default;

  /// Name of the table's entry and the instruction set the kernels were compiled for.
  virtual std::string description() const = 0;

  // ---- Memory -------------------------------------------------------------------------------
  /// Uninitialised memory, aligned to 64 bytes. Throws std::bad_alloc.
  virtual float* allocate(std::size_t floats) = 0;
  virtual void release(float* memory) = 0;
  virtual void read(const Tensor& source, std::span<float> host) = 0;         ///< any stride
  virtual void write(std::span<const float> host, const Tensor& target) = 0;  ///< any stride
  /// Copies bytes of the host, of any type, to the backend's memory.
  virtual void upload(std::span<const std::byte> host, void* memory) = 0;
  /// Whether host and kernels read each other's memory, so that nothing needs to be copied.
  virtual bool shares_host_memory() const = 0;

  // ---- Matrices -----------------------------------------------------------------------------
  /// c = a · b; any stride. Of a backend made with GemmPrecision::kBf16 the numbers of a and b are
  /// rounded to bf16 (8 bits of significand, ties to even) first; those below 2⁻¹²⁶ may become 0.
  virtual void gemm(const Operand& a, const Operand& b, const Sum& c) = 0;
  /// A copy of `weight` for packed_product; any stride. Throws Error where kInt8 cannot sum so many
  /// inputs.
  virtual std::unique_ptr<PackedWeight> pack(const Operand& weight, Precision precision) = 0;
  /// y = f(x · W + bias), x [N, D] of any stride, y [N, E]. kFloat: the bits of gemm, add_bias and
  /// activate. kInt8: with m_r = max |x[r]| and n_e = max |W[·, e]|,
  ///   y[r, e] = (Σ_d round(127 x[r, d] / m_r) · round(127 W[d, e] / n_e)) · (m_r/127 · n_e/127),
  /// the sum exact: the same bits on every backend and instruction set before f. Columns of W that
  /// are whole multiples of n_e/k have k < 127 for 127. Where a number is not finite, NaN.
  virtual void packed_product(const Tensor& x, const PackedWeight& weight, const Epilogue& epilogue,
                              const Tensor& y) = 0;
  /// The form of a weight Wᵀ, W [E, D], for selected_product. It may view W.
  virtual std::unique_ptr<PackedWeight> pack_rows(const Tensor& weight, Precision precision) = 0;
  /// y[r, i] = x[r] · W[columns[i]] + bias[columns[i]], x [N, D] of any stride, y [N, columns],
  /// bias [1, E] or empty: to the bit that column of packed_product with pack(transposed(W)).
  virtual void selected_product(const Tensor& x, const PackedWeight& weight, const Indices& columns,
                                const Tensor& bias, const Tensor& y) = 0;

  // ---- Elementwise and by row ---------------------------------------------------------------
  virtual void fill(const Tensor& y, float value) = 0;             ///< any stride
  virtual void copy(const Tensor& x, const Tensor& y) = 0;         ///< y = x; any stride
  virtual void transpose(const Tensor& x, const Tensor& y) = 0;    ///< y = xᵀ; any stride
  virtual void scale(float a, const Tensor& x, const Sum& y) = 0;  ///< y = a x; any stride
  /// The same with a factor [1, 1] that a kernel computed.
  virtual void scale(const Tensor& a, const Tensor& x, const Sum& y) = 0;
  /// y = a + b; any stride.
  virtual void add(const Tensor& a, const Tensor& b, const Tensor& y) = 0;
  virtual void multiply(const Tensor& a, const Tensor& b, const Sum& y) = 0;  ///< y = a ∘ b
  /// y[r] = factors[r] · x[r], factors [1, N]; any stride; y may be x.
  virtual void scale_rows(const Tensor& factors, const Tensor& x, const Tensor& y) = 0;
  /// y[r] = x[r] + bias [1, D]; any stride; y may be x.
  virtual void add_bias(const Tensor& x, const Tensor& bias, const Tensor& y) = 0;
  virtual void sum_rows(const Tensor& x, const Sum& sum) = 0;  ///< [1, D] = Σ_r x[r]; any stride
  /// sum [1, 1] = Σ x, added up in double precision in the order of x.
  virtual void total(const Tensor& x, const Tensor& sum) = 0;
  virtual void activate(Activation kind, const Tensor& x, const Tensor& y) = 0;  ///< y = f(x)
  /// dx = dy ∘ f'(x); x is the input, y the output of activate.
  virtual void activate_backward(Activation kind, const Tensor& x, const Tensor& y,
                                 const Tensor& dy, const Sum& dx) = 0;
  /// y[r, d] = max(x[r, 2d], x[r, 2d + 1]) (Goodfellow et al. 2013 with two pieces).
  virtual void maxout(const Tensor& x, const Tensor& y) = 0;
  virtual void maxout_backward(const Tensor& x, const Tensor& dy, const Sum& dx) = 0;
  /// y = mask ∘ x / (1 − rate). The mask is a pure function of (key, element number
  /// r · D + d), so backward makes it again instead of storing it. y may be x when beta is 0.
  virtual void dropout(const Tensor& x, std::uint64_t key, float rate, const Sum& y) = 0;
  /// y[i] = table[rows[i]]; a negative row gives zeros. Any stride.
  virtual void gather_rows(const Tensor& table, const Indices& rows, const Tensor& y) = 0;
  /// table[rows[i]] = Σ scale · x[i] in the order of i; negative rows are passed over. Any stride.
  virtual void scatter_rows(const Tensor& x, const Indices& rows, float scale,
                            const Sum& table) = 0;

  /// y[r] = gain ∘ (x[r] − mean) / √(variance + ε) + bias (Ba et al. 2016), or without mean and
  /// bias (Zhang & Sennrich 2019; bias is then an empty tensor). statistics [N, 2]: mean,
  /// 1/deviation.
  virtual void normalize(Normalization norm, const Tensor& x, const Tensor& gain,
                         const Tensor& bias, const Tensor& y, const Tensor& statistics) = 0;
  struct NormalizeGradients {
    Sum x, gain, bias;  ///< Any may be empty and is then not computed.
  };
  virtual void normalize_backward(Normalization norm, const Tensor& x, const Tensor& gain,
                                  const Tensor& statistics, const Tensor& dy,
                                  const NormalizeGradients& d) = 0;

  // ---- Attention: scores, weights, context --------------------------------------------------
  // query [R, H·d], memory [M, H·d], scores and weights [spans.weights, H] in the blocks that
  // AttentionSpan describes, context [R, H·d]. query, memory and context may have any stride. The
  // memory of dot_scores and weighted_sum may have fewer heads, G that divide H ([M, G·d]): head h
  // reads its head h·G/H.

  /// scores = scale · q_h · m_h.
  virtual void dot_scores(const Tensor& query, const Tensor& memory, int heads, float scale,
                          const AttentionSpans& spans, const Tensor& scores) = 0;
  virtual void dot_scores_backward(const Tensor& query, const Tensor& memory, int heads,
                                   float scale, const AttentionSpans& spans, const Tensor& dscores,
                                   const Sum& dquery, const Sum& dmemory) = 0;
  /// scores = v_h · tanh(q_h + m_h + extra_h); backward computes the tanh again. d.extra is empty
  /// where x.extra is.
  virtual void additive_scores(const AdditiveTerms& x, int heads, const AttentionSpans& spans,
                               const Tensor& scores) = 0;
  virtual void additive_scores_backward(const AdditiveTerms& x, int heads,
                                        const AttentionSpans& spans, const Tensor& dscores,
                                        const AdditiveGradients& d) = 0;
  /// Weights from the scores z of each row's keys: softmax; sparsemax, max(z − τ, 0) (Martins &
  /// Astudillo 2016, algorithm 1); entmax15, max(z/2 − τ, 0)² (Peters et al. 2019, algorithm 2),
  /// each with the τ that makes their sum 1; or the logistic function of each, whose sum is free.
  /// A score of -∞ gives 0, of the logistic function up to 1e-37. Weights may be the scores, but
  /// not those of sparsemax and entmax15.
  virtual void normalize_spans(AttentionNormalizer kind, const Tensor& scores, int heads,
                               const AttentionSpans& spans, const Tensor& weights) = 0;
  virtual void normalize_spans_backward(AttentionNormalizer kind, const Tensor& weights,
                                        const Tensor& dweights, int heads,
                                        const AttentionSpans& spans, const Sum& dscores) = 0;
  /// y_hj = weights_hj · exp(−(j − centre)² / 2σ²), j counted from each row's first key, centres
  /// [R, 1] (Luong et al. 2015, eq. 10).
  virtual void gaussian_spans(const Tensor& weights, const Tensor& centres, float sigma, int heads,
                              const AttentionSpans& spans, const Tensor& y) = 0;
  virtual void gaussian_spans_backward(const Tensor& weights, const Tensor& centres, float sigma,
                                       int heads, const AttentionSpans& spans, const Tensor& dy,
                                       const Sum& dweights, const Sum& dcentres) = 0;
  /// context_h = Σ_j weights_hj m_hj, zero where a row has no keys.
  virtual void weighted_sum(const Tensor& weights, const Tensor& memory, int heads,
                            const AttentionSpans& spans, const Tensor& context) = 0;
  virtual void weighted_sum_backward(const Tensor& weights, const Tensor& memory, int heads,
                                     const AttentionSpans& spans, const Tensor& dcontext,
                                     const Sum& dweights, const Sum& dmemory) = 0;

  /// Renormalised: weights = scores / their sum over each row's keys, for positive scores, as
  /// linear attention has them; may be the same.
  virtual void share_spans(const Tensor& scores, int heads, const AttentionSpans& spans,
                           const Tensor& weights) = 0;
  virtual void share_spans_backward(const Tensor& scores, const Tensor& weights,
                                    const Tensor& dweights, int heads, const AttentionSpans& spans,
                                    const Sum& dscores) = 0;

  /// loss [1, 1] = Σ over query rows i with links L_i of −Σ_{j ∈ L_i} log(a_ij + 1e-8) / |L_i|,
  /// a_ij the weight of the chosen head, or the heads' mean; its gradient [spans.weights, H]. The
  /// spans name the memory's rows themselves; a row outside of them has weight 0.
  virtual void alignment_loss(const Tensor& weights, int heads, const AttentionSpans& spans,
                              const AlignmentLinks& links, const Tensor& loss,
                              const Tensor& gradient) = 0;

  // ---- Relative positions in attention
  // ------------------------------------------------------------------
  /// Relative position bias: scores_hj = table[r, h·P + bucket(r, j)], table [R, H·P], or [1, H·P]
  /// for all rows. The gradient of the table is sum_by_bucket of that of the scores, and the other
  /// way round.
  virtual void add_by_bucket(const Tensor& table, const DistanceBuckets& buckets, int heads,
                             const AttentionSpans& spans, const Sum& scores) = 0;
  /// table[r, h·P + bucket(r, j)] = Σ scores_hj.
  virtual void sum_by_bucket(const Tensor& scores, const DistanceBuckets& buckets, int heads,
                             const AttentionSpans& spans, const Sum& table) = 0;
  /// Rotary embedding (RoPE): y = x with each pair of neighbouring columns turned by its angle
  /// (against it, when `back`): angles [N, d] have cosine and sine of each pair of a head, x [N,
  /// H·d]. Any stride.
  virtual void rotate(const Tensor& x, const Tensor& angles, bool back, const Sum& y) = 0;

  // ---- Running states -----------------------------------------------------------------------
  /// A linear recurrence: c_t = f_t ∘ c_{t−1} + (1 − f_t) ∘ x_t through each sequence of rows
  /// [offsets[s], offsets[s + 1]): x, states [N, D]; gates f [N, D], or [N, 1] for all columns; c_0
  /// is row s of `initial` [B, D], or zero where that is empty.
  virtual void scan(const Tensor& gates, const Tensor& x, const Tensor& initial,
                    const Indices& offsets, const Tensor& states) = 0;
  /// For an empty `initial`. dstates are overwritten; dgates may be empty.
  virtual void scan_backward(const Tensor& gates, const Tensor& x, const Tensor& states,
                             const Indices& offsets, const Tensor& dstates, const Sum& dgates,
                             const Sum& dx) = 0;
  /// One step of linear attention in each head: S += k vᵀ, z += k, context = Sᵀ q / (z · q).
  /// query, key, value, context [R, H·d] of any stride; state [R, H·d·(d + 1)]: of each head S
  /// [d, d] by rows, then z.
  virtual void linear_attention_step(const Tensor& query, const Tensor& key, const Tensor& value,
                                     int heads, const Tensor& state, const Tensor& context) = 0;

  // ---- Recurrent cells ----------------------------------------------------------------------
  /// r = σ(i_r + h_r), z = σ(i_z + h_z), n = tanh(i_n + r ∘ h_n), next = (1 − z) ∘ n + z ∘ h
  /// (Cho et al. 2014, with the reset gate after the product as in Nematus). gates [R, 3H] keeps
  /// r, z, n for backward.
  virtual void gru(const GruStep& step, const Tensor& next, const Tensor& gates) = 0;
  virtual void gru_backward(const GruStep& step, const Tensor& gates, const Tensor& dnext,
                            const GruGradients& d) = 0;
  /// i, f, g, o = σ, σ, tanh, σ; next_cell = f ∘ c + i ∘ g; next = o ∘ tanh(next_cell) (Hochreiter
  /// & Schmidhuber 1997, Gers et al. 2000). activations [R, 4H] keeps i, f, g, o.
  virtual void lstm(const LstmStep& step, const Tensor& next, const Tensor& next_cell,
                    const Tensor& activations) = 0;
  virtual void lstm_backward(const LstmStep& step, const Tensor& next_cell,
                             const Tensor& activations, const Tensor& dnext,
                             const Tensor& dnext_cell, const LstmGradients& d) = 0;

  // ---- Vocabulary ---------------------------------------------------------------------------
  /// losses[r] = (1 − smoothing) · −log p(target_r) + smoothing · mean_v −log p(v) (Szegedy et al.
  /// 2016), p = softmax(logits[r]); logits [N, V] are overwritten by the loss's gradient when
  /// `gradient`, else left in an unspecified state. likelihood[r] = log p(target_r). losses and
  /// likelihood are [1, N].
  virtual void cross_entropy(const Tensor& logits, const Indices& targets, float smoothing,
                             bool gradient, const Tensor& losses, const Tensor& likelihood) = 0;
  /// How far two passes over the same N tokens are apart: divergences[r] = ½ (KL(p ‖ q) +
  /// KL(q ‖ p)) [1, N], p = softmax(first[r]) and q = softmax(second[r]) of logits [N, V] (Wu et
  /// al. 2021, R-Drop, eq. 2). dfirst and dsecond [N, V] become its gradients.
  virtual void divergence(const Tensor& first, const Tensor& second, const Tensor& divergences,
                          const Tensor& dfirst, const Tensor& dsecond) = 0;
  /// normalizers [R, 2]: the largest m of each row of logits [R, V], and log Σ exp(x − m), so that
  /// log softmax(x) = (x − m) − log Σ exp(x − m). NaN where the row has one. Any stride.
  virtual void log_normalizers(const Tensor& logits, const Tensor& normalizers) = 0;
  /// The columns of the k largest of each row, as numbers, and their values, both [R, k] of any
  /// stride: the largest first, equal ones in the order of columns (fewer than 2²⁴).
  virtual void top_k(const Tensor& x, int k, const Tensor& columns, const Tensor& values) = 0;

  // ---- Training -----------------------------------------------------------------------------
  /// Σ x², summed in double precision in a fixed order.
  virtual double sum_squares(const Tensor& x) = 0;
  /// Adam with bias correction (Kingma & Ba 2015, algorithm 1) on flat [1, P] ranges.
  virtual void adam(const AdamStep& step, const Tensor& gradients, const Tensor& values,
                    const Tensor& first_moment, const Tensor& second_moment) = 0;
  /// average += rate · (x − average).
  virtual void blend(float rate, const Tensor& x, const Tensor& average) = 0;
};

/// "reference" (plain loops) or "eigen" (the CPU, compiled for each x86-64 level; the dynamic
/// loader picks the level), whose gemm has that precision. Throws UsageError for another name, and
/// where eigen's processor has no bf16 (avx512_bf16).
std::unique_ptr<Backend> make_backend(std::string_view name,
                                      GemmPrecision precision = GemmPrecision::kF32);
std::vector<std::string_view> backend_names();

}  // namespace heed
