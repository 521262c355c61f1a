#pragma once

#include "backend/reference.h"

namespace heed {

/// The CPU: Eigen's matrix product and packets. What is not overridden here moves memory as fast as
/// ReferenceBackend's loops do.
class EigenBackend : public ReferenceBackend {
 public:
  explicit EigenBackend(GemmPrecision precision = GemmPrecision::kF32);

  std::string description() const override;

  void gemm(const Operand& a, const Operand& b, const Sum& c) override;
  std::unique_ptr<PackedWeight> pack(const Operand& weight, Precision precision) override;
  void packed_product(const Tensor& x, const PackedWeight& weight, const Epilogue& epilogue,
                      const Tensor& y) override;
  std::unique_ptr<PackedWeight> pack_rows(const Tensor& weight, Precision precision) override;
  void selected_product(const Tensor& x, const PackedWeight& weight, const Indices& columns,
                        const Tensor& bias, const Tensor& y) override;

  void activate(Activation kind, const Tensor& x, const Tensor& y) override;
  void activate_backward(Activation kind, const Tensor& x, const Tensor& y, const Tensor& dy,
                         const Sum& dx) override;
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
  void weighted_sum(const Tensor& weights, const Tensor& memory, int heads,
                    const AttentionSpans& spans, const Tensor& context) override;
  void weighted_sum_backward(const Tensor& weights, const Tensor& memory, int heads,
                             const AttentionSpans& spans, const Tensor& dcontext,
                             const Sum& dweights, const Sum& dmemory) override;

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
};

}  // namespace heed
