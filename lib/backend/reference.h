#pragma once

#include "tensor/backend.h"

namespace heed {

/// c = a · b in f32, sums in double precision.
void multiply_plainly(const Operand& a, const Operand& b, const Sum& c);

/// The specification of every kernel: plain loops in host memory, sums in double precision where
/// many terms meet. Kernels that move memory rather than compute are also the fastest ones, since
/// the compiler vectorises them; faster backends derive from this one and override the others.
class ReferenceBackend : public Backend {
 public:
  explicit ReferenceBackend(GemmPrecision precision = GemmPrecision::kF32)
      : gemm_precision_(precision) {}

  std::string description() const override;

  float* allocate(std::size_t floats) override;
  void release(float* memory) override;
  void read(const Tensor& source, std::span<float> host) override;
  void write(std::span<const float> host, const Tensor& target) override;
  void upload(std::span<const std::byte> host, void* memory) override;
  bool shares_host_memory() const override { return true; }

  void gemm(const Operand& a, const Operand& b, const Sum& c) override;
  std::unique_ptr<PackedWeight> pack(const Operand& weight, Precision precision) override;
  void packed_product(const Tensor& x, const PackedWeight& weight, const Epilogue& epilogue,
                      const Tensor& y) override;
  std::unique_ptr<PackedWeight> pack_rows(const Tensor& weight, Precision precision) override;
  void selected_product(const Tensor& x, const PackedWeight& weight, const Indices& columns,
                        const Tensor& bias, const Tensor& y) override;

  void fill(const Tensor& y, float value) override;
  void copy(const Tensor& x, const Tensor& y) override;
  void transpose(const Tensor& x, const Tensor& y) override;
  void scale(float a, const Tensor& x, const Sum& y) override;
  void scale(const Tensor& a, const Tensor& x, const Sum& y) override;
  void add(const Tensor& a, const Tensor& b, const Tensor& y) override;
  void multiply(const Tensor& a, const Tensor& b, const Sum& y) override;
  void scale_rows(const Tensor& factors, const Tensor& x, const Tensor& y) override;
  void add_bias(const Tensor& x, const Tensor& bias, const Tensor& y) override;
  void sum_rows(const Tensor& x, const Sum& sum) override;
  void total(const Tensor& x, const Tensor& sum) override;
  void activate(Activation kind, const Tensor& x, const Tensor& y) override;
  void activate_backward(Activation kind, const Tensor& x, const Tensor& y, const Tensor& dy,
                         const Sum& dx) override;
  void maxout(const Tensor& x, const Tensor& y) override;
  void maxout_backward(const Tensor& x, const Tensor& dy, const Sum& dx) override;
  void dropout(const Tensor& x, std::uint64_t key, float rate, const Sum& y) override;
  void gather_rows(const Tensor& table, const Indices& rows, const Tensor& y) override;
  void scatter_rows(const Tensor& x, const Indices& rows, float scale, const Sum& table) override;
  void normalize(Normalization norm, const Tensor& x, const Tensor& gain, const Tensor& bias,
                 const Tensor& y, const Tensor& statistics) override;
  void normalize_backward(Normalization norm, const Tensor& x, const Tensor& gain,
                          const Tensor& statistics, const Tensor& dy,
                          const NormalizeGradients& d) override;

  void dot_scores(const Tensor& query, const Tensor& memory, int heads, float scale,
                  const AttentionSpans& spans, const Tensor& scores) override;
  void dot_scores_backward(const Tensor& query, const Tensor& memory, int heads, float scale,
                           const AttentionSpans& spans, const Tensor& dscores, const Sum& dquery,
                           const Sum& dmemory) override;
  void additive_scores(const AdditiveTerms& x, int heads, const AttentionSpans& spans,
                       const Tensor& scores) override;
  void additive_scores_backward(const AdditiveTerms& x, int heads, const AttentionSpans& spans,
                                const Tensor& dscores, const AdditiveGradients& d) override;
  void normalize_spans(AttentionNormalizer kind, const Tensor& scores, int heads,
                       const AttentionSpans& spans, const Tensor& weights) override;
  void normalize_spans_backward(AttentionNormalizer kind, const Tensor& weights,
                                const Tensor& dweights, int heads, const AttentionSpans& spans,
                                const Sum& dscores) override;
  void gaussian_spans(const Tensor& weights, const Tensor& centres, float sigma, int heads,
                      const AttentionSpans& spans, const Tensor& y) override;
  void gaussian_spans_backward(const Tensor& weights, const Tensor& centres, float sigma, int heads,
                               const AttentionSpans& spans, const Tensor& dy, const Sum& dweights,
                               const Sum& dcentres) override;
  void weighted_sum(const Tensor& weights, const Tensor& memory, int heads,
                    const AttentionSpans& spans, const Tensor& context) override;
  void weighted_sum_backward(const Tensor& weights, const Tensor& memory, int heads,
                             const AttentionSpans& spans, const Tensor& dcontext,
                             const Sum& dweights, const Sum& dmemory) override;

  void share_spans(const Tensor& scores, int heads, const AttentionSpans& spans,
                   const Tensor& weights) override;
  void share_spans_backward(const Tensor& scores, const Tensor& weights, const Tensor& dweights,
                            int heads, const AttentionSpans& spans, const Sum& dscores) override;

  void alignment_loss(const Tensor& weights, int heads, const AttentionSpans& spans,
                      const AlignmentLinks& links, const Tensor& loss,
                      const Tensor& gradient) override;

  void add_by_bucket(const Tensor& table, const DistanceBuckets& buckets, int heads,
                     const AttentionSpans& spans, const Sum& scores) override;
  void sum_by_bucket(const Tensor& scores, const DistanceBuckets& buckets, int heads,
                     const AttentionSpans& spans, const Sum& table) override;
  void rotate(const Tensor& x, const Tensor& angles, bool back, const Sum& y) override;

  void scan(const Tensor& gates, const Tensor& x, const Tensor& initial, const Indices& offsets,
            const Tensor& states) override;
  void scan_backward(const Tensor& gates, const Tensor& x, const Tensor& states,
                     const Indices& offsets, const Tensor& dstates, const Sum& dgates,
                     const Sum& dx) override;
  void linear_attention_step(const Tensor& query, const Tensor& key, const Tensor& value, int heads,
                             const Tensor& state, const Tensor& context) override;

  void gru(const GruStep& step, const Tensor& next, const Tensor& gates) override;
  void gru_backward(const GruStep& step, const Tensor& gates, const Tensor& dnext,
                    const GruGradients& d) override;
  void lstm(const LstmStep& step, const Tensor& next, const Tensor& next_cell,
            const Tensor& activations) override;
  void lstm_backward(const LstmStep& step, const Tensor& next_cell, const Tensor& activations,
                     const Tensor& dnext, const Tensor& dnext_cell,
                     const LstmGradients& d) override;

  void cross_entropy(const Tensor& logits, const Indices& targets, float smoothing, bool gradient,
                     const Tensor& losses, const Tensor& likelihood) override;
  void divergence(const Tensor& first, const Tensor& second, const Tensor& divergences,
                  const Tensor& dfirst, const Tensor& dsecond) override;
  void log_normalizers(const Tensor& logits, const Tensor& normalizers) override;
  void top_k(const Tensor& x, int k, const Tensor& columns, const Tensor& values) override;

  double sum_squares(const Tensor& x) override;
  void adam(const AdamStep& step, const Tensor& gradients, const Tensor& values,
            const Tensor& first_moment, const Tensor& second_moment) override;
  void blend(float rate, const Tensor& x, const Tensor& average) override;

 protected:
  GemmPrecision gemm_precision() const { return gemm_precision_; }
  /// What a description ends with.
  const char* gemm_suffix() const {
    return gemm_precision_ == GemmPrecision::kBf16 ? ", products of bf16" : "";
  }

  /// For a result that gets many parts: zero, if it is not to be added to.
  void begin(const Sum& y) {
    if (y && y.beta == 0) fill(y.y, 0);
  }

 private:
  GemmPrecision gemm_precision_;
};

}  // namespace heed
