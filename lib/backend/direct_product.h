#pragma once

#include "tensor/tensor.h"

namespace heed {

// Matrix products that read their factors where they lie. Eigen copies both into blocks first: with
// few rows the copies cost more than the product, and they are never worth it where b's rows can be
// read as they are. Any stride; beta is 0 or 1.

/// c = a · b + beta · c. A row of c has the same bits whatever the number of rows.
void direct_product(const Tensor& a, const Tensor& b, float beta, const Tensor& c);

/// Up to so many rows dot_product beats Eigen.
inline constexpr int kFewRows = 16;

/// c = a · bᵀ + beta · c, by dot products of rows.
void dot_product(const Tensor& a, const Tensor& b, float beta, const Tensor& c);

}  // namespace heed
