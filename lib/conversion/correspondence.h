#pragma once

#include <span>
#include <string>
#include <vector>

#include "autograd/parameter.h"
#include "conversion/foreign_tensor.h"

namespace heed {

/// Columns, or of a transposed one rows, of a tensor in another tool's model.
struct TensorColumns {
  std::string tensor;
  int count = 0;  ///< 0: all, and all tensors of the parameter are equally wide.
  int first = 0;
};

/// Where a parameter's numbers stand in another tool's model: side by side in columns of tensors
/// with as many rows; transposed: where these are their rows.
struct Correspondence {
  std::string parameter;
  std::vector<TensorColumns> columns;
  bool transposed = false;
};

/// Throws Error naming `path` and the tensor unless the tensors are those of the table and have the
/// shapes that follow from it and the parameters, which need no memory yet.
void check_tensors(std::span<const ForeignTensor> tensors, std::span<const Correspondence> table,
                   const Parameters& parameters, const std::string& path);

/// Gives parameters, bound to memory, their numbers. All must be in the table. Throws as
/// check_tensors().
void import_tensors(std::span<const ForeignTensor> tensors, std::span<const Correspondence> table,
                    const Parameters& parameters, const std::string& path);

/// The inverse: the table's tensors from the parameters' numbers, in the table's order.
std::vector<ForeignTensor> export_tensors(std::span<const Correspondence> table,
                                          const Parameters& parameters);

}  // namespace heed
