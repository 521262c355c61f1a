#pragma once

#include "tensor/tensor.h"

namespace heed {

/// From two up to this many rows of `a`, few_rows_product is faster than Eigen, which copies all of
/// b into blocks first: worth it only when many rows use them.
inline constexpr int kFewRows = 16;

/// c = a · b + beta · c, or a · bᵀ, with beta 0 or 1; any stride. The speed of one beam's decoding.
void few_rows_product(const Tensor& a, const Tensor& b, float beta, const Tensor& c);
void few_rows_product_transposed(const Tensor& a, const Tensor& b, float beta, const Tensor& c);

}  // namespace heed
