#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conversion/foreign_tensor.h"

namespace heed {

/// The options that a Marian model was trained with, as it keeps them in special:model.yml.
class MarianConfig {
 public:
  /// Throws Error naming `path` for text that is no YAML.
  MarianConfig(std::string_view yaml, const std::string& path);

  const std::string& path() const { return path_; }
  /// An option's value, or `fallback`, which is what versions that don't know it did.
  std::string text(const std::string& name, const std::string& fallback = "") const;
  /// Throws Error for what is no whole number from 0 to a million.
  int number(const std::string& name, int fallback) const;
  bool flag(const std::string& name) const { return text(name, "false") == "true"; }
  /// Throws Error that names the option unless it has this value, of all that Heed has models for.
  void expect(const std::string& name, const std::string& value) const;
  /// Throws the error of expect(): `known` are the values that would do.
  [[noreturn]] void refuse(const std::string& name, const std::string& known) const;

 private:
  std::string path_;
  std::map<std::string, std::vector<std::string>> values_;
};

/// What a Marian model file holds.
struct MarianFile {
  std::string config;  ///< YAML
  std::vector<ForeignTensor> tensors;
};

/// Reads model.npz, or model.bin with f32 and int8 (intgemm8, not packed for a machine), which
/// becomes floats. Throws Error naming `path` for other and damaged files.
MarianFile read_marian(std::span<const std::byte> file, const std::string& path);

/// Whether the bytes begin as Marian's model.bin does.
bool is_marian_bin(std::span<const std::byte> file);

/// The bytes of a model.npz.
std::string write_marian_npz(const MarianFile& model);

}  // namespace heed
