#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conversion/foreign_tensor.h"

namespace heed {

/// An array as NumPy saves it (numpy.lib.format, versions 1 to 3).
struct NpyArray {
  std::string type;  ///< Such as "<f4" or "|i1".
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
  std::span<const std::byte> data;
};

/// Views `bytes`. Throws Error naming `path`, which says where they are from, for bytes that are no
/// array, or not those of its shape.
NpyArray parse_npy(std::span<const std::byte> bytes, const std::string& path);

/// The numbers of an array of f2, f4 or f8 with one or two dimensions, in row-major order. Throws
/// Error for others.
ForeignTensor read_floats(const NpyArray& array, const std::string& name, const std::string& path);

/// A file of f4 in format 1.
std::string write_npy(const ForeignTensor& tensor);
/// The same of bytes, as i1.
std::string write_npy(std::string_view bytes);

}  // namespace heed
