#include <benchmark/benchmark.h>

#include <numeric>
#include <vector>

#include "backend/workbench.h"

// Rates of the kernels at the sizes of small models, one thread: matrix products in FLOP/s, all
// else in elements of the largest tensor per second.

namespace heed {
namespace {

Backend& eigen() {
  static const std::unique_ptr<Backend> backend = make_backend("eigen");
  return *backend;
}

/// Inputs for the eigen backend, unless for another.
struct Bench : Workbench {
  explicit Bench(Backend& kernels = eigen()) : Workbench(kernels) {}
};

void count(benchmark::State& state, const Tensor& largest) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(largest.size()));
}

/// Arguments: M, N, K.
void gemm(benchmark::State& state, Backend* kernels, bool transpose_a, bool transpose_b) {
  if (kernels == nullptr) return state.SkipWithError("this processor has no avx512_bf16");
  Bench bench(*kernels);
  const auto operand = [&](std::int64_t rows, std::int64_t cols, bool transpose) {
    const int height = static_cast<int>(rows), width = static_cast<int>(cols);
    return transpose ? transposed(bench.random(width, height))
                     : Operand(bench.random(height, width));
  };
  const Operand a = operand(state.range(0), state.range(2), transpose_a);
  const Operand b = operand(state.range(2), state.range(1), transpose_b);
  const Tensor c = bench.unset(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
  for (auto _ : state) bench.backend.gemm(a, b, c);
  state.SetItemsProcessed(2 * state.iterations() * state.range(0) * state.range(1) *
                          state.range(2));
}

void shapes(benchmark::internal::Benchmark* benchmark) {
  for (int rows : {1, 2, 4, 6, 8, 12, 16, 24, 64, 400, 1500})
    for (auto [cols, depth] :
         {std::pair{256, 256}, {512, 512}, {2048, 512}, {512, 2048}, {8000, 256}, {8000, 512}})
      benchmark->Args({rows, cols, depth});
}
BENCHMARK_CAPTURE(gemm, ab, &eigen(), false, false)->Apply(shapes);
BENCHMARK_CAPTURE(gemm, abT, &eigen(), false, true)->Apply(shapes);
BENCHMARK_CAPTURE(gemm, aTb, &eigen(), true, false)->Apply(shapes);

const std::unique_ptr<Backend> bf16 = bf16_backend("eigen");
BENCHMARK_CAPTURE(gemm, bf16_ab, bf16.get(), false, false)->Apply(shapes);
BENCHMARK_CAPTURE(gemm, bf16_abT, bf16.get(), false, true)->Apply(shapes);
BENCHMARK_CAPTURE(gemm, bf16_aTb, bf16.get(), true, false)->Apply(shapes);

void packed(benchmark::State& state, Precision precision) {
  Bench bench;
  const int rows = static_cast<int>(state.range(0)), cols = static_cast<int>(state.range(1)),
            depth = static_cast<int>(state.range(2));
  const Tensor x = bench.random(rows, depth), y = bench.unset(rows, cols);
  const auto weight = bench.backend.pack(bench.random(depth, cols), precision);
  for (auto _ : state) bench.backend.packed_product(x, *weight, {}, y);
  state.SetItemsProcessed(2 * state.iterations() * rows * cols * depth);
}
BENCHMARK_CAPTURE(packed, f32, Precision::kFloat)->Apply(shapes);
BENCHMARK_CAPTURE(packed, int8, Precision::kInt8)->Apply(shapes);

constexpr int kRows = 1024, kWidth = 512;

void activate(benchmark::State& state, Activation kind) {
  Bench bench;
  const Tensor x = bench.random(kRows, kWidth), y = bench.unset(kRows, kWidth);
  for (auto _ : state) bench.backend.activate(kind, x, y);
  count(state, x);
}
BENCHMARK_CAPTURE(activate, relu, Activation::kRelu);
BENCHMARK_CAPTURE(activate, gelu, Activation::kGelu);
BENCHMARK_CAPTURE(activate, silu, Activation::kSilu);
BENCHMARK_CAPTURE(activate, tanh, Activation::kTanh);
BENCHMARK_CAPTURE(activate, sigmoid, Activation::kSigmoid);

void activate_backward(benchmark::State& state, Activation kind) {
  Bench bench;
  const Tensor x = bench.random(kRows, kWidth), y = bench.random(kRows, kWidth);
  const Tensor dy = bench.random(kRows, kWidth), dx = bench.random(kRows, kWidth);
  for (auto _ : state) bench.backend.activate_backward(kind, x, y, dy, adding(dx));
  count(state, x);
}
BENCHMARK_CAPTURE(activate_backward, relu, Activation::kRelu);
BENCHMARK_CAPTURE(activate_backward, gelu, Activation::kGelu);

/// Kernels of two tensors [1024, 512] and a row.
template <class Kernel>
void simple(benchmark::State& state, Kernel kernel) {
  Bench bench;
  const Tensor x = bench.random(kRows, kWidth), y = bench.random(kRows, kWidth);
  const Tensor row = bench.random(1, kWidth);
  for (auto _ : state) kernel(bench.backend, x, y, row);
  count(state, x);
}
BENCHMARK_CAPTURE(simple, copy, [](Backend& b, Tensor x, Tensor y, Tensor) { b.copy(x, y); });
BENCHMARK_CAPTURE(simple, scale,
                  [](Backend& b, Tensor x, Tensor y, Tensor) { b.scale(1, x, adding(y)); });
BENCHMARK_CAPTURE(simple, add_bias,
                  [](Backend& b, Tensor, Tensor y, Tensor row) { b.add_bias(y, row, y); });
BENCHMARK_CAPTURE(simple, sum_rows,
                  [](Backend& b, Tensor x, Tensor, Tensor row) { b.sum_rows(x, adding(row)); });
BENCHMARK_CAPTURE(simple, dropout,
                  [](Backend& b, Tensor x, Tensor y, Tensor) { b.dropout(x, 1, 0.1F, y); });
BENCHMARK_CAPTURE(simple, dropout_backward,
                  [](Backend& b, Tensor x, Tensor y, Tensor) { b.dropout(x, 1, 0.1F, adding(y)); });
BENCHMARK_CAPTURE(simple, maxout, [](Backend& b, Tensor x, Tensor y, Tensor) {
  b.maxout(x, Tensor(y.data, kRows, kWidth / 2));
});
BENCHMARK_CAPTURE(simple, maxout_backward, [](Backend& b, Tensor x, Tensor y, Tensor) {
  b.maxout_backward(x, Tensor(x.data, kRows, kWidth / 2), adding(y));
});
BENCHMARK_CAPTURE(simple, sum_squares, [](Backend& b, Tensor x, Tensor, Tensor) {
  benchmark::DoNotOptimize(b.sum_squares(x));
});

void normalize(benchmark::State& state) {
  Bench bench;
  const Tensor x = bench.random(kRows, kWidth), y = bench.unset(kRows, kWidth);
  const Tensor gain = bench.random(1, kWidth), statistics = bench.unset(kRows, 2);
  for (auto _ : state) bench.backend.normalize(Normalization::kLayer, x, gain, gain, y, statistics);
  count(state, x);
}
BENCHMARK(normalize);

void normalize_backward(benchmark::State& state) {
  Bench bench;
  const Tensor x = bench.random(kRows, kWidth), y = bench.unset(kRows, kWidth);
  const Tensor gain = bench.random(1, kWidth), statistics = bench.unset(kRows, 2);
  const Tensor dgain = bench.random(1, kWidth), dbias = bench.random(1, kWidth);
  const Tensor dx = bench.random(kRows, kWidth);
  bench.backend.normalize(Normalization::kLayer, x, gain, gain, y, statistics);
  for (auto _ : state)
    bench.backend.normalize_backward(Normalization::kLayer, x, gain, statistics, y,
                                     {adding(dx), adding(dgain), adding(dbias)});
  count(state, x);
}
BENCHMARK(normalize_backward);

constexpr int kBatch = 64;

void gru(benchmark::State& state) {
  Bench bench;
  const GruStep step{bench.random(kBatch, 3 * kWidth), bench.random(kBatch, 3 * kWidth),
                     bench.random(kBatch, kWidth)};
  const Tensor next = bench.unset(kBatch, kWidth), gates = bench.unset(kBatch, 3 * kWidth);
  for (auto _ : state) bench.backend.gru(step, next, gates);
  count(state, gates);
}
BENCHMARK(gru);

void gru_backward(benchmark::State& state) {
  Bench bench;
  const GruStep values{bench.random(kBatch, 3 * kWidth), bench.random(kBatch, 3 * kWidth),
                       bench.random(kBatch, kWidth)};
  const GruGradients d{bench.unset(kBatch, 3 * kWidth), bench.unset(kBatch, 3 * kWidth),
                       bench.unset(kBatch, kWidth)};
  const Tensor gates = bench.random(kBatch, 3 * kWidth), dnext = bench.random(kBatch, kWidth);
  for (auto _ : state) bench.backend.gru_backward(values, gates, dnext, d);
  count(state, gates);
}
BENCHMARK(gru_backward);

void lstm(benchmark::State& state) {
  Bench bench;
  const LstmStep step{bench.random(kBatch, 4 * kWidth), bench.random(kBatch, kWidth)};
  const Tensor next = bench.unset(kBatch, kWidth), cell = bench.unset(kBatch, kWidth);
  const Tensor kept = bench.unset(kBatch, 4 * kWidth);
  for (auto _ : state) bench.backend.lstm(step, next, cell, kept);
  count(state, kept);
}
BENCHMARK(lstm);

void cross_entropy(benchmark::State& state) {
  Bench bench;
  const int vocabulary = static_cast<int>(state.range(0));
  const Tensor logits = bench.random(kBatch, vocabulary);
  const std::vector<int> targets(kBatch, 7);
  const Tensor losses = bench.unset(1, kBatch), likelihood = bench.unset(1, kBatch);
  for (auto _ : state) {
    bench.backend.cross_entropy(logits, shared(targets), 0.1F, true, losses, likelihood);
  }
  count(state, logits);
}
BENCHMARK(cross_entropy)->Arg(8000)->Arg(32000);

void log_normalizers(benchmark::State& state) {
  Bench bench;
  const Tensor logits = bench.random(kBatch, static_cast<int>(state.range(0)));
  const Tensor normalizers = bench.unset(kBatch, 2);
  for (auto _ : state) bench.backend.log_normalizers(logits, normalizers);
  count(state, logits);
}
BENCHMARK(log_normalizers)->Arg(8000)->Arg(32000);

void top_k(benchmark::State& state) {
  Bench bench;
  const int k = static_cast<int>(state.range(1));
  const Tensor x = bench.random(kBatch, static_cast<int>(state.range(0)));
  const Tensor columns = bench.unset(kBatch, k), values = bench.unset(kBatch, k);
  for (auto _ : state) bench.backend.top_k(x, k, columns, values);
  count(state, x);
}
BENCHMARK(top_k)->Args({8000, 12})->Args({32000, 12})->Args({32000, 64});

void adam(benchmark::State& state) {
  Bench bench;
  constexpr int kSize = 1 << 20;
  const Tensor g = bench.random(1, kSize), x = bench.random(1, kSize), m = bench.random(1, kSize);
  const Tensor v = bench.tensor(1, kSize, std::vector<float>(kSize, 1.0F));
  AdamStep step;
  step.learning_rate = 1e-3F;
  for (auto _ : state) bench.backend.adam(step, g, x, m, v);
  count(state, x);
}
BENCHMARK(adam);

/// Sentences of 25 tokens; counted in products of a query's and a key's element.
struct AttentionBench : Bench {
  static constexpr int kLength = 25, kTokens = kBatch * kLength;

  AttentionBench(int head_count, bool is_causal) : heads(head_count) {
    int weights = 0;
    for (int r = 0; r < kTokens; ++r) {
      const int keys = is_causal ? r % kLength + 1 : kLength;
      rows.push_back({r - r % kLength, keys, weights});
      weights += keys;
    }
    query = random(kTokens, kWidth), memory = random(kTokens, kWidth);
    dquery = random(kTokens, kWidth), dmemory = random(kTokens, kWidth);
    scores = random(weights, heads), dscores = random(weights, heads);
    v = random(1, kWidth), dv = random(1, kWidth);
  }
  AttentionSpans spans() const {
    return {{rows, rows.data()}, {}, rows.back().first_weight + rows.back().keys};
  }

  int heads;
  std::vector<AttentionSpan> rows;
  Tensor query, memory, dquery, dmemory, scores, dscores, v, dv;
};

template <class Kernel>
void attention(benchmark::State& state, int heads, bool is_causal, Kernel kernel) {
  AttentionBench bench(heads, is_causal);
  for (auto _ : state) kernel(bench);
  state.SetItemsProcessed(state.iterations() * bench.spans().weights * kWidth);
}
constexpr auto kDot = [](AttentionBench& a) {
  a.backend.dot_scores(a.query, a.memory, a.heads, 0.1F, a.spans(), a.scores);
};
constexpr auto kSum = [](AttentionBench& a) {
  a.backend.weighted_sum(a.scores, a.memory, a.heads, a.spans(), a.query);
};
constexpr auto kDotBackward = [](AttentionBench& a) {
  a.backend.dot_scores_backward(a.query, a.memory, a.heads, 0.1F, a.spans(), a.dscores,
                                adding(a.dquery), adding(a.dmemory));
};
constexpr auto kSumBackward = [](AttentionBench& a) {
  a.backend.weighted_sum_backward(a.scores, a.memory, a.heads, a.spans(), a.dquery,
                                  adding(a.dscores), adding(a.dmemory));
};
constexpr auto kAdditive = [](AttentionBench& a) {
  a.backend.additive_scores({a.query, a.memory, a.v, {}}, a.heads, a.spans(), a.scores);
};
constexpr auto kAdditiveBackward = [](AttentionBench& a) {
  a.backend.additive_scores_backward({a.query, a.memory, a.v, {}}, a.heads, a.spans(), a.dscores,
                                     {adding(a.dquery), adding(a.dmemory), adding(a.dv), {}});
};
BENCHMARK_CAPTURE(attention, dot_8_heads, 8, false, kDot);
BENCHMARK_CAPTURE(attention, dot_8_heads_causal, 8, true, kDot);
BENCHMARK_CAPTURE(attention, dot_1_head, 1, false, kDot);
BENCHMARK_CAPTURE(attention, sum_8_heads, 8, false, kSum);
BENCHMARK_CAPTURE(attention, sum_1_head, 1, false, kSum);
BENCHMARK_CAPTURE(attention, dot_8_heads_backward, 8, false, kDotBackward);
BENCHMARK_CAPTURE(attention, sum_8_heads_backward, 8, false, kSumBackward);
BENCHMARK_CAPTURE(attention, additive, 1, false, kAdditive);
BENCHMARK_CAPTURE(attention, additive_backward, 1, false, kAdditiveBackward);

void normalize_spans(benchmark::State& state, AttentionNormalizer kind) {
  AttentionBench bench(8, false);
  for (auto _ : state)
    bench.backend.normalize_spans(kind, bench.scores, 8, bench.spans(), bench.dscores);
  count(state, bench.scores);
}
BENCHMARK_CAPTURE(normalize_spans, softmax, AttentionNormalizer::kSoftmax);
BENCHMARK_CAPTURE(normalize_spans, sparsemax, AttentionNormalizer::kSparsemax);
BENCHMARK_CAPTURE(normalize_spans, entmax15, AttentionNormalizer::kEntmax15);
BENCHMARK_CAPTURE(normalize_spans, sigmoid, AttentionNormalizer::kSigmoid);

}  // namespace
}  // namespace heed
