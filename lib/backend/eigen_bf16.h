#pragma once

#include "tensor/backend.h"

namespace heed {

/// Whether this processor, and the level of this library, has avx512_bf16.
bool has_bf16_products();

/// c = a · b + beta · c as Backend::gemm has it with GemmPrecision::kBf16; any stride. A row of c
/// has the same bits whatever the number of rows.
void bf16_product(const Operand& a, const Operand& b, const Sum& c);

}  // namespace heed
