#include <Eigen/Core>

#include "backend/direct_product.h"
#include "backend/eigen.h"

namespace heed {
namespace {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using View = Eigen::Map<RowMajor, 0, Eigen::OuterStride<>>;

View view(const Tensor& t) { return {t.data, t.rows, t.cols, Eigen::OuterStride<>(t.stride)}; }

template <class A, class B>
void product(const A& a, const B& b, float beta, const Tensor& c) {
  if (beta == 0)
    view(c).noalias() = a * b;
  else
    view(c).noalias() += a * b;
}

}  // namespace

std::string EigenBackend::description() const { return "eigen " HEED_KERNEL_LEVEL; }

void EigenBackend::gemm(const Operand& a, const Operand& b, float beta, const Tensor& c) {
  // All a · b go one way, so that a row of the result has the same bits whatever the number of
  // rows: a sentence is translated alike alone and among others.
  if (!a.is_transposed && !b.is_transposed) return direct_product(a.tensor, b.tensor, beta, c);
  if (!a.is_transposed && b.is_transposed && c.rows > 1 && c.rows <= kFewRows)
    return dot_product(a.tensor, b.tensor, beta, c);
  const View left = view(a.tensor), right = view(b.tensor);
  if (a.is_transposed && b.is_transposed)
    product(left.transpose(), right.transpose(), beta, c);
  else if (a.is_transposed)
    product(left.transpose(), right, beta, c);
  else
    product(left, right.transpose(), beta, c);
}

}  // namespace heed
