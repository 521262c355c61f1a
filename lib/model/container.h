#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/safetensors.h"
#include "util/files.h"
#include "util/json.h"

namespace heed {

/// The newest format that this program reads and the one that it writes.
inline constexpr std::uint32_t kFileFormat = 1;

/// The CRC-32 of all names, shapes, entries of the metadata (but the checksum) and data in the
/// order of names: it doesn't depend on the layout, so a file that another program has read and
/// written again is still good.
std::uint32_t checksum_of(const Safetensors& contents);

/// A file of Heed (a model, the state of a training), copied into memory: a safetensors file whose
/// metadata has heed_format, heed_kind, heed_checksum (see checksum_of) and entries of JSON.
class Container {
 public:
  /// Throws Error if the file is missing, damaged anywhere, of another kind ("model") or newer than
  /// kFileFormat.
  Container(const std::string& path, std::string_view kind);

  const std::string& path() const { return path_; }
  std::uint32_t checksum() const { return checksum_; }

  /// The whole file.
  std::span<const std::byte> whole() const { return file_.bytes(); }

  /// The metadata's entry; see write_container. Throws Error if there is none.
  nlohmann::json metadata(const std::string& name) const;

  /// In the file's order.
  const std::vector<StoredTensor>& tensors() const { return contents_.tensors; }

  /// The tensor of this name, or nullptr.
  const StoredTensor* find(std::string_view name) const;

  /// Copies an F32 or F16 tensor. Throws Error if there is none of this name and size.
  void read_floats(std::string_view name, std::span<float> values) const;

  /// A U8 tensor as text. Throws Error if there is none of this name.
  std::string_view bytes(std::string_view name) const;

 private:
  const StoredTensor& at(std::string_view name) const;
  void check_kind(std::string_view kind) const;
  void check_content() const;

  std::string path_;
  FileCopy file_;
  Safetensors contents_;
  std::map<std::string_view, const StoredTensor*> by_name_;
  std::uint32_t checksum_ = 0;
};

/// The numbers of an F32 or F16 tensor.
std::vector<float> floats_of(const StoredTensor& tensor);

/// A tensor that views these numbers: [values.size()].
StoredTensor float_tensor(std::string name, std::span<const float> values);

/// A U8 tensor that views these bytes.
StoredTensor byte_tensor(std::string name, std::string_view bytes);

/// Writes a Container, all or nothing. Each entry of the object `metadata` is written as JSON of
/// its own, where integers and doubles keep their exact values. Throws Error if the file can't be
/// written, and on infinite numbers and NaN in the metadata.
void write_container(const std::string& path, std::string_view kind, const nlohmann::json& metadata,
                     const std::vector<StoredTensor>& tensors);

}  // namespace heed
