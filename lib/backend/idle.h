#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string>

#include "tensor/backend.h"

namespace heed {

/// Kernels that do nothing. What runs on them takes the memory that it would take, but touches none
/// of it, so that the system gives none: this tells what a computation needs before it is done. The
/// host reads zeros.
class IdleBackend : public Backend {
 public:
  std::string description() const override { return "idle"; }

  float* allocate(std::size_t floats) override {
    return static_cast<float*>(::operator new(floats * sizeof(float), kAlignment));
  }
  void release(float* memory) override { ::operator delete(memory, kAlignment); }
  void read(const Tensor&, std::span<float> host) override { std::ranges::fill(host, 0.0F); }
  void write(std::span<const float>, const Tensor&) override {}
  void upload(std::span<const std::byte>, void*) override {}
  bool shares_host_memory() const override { return true; }

  std::unique_ptr<PackedWeight> pack(const Operand&, Precision) override { return nullptr; }
  std::unique_ptr<PackedWeight> pack_rows(const Tensor&, Precision) override { return nullptr; }
  double sum_squares(const Tensor&) override { return 0; }
  void gemm(const Operand&, const Operand&, const Sum&) override {}
  void packed_product(const Tensor&, const PackedWeight&, const Epilogue&, const Tensor&) override {
  }
  void selected_product(const Tensor&, const PackedWeight&, const Indices&, const Tensor&,
                        const Tensor&) override {}
  void fill(const Tensor&, float) override {}
  void copy(const Tensor&, const Tensor&) override {}
  void transpose(const Tensor&, const Tensor&) override {}
  void scale(float, const Tensor&, const Sum&) override {}
  void scale(const Tensor&, const Tensor&, const Sum&) override {}
  void add(const Tensor&, const Tensor&, const Tensor&) override {}
  void multiply(const Tensor&, const Tensor&, const Sum&) override {}
  void scale_rows(const Tensor&, const Tensor&, const Tensor&) override {}
  void add_bias(const Tensor&, const Tensor&, const Tensor&) override {}
  void sum_rows(const Tensor&, const Sum&) override {}
  void total(const Tensor&, const Tensor&) override {}
  void activate(Activation, const Tensor&, const Tensor&) override {}
  void activate_backward(Activation, const Tensor&, const Tensor&, const Tensor&,
                         const Sum&) override {}
  void maxout(const Tensor&, const Tensor&) override {}
  void maxout_backward(const Tensor&, const Tensor&, const Sum&) override {}
  void dropout(const Tensor&, std::uint64_t, float, const Sum&) override {}
  void gather_rows(const Tensor&, const Indices&, const Tensor&) override {}
  void scatter_rows(const Tensor&, const Indices&, float, const Sum&) override {}
  void normalize(Normalization, const Tensor&, const Tensor&, const Tensor&, const Tensor&,
                 const Tensor&) override {}
  void normalize_backward(Normalization, const Tensor&, const Tensor&, const Tensor&, const Tensor&,
                          const NormalizeGradients&) override {}
  void dot_scores(const Tensor&, const Tensor&, int, float, const AttentionSpans&,
                  const Tensor&) override {}
  void dot_scores_backward(const Tensor&, const Tensor&, int, float, const AttentionSpans&,
                           const Tensor&, const Sum&, const Sum&) override {}
  void additive_scores(const AdditiveTerms&, int, const AttentionSpans&, const Tensor&) override {}
  void additive_scores_backward(const AdditiveTerms&, int, const AttentionSpans&, const Tensor&,
                                const AdditiveGradients&) override {}
  void normalize_spans(AttentionNormalizer, const Tensor&, int, const AttentionSpans&,
                       const Tensor&) override {}
  void normalize_spans_backward(AttentionNormalizer, const Tensor&, const Tensor&, int,
                                const AttentionSpans&, const Sum&) override {}
  void gaussian_spans(const Tensor&, const Tensor&, float, int, const AttentionSpans&,
                      const Tensor&) override {}
  void gaussian_spans_backward(const Tensor&, const Tensor&, float, int, const AttentionSpans&,
                               const Tensor&, const Sum&, const Sum&) override {}
  void weighted_sum(const Tensor&, const Tensor&, int, const AttentionSpans&,
                    const Tensor&) override {}
  void weighted_sum_backward(const Tensor&, const Tensor&, int, const AttentionSpans&,
                             const Tensor&, const Sum&, const Sum&) override {}
  void share_spans(const Tensor&, int, const AttentionSpans&, const Tensor&) override {}
  void share_spans_backward(const Tensor&, const Tensor&, const Tensor&, int, const AttentionSpans&,
                            const Sum&) override {}
  void alignment_loss(const Tensor&, int, const AttentionSpans&, const AlignmentLinks&,
                      const Tensor&, const Tensor&) override {}
  void add_by_bucket(const Tensor&, const DistanceBuckets&, int, const AttentionSpans&,
                     const Sum&) override {}
  void sum_by_bucket(const Tensor&, const DistanceBuckets&, int, const AttentionSpans&,
                     const Sum&) override {}
  void rotate(const Tensor&, const Tensor&, bool, const Sum&) override {}
  void scan(const Tensor&, const Tensor&, const Tensor&, const Indices&, const Tensor&) override {}
  void scan_backward(const Tensor&, const Tensor&, const Tensor&, const Indices&, const Tensor&,
                     const Sum&, const Sum&) override {}
  void linear_attention_step(const Tensor&, const Tensor&, const Tensor&, int, const Tensor&,
                             const Tensor&) override {}
  void gru(const GruStep&, const Tensor&, const Tensor&) override {}
  void gru_backward(const GruStep&, const Tensor&, const Tensor&, const GruGradients&) override {}
  void lstm(const LstmStep&, const Tensor&, const Tensor&, const Tensor&) override {}
  void lstm_backward(const LstmStep&, const Tensor&, const Tensor&, const Tensor&, const Tensor&,
                     const LstmGradients&) override {}
  void cross_entropy(const Tensor&, const Indices&, float, bool, const Tensor&,
                     const Tensor&) override {}
  void divergence(const Tensor&, const Tensor&, const Tensor&, const Tensor&,
                  const Tensor&) override {}
  void log_normalizers(const Tensor&, const Tensor&) override {}
  void top_k(const Tensor&, int, const Tensor&, const Tensor&) override {}
  void adam(const AdamStep&, const Tensor&, const Tensor&, const Tensor&, const Tensor&) override {}
  void blend(float, const Tensor&, const Tensor&) override {}

 private:
  static constexpr std::align_val_t kAlignment{64};
};

}  // namespace heed
