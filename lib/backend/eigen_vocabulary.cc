#include <cmath>
#include <limits>
#include <numeric>

#include "backend/best.h"
#include "backend/eigen.h"
#include "backend/vector.h"

namespace heed {
namespace {

constexpr float kNone = -std::numeric_limits<float>::infinity();

/// The largest of each lane of an array of whole registers, NaN aside; two at once hide latency.
Vec lane_maxima(const float* x, int registers) {
  Vec a = broadcast(kNone), b = a;
  int i = 0;
  for (; i + 2 <= registers; i += 2) {
    a = maximum(load(x + i * kLanes), a);
    b = maximum(load(x + (i + 1) * kLanes), b);
  }
  if (i < registers) a = maximum(load(x + i * kLanes), a);
  return maximum(a, b);
}

/// The largest value, NaN aside.
float row_maximum(const float* x, int size) {
  const int whole = size / kLanes * kLanes;
  Vec top = lane_maxima(x, whole / kLanes);
  if (whole < size) top = maximum(load(x + whole, FirstLanes{size - whole}, kNone), top);
  return largest(top);
}

/// What k of the row's values reach at least: the k-th largest of the largest of parts of it, each
/// a lane of a segment. -∞ where the row has too few values for that.
float least_of_best(const float* x, int size, int k) {
  constexpr int kSegments = 8, kParts = kSegments * kLanes, kMost = kParts / 2;
  const int registers = size / kParts;
  if (k > kMost || registers < 4) return kNone;
  float tops[kParts], columns[kMost], values[kMost];
  for (int s = 0; s < kSegments; ++s) {
    store(tops + s * kLanes, lane_maxima(x + s * registers * kLanes, registers));
  }
  BestList list(columns, values, k);
  for (int i = 0; i < kParts; ++i) list.offer(i, tops[i]);
  return list.worst();
}

/// Σ x in one register of partial sums, added up in the end.
double row_sum(const float* x, int size) {
  Vec total = zero();
  for_lanes(size, [&](int i, auto part) { total += load(x + i, part); });
  return sum(total);
}

/// Σ exp(x − top), the terms written over x where `kKeep`.
template <bool kKeep>
[[gnu::flatten]] float sum_exp(float* x, int size, float top) {
  Vec total = zero();
  for_blocks(size, [&](int first, auto part, auto n) {
    const auto powers =
        exp(each<n>([&](auto k) { return load(x + first + k * kLanes, part, kNone) - top; }));
    for_each_of<n>([&](auto k) {
      total += powers[k];
      if constexpr (kKeep) store(x + first + k * kLanes, powers[k], part);
    });
  });
  return sum(total);
}

float log_sum_exp(float* x, int size) {
  const float top = row_maximum(x, size);
  return top + std::log(sum_exp<false>(x, size, top));
}

/// Two rows of logits as distributions, a few words at a time.
struct TwoPasses {
  const float *first, *second;
  float log_z_first, log_z_second;

  struct Words {
    Vec p, q, delta;  ///< delta = log p − log q; beyond the end of a row 0.
  };
  template <class Part>
  Words words(int i, Part part) const {
    const Vec log_p = load(first + i, part, log_z_first) - log_z_first;
    const Vec log_q = load(second + i, part, log_z_second) - log_z_second;
    return {exp(log_p), exp(log_q), log_p - log_q};
  }
};

}  // namespace

// With normaliser Z, −log p(v) = log Z − x_v, and the gradient is p − (1 − s) · 1[target] − s / V.
void EigenBackend::cross_entropy(const Tensor& logits, const Indices& targets, float smoothing,
                                 bool gradient, const Tensor& losses, const Tensor& likelihood) {
  const int size = logits.cols;
  for (int r = 0; r < logits.rows; ++r) {
    float* x = logits.row(r);
    const float score = x[targets.device[r]];
    const double mean = smoothing > 0 ? row_sum(x, size) / size : 0;
    const float top = row_maximum(x, size);
    const float total = gradient ? sum_exp<true>(x, size, top) : sum_exp<false>(x, size, top);
    const double log_z = top + std::log(double{total});
    likelihood.data[r] = static_cast<float>(score - log_z);
    losses.data[r] = static_cast<float>(log_z - (1 - double{smoothing}) * score - smoothing * mean);
    if (!gradient) continue;
    const float scale = 1 / total, uniform = smoothing / static_cast<float>(size);
    for_lanes(size,
              [&](int i, auto part) { store(x + i, load(x + i, part) * scale - uniform, part); });
    x[targets.device[r]] -= 1 - smoothing;
  }
}

// KL(p ‖ q) = Σ p δ, whose gradient by the logits of p is p (δ − KL(p ‖ q)); that of KL(q ‖ p) =
// −Σ q δ is p − q.
void EigenBackend::divergence(const Tensor& first, const Tensor& second, const Tensor& divergences,
                              const Tensor& dfirst, const Tensor& dsecond) {
  const int size = first.cols;
  for (int r = 0; r < first.rows; ++r) {
    const TwoPasses row{first.row(r), second.row(r), log_sum_exp(first.row(r), size),
                        log_sum_exp(second.row(r), size)};
    Vec sum_p = zero(), sum_q = zero();
    for_lanes(size, [&](int i, auto part) {
      const auto [p, q, delta] = row.words(i, part);
      sum_p += p * delta;
      sum_q -= q * delta;
    });
    const float from_p = sum(sum_p), from_q = sum(sum_q);
    divergences.data[r] = (from_p + from_q) / 2;
    for_lanes(size, [&](int i, auto part) {
      const auto [p, q, delta] = row.words(i, part);
      store(dfirst.row(r) + i, (p * (delta - from_p) + p - q) * 0.5F, part);
      store(dsecond.row(r) + i, (q * (-delta - from_q) + q - p) * 0.5F, part);
    });
  }
}

void EigenBackend::log_normalizers(const Tensor& logits, const Tensor& normalizers) {
  for (int r = 0; r < logits.rows; ++r) {
    float* x = logits.row(r);
    const float largest = row_maximum(x, logits.cols);
    normalizers.row(r)[0] = largest;
    normalizers.row(r)[1] = std::log(sum_exp<false>(x, logits.cols, largest));
  }
}

// Values are looked at one by one only where one of a few belongs in the list.
void EigenBackend::top_k(const Tensor& x, int k, const Tensor& columns, const Tensor& values) {
  for (int r = 0; r < x.rows; ++r) {
    const float* row = x.row(r);
    const float least = least_of_best(row, x.cols, k);
    BestList list(columns.row(r), values.row(r), k);
    const auto offer = [&](int begin, int end) {
      for (int j = begin; j < end; ++j)
        if (!(row[j] < least)) list.offer(j, row[j]);
    };
    int i = 0;
    for (; i + 4 * kLanes <= x.cols; i += 4 * kLanes) {
      const Vec most = lane_maxima(row + i, 4);
      if (!any(list.full() ? ~(most <= list.worst()) : most >= least)) continue;
      offer(i, i + 4 * kLanes);
    }
    offer(i, x.cols);
  }
}

double EigenBackend::sum_squares(const Tensor& x) {
  constexpr int kSums = 32;  // Independent, so that the compiler may keep them in registers.
  double totals[kSums] = {};
  for (int r = 0; r < x.rows; ++r) {
    const float* row = x.row(r);
    int i = 0;
    for (; i + kSums <= x.cols; i += kSums)
      for (int k = 0; k < kSums; ++k) totals[k] += double{row[i + k]} * row[i + k];
    for (; i < x.cols; ++i) totals[0] += double{row[i]} * row[i];
  }
  return std::accumulate(totals, totals + kSums, 0.0);
}

}  // namespace heed
