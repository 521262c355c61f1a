#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heed {

/// Types of stored numbers, under the names that the format has for them.
enum class Dtype { kF16, kF32, kF64, kI64, kU8, kI8, kI32 };
constexpr std::array<std::string_view, 7> enum_names(Dtype) {
  return {"F16", "F32", "F64", "I64", "U8", "I8", "I32"};
}
constexpr std::size_t size_of(Dtype dtype) {
  constexpr std::array<std::size_t, 7> kSizes{2, 4, 8, 8, 1, 1, 4};
  return kSizes[static_cast<std::size_t>(dtype)];
}

/// A named array, row-major and little-endian, in memory that belongs to someone else.
struct StoredTensor {
  std::string name;
  Dtype dtype = Dtype::kF32;
  std::vector<std::uint64_t> shape;
  std::span<const std::byte> data;
};

/// What a safetensors file holds.
struct Safetensors {
  std::map<std::string, std::string> metadata;
  std::vector<StoredTensor> tensors;  ///< In the file's order.
};

/// Every tensor's data begins at a multiple of so many bytes in the files that Heed writes, as
/// parameters do in memory.
inline constexpr std::size_t kFileAlignment = 64;

/// Whether these bytes begin as a safetensors file does.
bool is_safetensors(std::span<const std::byte> file);

/// Reads the bytes of a safetensors file (huggingface.co/docs/safetensors): 8 bytes N, N bytes of
/// JSON, the tensors' data without a hole. The tensors view `file`. Every field is checked; throws
/// Error naming `path` and the tensor. Padding that write_safetensors added is left out.
Safetensors parse_safetensors(std::span<const std::byte> file, const std::string& path);

/// Writes a safetensors file, all or nothing. The format has no holes between tensors, so a tensor
/// whose data does not end at a multiple of kFileAlignment is followed by a U8 tensor of zeros, and
/// the header ends in blanks. Throws Error if the file can't be written.
void write_safetensors(const std::string& path, const Safetensors& contents);

}  // namespace heed
