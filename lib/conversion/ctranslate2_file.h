#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conversion/foreign_tensor.h"

namespace heed {

/// What CTranslate2's model.bin holds: tensors, which are floats here, and single numbers.
struct Ctranslate2File {
  std::string spec;  ///< TransformerSpec
  std::vector<ForeignTensor> tensors;
  std::map<std::string, double> numbers;
  std::map<std::string, std::string> aliases;  ///< Names of what has another name already.
  std::uint32_t version = 6;
};

/// Reads versions 4 to 6: float32, float16, bfloat16, and int8 and int16 with their scales. Throws
/// Error naming `path` for others and damaged files.
Ctranslate2File read_ctranslate2(std::span<const std::byte> file, const std::string& path);

/// The bytes of a model.bin of version 6, with float32. Numbers of heads and layers are int16,
/// others int8, as CTranslate2 wants them.
std::string write_ctranslate2(const Ctranslate2File& file);

/// Whether the bytes begin as a model.bin of those versions does.
bool is_ctranslate2(std::span<const std::byte> file);

}  // namespace heed
