#pragma once

#include "tensor/tensor.h"

namespace heed {

// Matrix products that read their factors where they lie. Eigen copies both into blocks first: with
// few rows the copies cost more than the product, and where b's rows can be read as they are they
// are never worth it. Any stride; beta is 0 or 1.

/// c = a · b + beta · c.
void direct_product(const Tensor& a, const Tensor& b, float beta, const Tensor& c);

/// c = a · bᵀ + beta · c, by dot products of rows. Up to kDotProductRows rows this beats Eigen.
void dot_product(const Tensor& a, const Tensor& b, float beta, const Tensor& c);
inline constexpr int kDotProductRows = 16;

}  // namespace heed
