#include "conversion/marian_file.h"

#include <fmt/format.h>
#include <algorithm>
#include <limits>

#include "conversion/byte_reader.h"
#include "conversion/npy.h"
#include "conversion/zip_archive.h"
#include "util/config_file.h"
#include "util/error.h"
#include "util/json.h"

namespace heed {

namespace {

constexpr int kMostOfAnOption = 1'000'000;

}  // namespace

MarianConfig::MarianConfig(std::string_view yaml, const std::string& path) : path_(path) {
  try {
    for (ConfigEntry& entry : parse_config(yaml, "special:model.yml of " + path)) {
      values_[entry.key] = std::move(entry.values);
    }
  } catch (const UsageError& error) {
    fail("{}", error.what());  // the file's fault, not that of the command line
  }
}

std::string MarianConfig::text(const std::string& name, const std::string& fallback) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return fallback;
  return fmt::format("{}", fmt::join(found->second, " "));
}

int MarianConfig::number(const std::string& name, int fallback) const {
  int value = fallback;
  try {
    if (values_.contains(name)) from_text(name, text(name), value);
  } catch (const UsageError& error) {
    fail("{} in the options of {}", error.what(), path_);
  }
  if (value < 0 || value > kMostOfAnOption) {
    fail("expected 0 to {} for {} in the options of {}, found {}", kMostOfAnOption, name, path_,
         value);
  }
  return value;
}

void MarianConfig::expect(const std::string& name, const std::string& value) const {
  if (text(name, value) != value) refuse(name, value.empty() ? "none" : value);
}

void MarianConfig::refuse(const std::string& name, const std::string& known) const {
  fail("expected a model with --{} {} in {}, found {}; heed has no such model", name, known, path_,
       printable(text(name)));
}

namespace {

constexpr std::string_view kConfigName = "special:model.yml";
constexpr std::string_view kNpy = ".npy";

/// C strings end in NUL there.
std::string until_nul(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return std::string(text.substr(0, text.find('\0')));
}

MarianFile read_npz(std::span<const std::byte> file, const std::string& path) {
  const ZipArchive archive(file, path);
  MarianFile result;
  for (const ZipArchive::Entry& entry : archive.entries()) {
    const std::string where = fmt::format("{} of {}", printable(entry.name), path);
    if (!entry.name.ends_with(kNpy)) fail("expected arrays (.npy) in {}, found {}", path, where);
    const std::string name = entry.name.substr(0, entry.name.size() - kNpy.size());
    const std::vector<std::byte> contents = archive.read(entry);
    const NpyArray array = parse_npy(contents, where);
    if (name == kConfigName) {
      result.config = until_nul(array.data);
    } else if (!name.starts_with("special:")) {
      result.tensors.push_back(read_floats(array, name, path));
    }
  }
  return result;
}

// Marian's model.bin, version 1 (common/binary.cpp): counts, a header for each item, all names, all
// shapes, padding, all data.
constexpr std::uint64_t kBinVersion = 1;
constexpr std::uint64_t kBinFloat32 = 0x404, kBinIntgemm8 = 0x10001;
constexpr std::uint64_t kBergamotIntgemm8 = 0x4101;  // of browsermt/marian-dev, for Firefox
constexpr std::string_view kActivationScale = "_QuantMultA";  // of what is multiplied with int8

struct BinItem {
  std::string name;
  std::uint64_t type = 0, name_size = 0, dimensions = 0, size = 0;
  std::vector<std::uint64_t> shape;
};

std::vector<BinItem> read_items(ByteReader& reader) {
  constexpr std::size_t kHeader = 4 * sizeof(std::uint64_t);
  reader.take(sizeof(std::uint64_t));  // the version
  const auto count = reader.number<std::uint64_t>();
  if (count > reader.left() / kHeader) {
    fail("expected headers of {} items in {}, found {} bytes; the file is damaged or cut off",
         count, reader.path(), reader.left());
  }
  std::vector<BinItem> items(count);
  for (BinItem& item : items) {
    item.name_size = reader.number<std::uint64_t>();
    item.type = reader.number<std::uint64_t>();
    item.dimensions = reader.number<std::uint64_t>();
    item.size = reader.number<std::uint64_t>();
  }
  for (BinItem& item : items) item.name = until_nul(reader.take(item.name_size));
  for (BinItem& item : items) {
    for (std::uint64_t i = 0; i < item.dimensions; ++i) {
      item.shape.push_back(reader.number<std::uint32_t>());
    }
  }
  reader.take(reader.number<std::uint64_t>());
  return items;
}

/// Numbers of an item's shape, or the largest number where they are too many to count.
std::uint64_t count_of(const BinItem& item) {
  std::uint64_t count = 1;
  for (const std::uint64_t size : item.shape) {
    if (size != 0 && count > std::numeric_limits<std::uint32_t>::max() / size) {
      return std::numeric_limits<std::uint32_t>::max();
    }
    count *= size;
  }
  return count;
}

/// q / multiplier: the columns one after the other, of embeddings the rows, then the multiplier.
std::vector<float> read_intgemm8(const BinItem& item, ByteReader reader) {
  const std::uint64_t count = count_of(item);
  const bool by_column = item.shape.size() == 2 && !item.name.ends_with("Wemb");
  const std::uint64_t rows = by_column ? item.shape[0] : 1;
  const std::uint64_t cols = rows == 0 ? 0 : count / rows;
  const auto quantized = reader.take(count);
  const auto multiplier = reader.number<float>();
  std::vector<float> values(count);
  for (std::uint64_t col = 0; col < cols; ++col) {
    for (std::uint64_t row = 0; row < rows; ++row) {
      const auto q = static_cast<std::int8_t>(quantized[col * rows + row]);
      values[row * cols + col] = static_cast<float>(q) / multiplier;
    }
  }
  return values;
}

std::vector<float> read_float32(const BinItem& item, ByteReader reader) {
  const std::uint64_t count = count_of(item);
  const auto bytes = reader.take(count * sizeof(float));
  std::vector<float> values(count);
  if (count > 0) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

ForeignTensor read_item(const BinItem& item, const ByteReader& data) {
  if (item.type == kBinFloat32) return {item.name, item.shape, read_float32(item, data)};
  const bool is_int8 = item.type == kBinIntgemm8 || item.type == kBergamotIntgemm8;
  if (is_int8) return {item.name, item.shape, read_intgemm8(item, data)};
  fail(
      "expected f32 or int8 (intgemm8) for {} in {}, found type {:#x}; convert the model.npz, or "
      "make the file anew by marian-conv with --gemm-type float32 or intgemm8",
      printable(item.name), data.path(), item.type);
}

MarianFile read_bin(std::span<const std::byte> file, const std::string& path) {
  ByteReader reader(file, path);
  MarianFile result;
  for (const BinItem& item : read_items(reader)) {
    const ByteReader data(reader.take(item.size), path);
    if (item.name == kConfigName) {
      result.config = until_nul(ByteReader(data).take(item.size));
    } else if (!item.name.ends_with(kActivationScale)) {
      result.tensors.push_back(read_item(item, data));
    }
  }
  return result;
}

}  // namespace

bool is_marian_bin(std::span<const std::byte> file) {
  std::uint64_t version = 0;
  if (file.size() < 2 * sizeof version) return false;
  std::memcpy(&version, file.data(), sizeof version);
  return version == kBinVersion;
}

MarianFile read_marian(std::span<const std::byte> file, const std::string& path) {
  if (!ZipArchive::is_zip(file) && !is_marian_bin(file)) {
    fail("expected a model.npz or model.bin of Marian, found something else in {}", path);
  }
  MarianFile result = ZipArchive::is_zip(file) ? read_npz(file, path) : read_bin(file, path);
  if (result.config.empty()) {
    fail("expected {} in {}, found none; Marian writes it since 2017 (version 1.1)", kConfigName,
         path);
  }
  return result;
}

std::string write_marian_npz(const MarianFile& model) {
  ZipWriter archive;
  for (const ForeignTensor& tensor : model.tensors) {
    archive.add(tensor.name + std::string(kNpy), write_npy(tensor));
  }
  archive.add(std::string(kConfigName) + std::string(kNpy), write_npy(model.config + '\0'));
  return archive.finish();
}

}  // namespace heed
