#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <new>
#include <vector>

#include "backend/put.h"
#include "backend/reference.h"

namespace heed {
namespace {

constexpr std::align_val_t kAlignment{64};
/// A mask bit needs its own random number, the same at each instruction set and in any order: a
/// hash of the element's number. The rounds are those of Wellons' lowbias32 with the second half of
/// the key between them.
struct DropoutHash {
  std::uint32_t low, high;

  explicit DropoutHash(std::uint64_t key) {
    key =
        (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9U;  // Finaliser of splitmix64 (Steele et al. 2014)
    key = (key ^ (key >> 27)) * 0x94d049bb133111ebU;
    key ^= key >> 31;
    low = static_cast<std::uint32_t>(key);
    high = static_cast<std::uint32_t>(key >> 32);
  }

  /// 24 random bits.
  int operator()(std::uint32_t element) const {
    std::uint32_t bits = element ^ low;
    bits = (bits ^ (bits >> 16)) * 0x7feb352dU + high;
    bits = (bits ^ (bits >> 15)) * 0x846ca68bU;
    return static_cast<int>((bits ^ (bits >> 16)) >> 8);
  }
};

double logistic(double x) { return 1 / (1 + std::exp(-x)); }
double normal_cdf(double x) { return 0.5 * (1 + std::erf(x * std::sqrt(0.5))); }
double normal_pdf(double x) { return std::exp(-0.5 * x * x) * 0.3989422804014327; }

double activated(Activation kind, double x) {
  switch (kind) {
    case Activation::kRelu:
      return std::max(x, 0.0);
    case Activation::kGelu:
      return x * normal_cdf(x);
    case Activation::kSilu:
      return x * logistic(x);
    case Activation::kTanh:
      return std::tanh(x);
    case Activation::kSigmoid:
      return logistic(x);
    case Activation::kExp:
      return std::exp(x);
    case Activation::kEluPlusOne:
      return x > 0 ? x + 1 : std::exp(x);
  }
  return x;
}

double slope(Activation kind, double x, double y) {
  switch (kind) {
    case Activation::kRelu:
      return x > 0 ? 1 : 0;
    case Activation::kGelu:
      return normal_cdf(x) + x * normal_pdf(x);
    case Activation::kSilu:
      return logistic(x) + y * (1 - logistic(x));
    case Activation::kTanh:
      return 1 - y * y;
    case Activation::kSigmoid:
      return y * (1 - y);
    case Activation::kExp:
      return y;
    case Activation::kEluPlusOne:
      return x > 0 ? 1 : y;
  }
  return 1;
}

float element(const Operand& m, int row, int col) {
  return m.is_transposed ? m.tensor.row(col)[row] : m.tensor.row(row)[col];
}

/// To the upper half of a float's bits, nearest, ties to even.
float rounded_to_bf16(float x) {
  if (std::isnan(x)) return x;
  const auto bits = std::bit_cast<std::uint32_t>(x);
  const std::uint32_t rounded = bits + 0x7fffU + ((bits >> 16) & 1U);
  return std::bit_cast<float>(rounded & 0xffff0000U);
}

/// The numbers are in `copy`.
Operand rounded_to_bf16(const Operand& x, std::vector<float>& copy) {
  const Tensor& t = x.tensor;
  for (int r = 0; r < t.rows; ++r) {
    for (int c = 0; c < t.cols; ++c) copy.push_back(rounded_to_bf16(t.row(r)[c]));
  }
  return {Tensor(copy.data(), t.rows, t.cols), x.is_transposed};
}

}  // namespace

std::string ReferenceBackend::description() const {
  return std::string("reference " HEED_KERNEL_LEVEL) + gemm_suffix();
}

float* ReferenceBackend::allocate(std::size_t floats) {
  return static_cast<float*>(::operator new(floats * sizeof(float), kAlignment));
}

void ReferenceBackend::release(float* memory) { ::operator delete(memory, kAlignment); }

void ReferenceBackend::read(const Tensor& source, std::span<float> host) {
  copy(source, Tensor(host.data(), source.rows, source.cols));
}

void ReferenceBackend::write(std::span<const float> host, const Tensor& target) {
  for (int r = 0; r < target.rows; ++r)
    std::copy_n(host.data() + static_cast<std::size_t>(r) * target.cols, target.cols,
                target.row(r));
}

void ReferenceBackend::upload(std::span<const std::byte> host, void* memory) {
  if (!host.empty()) std::memcpy(memory, host.data(), host.size());
}

void ReferenceBackend::gemm(const Operand& a, const Operand& b, const Sum& c) {
  if (gemm_precision_ == GemmPrecision::kF32) return multiply_plainly(a, b, c);
  std::vector<float> left, right;
  multiply_plainly(rounded_to_bf16(a, left), rounded_to_bf16(b, right), c);
}

void multiply_plainly(const Operand& a, const Operand& b, const Sum& c) {
  const int depth = a.is_transposed ? a.tensor.rows : a.tensor.cols;
  for (int r = 0; r < c.y.rows; ++r) {
    for (int i = 0; i < c.y.cols; ++i) {
      double sum = c.beta == 0 ? 0 : c.y.row(r)[i];
      for (int k = 0; k < depth; ++k) sum += double{element(a, r, k)} * element(b, k, i);
      c.y.row(r)[i] = static_cast<float>(sum);
    }
  }
}

void ReferenceBackend::fill(const Tensor& y, float value) {
  for (int r = 0; r < y.rows; ++r) std::fill_n(y.row(r), y.cols, value);
}

void ReferenceBackend::copy(const Tensor& x, const Tensor& y) {
  for (int r = 0; r < y.rows; ++r) std::copy_n(x.row(r), x.cols, y.row(r));
}

void ReferenceBackend::transpose(const Tensor& x, const Tensor& y) {
  constexpr int kBlock = 16;  // a square of so many rows stays in the first cache
  for (int first = 0; first < x.rows; first += kBlock) {
    const int last = std::min(first + kBlock, x.rows);
    for (int c = 0; c < x.cols; ++c) {
      for (int r = first; r < last; ++r) y.row(c)[r] = x.row(r)[c];
    }
  }
}

void ReferenceBackend::scale(float a, const Tensor& x, const Sum& y) {
  if (y.beta == 0) {
    for (int r = 0; r < x.rows; ++r)
      for (int i = 0; i < x.cols; ++i) y.y.row(r)[i] = a * x.row(r)[i];
  } else {
    for (int r = 0; r < x.rows; ++r)
      for (int i = 0; i < x.cols; ++i) y.y.row(r)[i] += a * x.row(r)[i];
  }
}

void ReferenceBackend::scale(const Tensor& a, const Tensor& x, const Sum& y) {
  scale(a.data[0], x, y);
}

void ReferenceBackend::add(const Tensor& a, const Tensor& b, const Tensor& y) {
  for (int r = 0; r < y.rows; ++r)
    for (int i = 0; i < y.cols; ++i) y.row(r)[i] = a.row(r)[i] + b.row(r)[i];
}

void ReferenceBackend::multiply(const Tensor& a, const Tensor& b, const Sum& y) {
  float* to = y.y.data;
  if (y.beta == 0) {
    for (std::size_t i = 0; i < a.size(); ++i) to[i] = a.data[i] * b.data[i];
  } else {
    for (std::size_t i = 0; i < a.size(); ++i) to[i] += a.data[i] * b.data[i];
  }
}

void ReferenceBackend::scale_rows(const Tensor& factors, const Tensor& x, const Tensor& y) {
  for (int r = 0; r < y.rows; ++r)
    for (int i = 0; i < y.cols; ++i) y.row(r)[i] = factors.data[r] * x.row(r)[i];
}

void ReferenceBackend::add_bias(const Tensor& x, const Tensor& bias, const Tensor& y) {
  for (int r = 0; r < y.rows; ++r)
    for (int i = 0; i < y.cols; ++i) y.row(r)[i] = x.row(r)[i] + bias.data[i];
}

void ReferenceBackend::sum_rows(const Tensor& x, const Sum& sum) {
  begin(sum);
  for (int r = 0; r < x.rows; ++r)
    for (int i = 0; i < x.cols; ++i) sum.y.data[i] += x.row(r)[i];
}

void ReferenceBackend::total(const Tensor& x, const Tensor& sum) {
  double total = 0;
  for (std::size_t i = 0; i < x.size(); ++i) total += x.data[i];
  sum.data[0] = static_cast<float>(total);
}

void ReferenceBackend::activate(Activation kind, const Tensor& x, const Tensor& y) {
  for (std::size_t i = 0; i < y.size(); ++i)
    y.data[i] = static_cast<float>(activated(kind, x.data[i]));
}

void ReferenceBackend::activate_backward(Activation kind, const Tensor& x, const Tensor& y,
                                         const Tensor& dy, const Sum& dx) {
  for (std::size_t i = 0; i < x.size(); ++i)
    put(dx.y.data[i], static_cast<float>(dy.data[i] * slope(kind, x.data[i], y.data[i])), dx.beta);
}

void ReferenceBackend::maxout(const Tensor& x, const Tensor& y) {
  for (std::size_t i = 0; i < y.size(); ++i)
    y.data[i] = x.data[2 * i] < x.data[2 * i + 1] ? x.data[2 * i + 1] : x.data[2 * i];
}

void ReferenceBackend::maxout_backward(const Tensor& x, const Tensor& dy, const Sum& dx) {
  by_beta(dx, [&](auto beta) {
    for (std::size_t i = 0; i < dy.size(); ++i) {
      const bool second = x.data[2 * i] < x.data[2 * i + 1];
      put(dx.y.data[2 * i], second ? 0 : dy.data[i], beta);
      put(dx.y.data[2 * i + 1], second ? dy.data[i] : 0, beta);
    }
  });
}

void ReferenceBackend::dropout(const Tensor& x, std::uint64_t key, float rate, const Sum& y) {
  float* to = y.y.data;
  const float beta = y.beta;  // A copy, which the loop's stores cannot change.
  const DropoutHash hash(key);
  const int dropped = static_cast<int>(rate * (1 << 24));
  const float kept = 1 / (1 - rate);
  const auto size = static_cast<std::uint32_t>(x.size());
  if (beta == 0) {
    for (std::uint32_t i = 0; i < size; ++i) to[i] = x.data[i] * (hash(i) >= dropped ? kept : 0);
  } else {
    for (std::uint32_t i = 0; i < size; ++i)
      to[i] = beta * to[i] + x.data[i] * (hash(i) >= dropped ? kept : 0);
  }
}

void ReferenceBackend::gather_rows(const Tensor& table, const Indices& rows, const Tensor& y) {
  for (int r = 0; r < y.rows; ++r) {
    if (rows.device[r] < 0)
      std::fill_n(y.row(r), y.cols, 0.0F);
    else
      std::copy_n(table.row(rows.device[r]), y.cols, y.row(r));
  }
}

void ReferenceBackend::scatter_rows(const Tensor& x, const Indices& rows, float scale,
                                    const Sum& table) {
  begin(table);
  for (int r = 0; r < x.rows; ++r) {
    if (rows.device[r] < 0) continue;
    const float* from = x.row(r);
    float* to = table.y.row(rows.device[r]);
    for (int i = 0; i < x.cols; ++i) to[i] += scale * from[i];
  }
}

// Layer norm (Ba et al. 2016), RMS norm (Zhang & Sennrich 2019).
void ReferenceBackend::normalize(Normalization norm, const Tensor& x, const Tensor& gain,
                                 const Tensor& bias, const Tensor& y, const Tensor& statistics) {
  for (int r = 0; r < x.rows; ++r) {
    const std::span row(x.row(r), x.cols);
    double mean = 0, variance = 0;
    if (norm == Normalization::kLayer)
      for (float value : row) mean += value / x.cols;
    for (float value : row) variance += (value - mean) * (value - mean) / x.cols;
    const double inverse = 1 / std::sqrt(variance + norm.epsilon);
    for (int i = 0; i < x.cols; ++i)
      y.row(r)[i] =
          static_cast<float>(gain.data[i] * (row[i] - mean) * inverse + (bias ? bias.data[i] : 0));
    statistics.row(r)[0] = static_cast<float>(mean);
    statistics.row(r)[1] = static_cast<float>(inverse);
  }
}

// With n = (x − mean) · inverse and g = gain ∘ dy: dx = inverse · (g − mean(g) − n · mean(g ∘ n)),
// where mean(g) is there for layer normalisation alone.
void ReferenceBackend::normalize_backward(Normalization norm, const Tensor& x, const Tensor& gain,
                                          const Tensor& statistics, const Tensor& dy,
                                          const NormalizeGradients& d) {
  begin(d.gain);
  begin(d.bias);
  for (int r = 0; r < x.rows; ++r) {
    const double mean = statistics.row(r)[0], inverse = statistics.row(r)[1];
    const auto normalized = [&](int i) { return (x.row(r)[i] - mean) * inverse; };
    double mean_g = 0, mean_gn = 0;
    for (int i = 0; i < x.cols; ++i) {
      const double g = double{gain.data[i]} * dy.row(r)[i];
      if (norm == Normalization::kLayer) mean_g += g / x.cols;
      mean_gn += g * normalized(i) / x.cols;
    }
    for (int i = 0; i < x.cols; ++i) {
      const double slope = dy.row(r)[i];
      if (d.gain) d.gain.y.data[i] += static_cast<float>(slope * normalized(i));
      if (d.bias) d.bias.y.data[i] += static_cast<float>(slope);
      const double dx = inverse * (gain.data[i] * slope - mean_g - normalized(i) * mean_gn);
      if (d.x) put(d.x.y.row(r)[i], static_cast<float>(dx), d.x.beta);
    }
  }
}

}  // namespace heed
