#pragma once

#include <memory>

#include "tensor/backend.h"

namespace heed {

/// What EigenBackend::pack makes.
class EigenWeight : public PackedWeight {
 public:
  /// y = x · W + bias (which may be empty), negative numbers made 0 if is_relu.
  virtual void multiply(const Tensor& x, const Tensor& bias, bool is_relu,
                        const Tensor& y) const = 0;
};

/// What EigenBackend::pack_rows makes.
class EigenRows : public PackedWeight {
 public:
  /// As Backend::selected_product.
  virtual void multiply(const Tensor& x, const Indices& columns, const Tensor& bias,
                        const Tensor& y) const = 0;
};

std::unique_ptr<PackedWeight> pack_floats(const Operand& weight);
std::unique_ptr<PackedWeight> pack_int8(const Operand& weight);
std::unique_ptr<PackedWeight> pack_int8_rows(const Tensor& weight);

}  // namespace heed
