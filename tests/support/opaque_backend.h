#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tensor/backend.h"

namespace heed {

/// The reference's kernels over memory that only they can reach: its addresses are none that the
/// processor knows, so who reads or writes it on the host, or hands an array of the host's to a
/// kernel, crashes, as with a GPU's. Kernels that are not listed here do not compile.
class OpaqueBackend : public Backend {
 public:
  std::string description() const override { return "opaque " + kernels_->description(); }

  float* allocate(std::size_t floats) override { return hidden(kernels_->allocate(floats)); }
  void release(float* memory) override { kernels_->release(host(memory)); }
  void read(const Tensor& source, std::span<float> values) override {
    kernels_->read(host(source), values);
  }
  void write(std::span<const float> values, const Tensor& target) override {
    kernels_->write(values, host(target));
  }
  void upload(std::span<const std::byte> values, void* memory) override {
    kernels_->upload(values, host(memory));
  }
  bool shares_host_memory() const override { return false; }

  void gemm(const Operand& a, const Operand& b, const Sum& c) override {
    kernels_->gemm(host(a), host(b), host(c));
  }
  std::unique_ptr<PackedWeight> pack(const Operand& weight, Precision precision) override {
    return kernels_->pack(host(weight), precision);
  }
  void packed_product(const Tensor& x, const PackedWeight& weight, const Epilogue& epilogue,
                      const Tensor& y) override {
    kernels_->packed_product(host(x), weight, {host(epilogue.bias), epilogue.activation}, host(y));
  }
  std::unique_ptr<PackedWeight> pack_rows(const Tensor& weight, Precision precision) override {
    return kernels_->pack_rows(host(weight), precision);
  }
  void selected_product(const Tensor& x, const PackedWeight& weight, const Indices& columns,
                        const Tensor& bias, const Tensor& y) override {
    kernels_->selected_product(host(x), weight, host(columns), host(bias), host(y));
  }
  void fill(const Tensor& y, float value) override { kernels_->fill(host(y), host(value)); }
  void copy(const Tensor& x, const Tensor& y) override { kernels_->copy(host(x), host(y)); }
  void transpose(const Tensor& x, const Tensor& y) override {
    kernels_->transpose(host(x), host(y));
  }
  void scale(float a, const Tensor& x, const Sum& y) override {
    kernels_->scale(host(a), host(x), host(y));
  }
  void scale(const Tensor& a, const Tensor& x, const Sum& y) override {
    kernels_->scale(host(a), host(x), host(y));
  }
  void add(const Tensor& a, const Tensor& b, const Tensor& y) override {
    kernels_->add(host(a), host(b), host(y));
  }
  void multiply(const Tensor& a, const Tensor& b, const Sum& y) override {
    kernels_->multiply(host(a), host(b), host(y));
  }
  void scale_rows(const Tensor& factors, const Tensor& x, const Tensor& y) override {
    kernels_->scale_rows(host(factors), host(x), host(y));
  }
  void add_bias(const Tensor& x, const Tensor& bias, const Tensor& y) override {
    kernels_->add_bias(host(x), host(bias), host(y));
  }
  void sum_rows(const Tensor& x, const Sum& sum) override {
    kernels_->sum_rows(host(x), host(sum));
  }
  void total(const Tensor& x, const Tensor& sum) override { kernels_->total(host(x), host(sum)); }
  void activate(Activation kind, const Tensor& x, const Tensor& y) override {
    kernels_->activate(host(kind), host(x), host(y));
  }
  void activate_backward(Activation kind, const Tensor& x, const Tensor& y, const Tensor& dy,
                         const Sum& dx) override {
    kernels_->activate_backward(host(kind), host(x), host(y), host(dy), host(dx));
  }
  void maxout(const Tensor& x, const Tensor& y) override { kernels_->maxout(host(x), host(y)); }
  void maxout_backward(const Tensor& x, const Tensor& dy, const Sum& dx) override {
    kernels_->maxout_backward(host(x), host(dy), host(dx));
  }
  void dropout(const Tensor& x, std::uint64_t key, float rate, const Sum& y) override {
    kernels_->dropout(host(x), host(key), host(rate), host(y));
  }
  void gather_rows(const Tensor& table, const Indices& rows, const Tensor& y) override {
    kernels_->gather_rows(host(table), host(rows), host(y));
  }
  void scatter_rows(const Tensor& x, const Indices& rows, float scale, const Sum& table) override {
    kernels_->scatter_rows(host(x), host(rows), host(scale), host(table));
  }
  void normalize(Normalization norm, const Tensor& x, const Tensor& gain, const Tensor& bias,
                 const Tensor& y, const Tensor& statistics) override {
    kernels_->normalize(norm, host(x), host(gain), host(bias), host(y), host(statistics));
  }
  void normalize_backward(Normalization norm, const Tensor& x, const Tensor& gain,
                          const Tensor& statistics, const Tensor& dy,
                          const NormalizeGradients& d) override {
    kernels_->normalize_backward(norm, host(x), host(gain), host(statistics), host(dy), host(d));
  }
  void dot_scores(const Tensor& query, const Tensor& memory, int heads, float scale,
                  const AttentionSpans& spans, const Tensor& scores) override {
    kernels_->dot_scores(host(query), host(memory), host(heads), host(scale), host(spans),
                         host(scores));
  }
  void dot_scores_backward(const Tensor& query, const Tensor& memory, int heads, float scale,
                           const AttentionSpans& spans, const Tensor& dscores, const Sum& dquery,
                           const Sum& dmemory) override {
    kernels_->dot_scores_backward(host(query), host(memory), host(heads), host(scale), host(spans),
                                  host(dscores), host(dquery), host(dmemory));
  }
  void additive_scores(const AdditiveTerms& x, int heads, const AttentionSpans& spans,
                       const Tensor& scores) override {
    kernels_->additive_scores(host(x), host(heads), host(spans), host(scores));
  }
  void additive_scores_backward(const AdditiveTerms& x, int heads, const AttentionSpans& spans,
                                const Tensor& dscores, const AdditiveGradients& d) override {
    kernels_->additive_scores_backward(host(x), host(heads), host(spans), host(dscores), host(d));
  }
  void normalize_spans(AttentionNormalizer kind, const Tensor& scores, int heads,
                       const AttentionSpans& spans, const Tensor& weights) override {
    kernels_->normalize_spans(host(kind), host(scores), host(heads), host(spans), host(weights));
  }
  void normalize_spans_backward(AttentionNormalizer kind, const Tensor& weights,
                                const Tensor& dweights, int heads, const AttentionSpans& spans,
                                const Sum& dscores) override {
    kernels_->normalize_spans_backward(host(kind), host(weights), host(dweights), host(heads),
                                       host(spans), host(dscores));
  }
  void gaussian_spans(const Tensor& weights, const Tensor& centres, float sigma, int heads,
                      const AttentionSpans& spans, const Tensor& y) override {
    kernels_->gaussian_spans(host(weights), host(centres), host(sigma), host(heads), host(spans),
                             host(y));
  }
  void gaussian_spans_backward(const Tensor& weights, const Tensor& centres, float sigma, int heads,
                               const AttentionSpans& spans, const Tensor& dy, const Sum& dweights,
                               const Sum& dcentres) override {
    kernels_->gaussian_spans_backward(host(weights), host(centres), host(sigma), host(heads),
                                      host(spans), host(dy), host(dweights), host(dcentres));
  }
  void weighted_sum(const Tensor& weights, const Tensor& memory, int heads,
                    const AttentionSpans& spans, const Tensor& context) override {
    kernels_->weighted_sum(host(weights), host(memory), host(heads), host(spans), host(context));
  }
  void weighted_sum_backward(const Tensor& weights, const Tensor& memory, int heads,
                             const AttentionSpans& spans, const Tensor& dcontext,
                             const Sum& dweights, const Sum& dmemory) override {
    kernels_->weighted_sum_backward(host(weights), host(memory), host(heads), host(spans),
                                    host(dcontext), host(dweights), host(dmemory));
  }
  void share_spans(const Tensor& scores, int heads, const AttentionSpans& spans,
                   const Tensor& weights) override {
    kernels_->share_spans(host(scores), host(heads), host(spans), host(weights));
  }
  void share_spans_backward(const Tensor& scores, const Tensor& weights, const Tensor& dweights,
                            int heads, const AttentionSpans& spans, const Sum& dscores) override {
    kernels_->share_spans_backward(host(scores), host(weights), host(dweights), host(heads),
                                   host(spans), host(dscores));
  }
  void alignment_loss(const Tensor& weights, int heads, const AttentionSpans& spans,
                      const AlignmentLinks& links, const Tensor& loss,
                      const Tensor& gradient) override {
    kernels_->alignment_loss(host(weights), host(heads), host(spans), host(links), host(loss),
                             host(gradient));
  }
  void add_by_bucket(const Tensor& table, const DistanceBuckets& buckets, int heads,
                     const AttentionSpans& spans, const Sum& scores) override {
    kernels_->add_by_bucket(host(table), host(buckets), host(heads), host(spans), host(scores));
  }
  void sum_by_bucket(const Tensor& scores, const DistanceBuckets& buckets, int heads,
                     const AttentionSpans& spans, const Sum& table) override {
    kernels_->sum_by_bucket(host(scores), host(buckets), host(heads), host(spans), host(table));
  }
  void rotate(const Tensor& x, const Tensor& angles, bool back, const Sum& y) override {
    kernels_->rotate(host(x), host(angles), host(back), host(y));
  }
  void scan(const Tensor& gates, const Tensor& x, const Tensor& initial, const Indices& offsets,
            const Tensor& states) override {
    kernels_->scan(host(gates), host(x), host(initial), host(offsets), host(states));
  }
  void scan_backward(const Tensor& gates, const Tensor& x, const Tensor& states,
                     const Indices& offsets, const Tensor& dstates, const Sum& dgates,
                     const Sum& dx) override {
    kernels_->scan_backward(host(gates), host(x), host(states), host(offsets), host(dstates),
                            host(dgates), host(dx));
  }
  void linear_attention_step(const Tensor& query, const Tensor& key, const Tensor& value, int heads,
                             const Tensor& state, const Tensor& context) override {
    kernels_->linear_attention_step(host(query), host(key), host(value), host(heads), host(state),
                                    host(context));
  }
  void gru(const GruStep& step, const Tensor& next, const Tensor& gates) override {
    kernels_->gru(host(step), host(next), host(gates));
  }
  void gru_backward(const GruStep& step, const Tensor& gates, const Tensor& dnext,
                    const GruGradients& d) override {
    kernels_->gru_backward(host(step), host(gates), host(dnext), host(d));
  }
  void lstm(const LstmStep& step, const Tensor& next, const Tensor& next_cell,
            const Tensor& activations) override {
    kernels_->lstm(host(step), host(next), host(next_cell), host(activations));
  }
  void lstm_backward(const LstmStep& step, const Tensor& next_cell, const Tensor& activations,
                     const Tensor& dnext, const Tensor& dnext_cell,
                     const LstmGradients& d) override {
    kernels_->lstm_backward(host(step), host(next_cell), host(activations), host(dnext),
                            host(dnext_cell), host(d));
  }
  void cross_entropy(const Tensor& logits, const Indices& targets, float smoothing, bool gradient,
                     const Tensor& losses, const Tensor& likelihood) override {
    kernels_->cross_entropy(host(logits), host(targets), host(smoothing), host(gradient),
                            host(losses), host(likelihood));
  }
  void divergence(const Tensor& first, const Tensor& second, const Tensor& divergences,
                  const Tensor& dfirst, const Tensor& dsecond) override {
    kernels_->divergence(host(first), host(second), host(divergences), host(dfirst), host(dsecond));
  }
  void log_normalizers(const Tensor& logits, const Tensor& normalizers) override {
    kernels_->log_normalizers(host(logits), host(normalizers));
  }
  void top_k(const Tensor& x, int k, const Tensor& columns, const Tensor& values) override {
    kernels_->top_k(host(x), host(k), host(columns), host(values));
  }
  double sum_squares(const Tensor& x) override { return kernels_->sum_squares(host(x)); }
  void adam(const AdamStep& step, const Tensor& gradients, const Tensor& values,
            const Tensor& first_moment, const Tensor& second_moment) override {
    kernels_->adam(host(step), host(gradients), host(values), host(first_moment),
                   host(second_moment));
  }
  void blend(float rate, const Tensor& x, const Tensor& average) override {
    kernels_->blend(host(rate), host(x), host(average));
  }

 private:
  /// Addresses with this bit alone of the upper ones belong to nobody.
  static constexpr std::uintptr_t kHidden = std::uintptr_t{1} << 62;

  template <class T>
  static T* hidden(T* memory) {
    return reinterpret_cast<T*>(reinterpret_cast<std::uintptr_t>(memory) ^ kHidden);
  }
  template <class T>
  static T* host(T* memory) {
    return memory == nullptr ? nullptr : hidden(memory);
  }
  template <class T>
  static Uploaded<T> host(const Uploaded<T>& x) {
    return {x.host, host(x.device)};
  }
  static Tensor host(Tensor x) {
    x.data = host(x.data);
    return x;
  }
  static Sum host(const Sum& x) { return {host(x.y), x.beta}; }
  static Operand host(const Operand& x) { return {host(x.tensor), x.is_transposed}; }
  static AttentionSpans host(const AttentionSpans& x) {
    return {host(x.rows), host(x.key_rows), x.weights};
  }
  static DistanceBuckets host(const DistanceBuckets& x) {
    return {host(x.first), host(x.buckets), x.lowest, x.count};
  }
  static AlignmentLinks host(const AlignmentLinks& x) {
    return {host(x.offsets), host(x.rows), x.head};
  }
  static AdditiveTerms host(const AdditiveTerms& x) {
    return {host(x.query), host(x.memory), host(x.v), host(x.extra)};
  }
  static AdditiveGradients host(const AdditiveGradients& x) {
    return {host(x.query), host(x.memory), host(x.v), host(x.extra)};
  }
  static GruGradients host(const GruGradients& x) {
    return {host(x.input), host(x.hidden), host(x.state)};
  }
  static LstmGradients host(const LstmGradients& x) { return {host(x.gates), host(x.cell)}; }
  static GruStep host(const GruStep& x) { return {host(x.input), host(x.hidden), host(x.state)}; }
  static LstmStep host(const LstmStep& x) { return {host(x.gates), host(x.cell)}; }
  static NormalizeGradients host(const NormalizeGradients& x) {
    return {host(x.x), host(x.gain), host(x.bias)};
  }
  static const AdamStep& host(const AdamStep& x) { return x; }
  static float host(float x) { return x; }
  static int host(int x) { return x; }
  static bool host(bool x) { return x; }
  static std::uint64_t host(std::uint64_t x) { return x; }
  template <class Kind>
  requires std::is_enum_v<Kind>
  static Kind host(Kind x) { return x; }

  std::unique_ptr<Backend> kernels_ = make_backend("reference");
};

}  // namespace heed
