#include "conversion/torch_file.h"

#include <algorithm>
#include <bit>
#include <map>
#include <optional>
#include <string_view>

#include "conversion/byte_reader.h"
#include "conversion/pickle.h"
#include "conversion/zip_archive.h"
#include "model/half.h"
#include "util/error.h"
#include "util/json.h"

namespace heed {

namespace {

/// The bytes of storages by their keys.
using Storages = std::map<std::string, std::span<const std::byte>>;

enum class Numbers { kFloat, kHalf, kBfloat16, kDouble, kWhole };

std::size_t width_of(Numbers numbers) {
  switch (numbers) {
    case Numbers::kFloat:
      return 4;
    case Numbers::kHalf:
    case Numbers::kBfloat16:
      return 2;
    default:
      return 8;
  }
}

Numbers numbers_of(std::string_view type) {
  if (type == "torch FloatStorage") return Numbers::kFloat;
  if (type == "torch HalfStorage") return Numbers::kHalf;
  if (type == "torch BFloat16Storage") return Numbers::kBfloat16;
  if (type == "torch DoubleStorage") return Numbers::kDouble;
  return Numbers::kWhole;
}

template <class T>
T torch_number(std::span<const std::byte> data, std::size_t index) {
  T number{};
  std::memcpy(&number, data.data() + index * sizeof number, sizeof number);
  return number;
}

float torch_value(std::span<const std::byte> data, Numbers numbers, std::size_t index) {
  switch (numbers) {
    case Numbers::kHalf:
      return from_half(torch_number<std::uint16_t>(data, index));
    case Numbers::kBfloat16:
      return std::bit_cast<float>(std::uint32_t{torch_number<std::uint16_t>(data, index)} << 16U);
    case Numbers::kDouble:
      return static_cast<float>(torch_number<double>(data, index));
    default:
      return torch_number<float>(data, index);
  }
}

/// A matrix in a storage: where it begins, its sides, and how far rows and columns are apart.
struct View {
  std::uint64_t offset = 0, rows = 1, cols = 1, row_stride = 0, col_stride = 1;

  /// One more than the last number's place; nothing if that can't be counted.
  std::optional<std::uint64_t> end() const {
    constexpr std::uint64_t kMost = std::uint64_t{1} << 40;
    for (const std::uint64_t part : {offset, rows, cols, row_stride, col_stride}) {
      if (part > kMost) return std::nullopt;
    }
    if (rows == 0 || cols == 0) return 0;
    const auto span = [&](std::uint64_t count, std::uint64_t stride) -> std::uint64_t {
      return stride != 0 && count - 1 > kMost / stride ? kMost : (count - 1) * stride;
    };
    return offset + span(rows, row_stride) + span(cols, col_stride) + 1;
  }
};

std::uint64_t whole_number(const PickleRef& value, const std::string& where) {
  if (value->kind != PickleValue::Kind::kNumber || value->number < 0) {
    fail("expected sizes that are whole numbers for {}, found others; it is damaged", where);
  }
  return static_cast<std::uint64_t>(value->number);
}

View view_of(const PickleValue& tensor, const std::string& where) {
  const auto& sizes = tensor.items[2]->items;
  const auto& strides = tensor.items[3]->items;
  if (sizes.empty() || sizes.size() > 2 || strides.size() != sizes.size()) {
    fail("expected a vector or matrix for {}, found {} dimensions", where, sizes.size());
  }
  View view;
  view.offset = whole_number(tensor.items[1], where);
  view.cols = whole_number(sizes.back(), where);
  view.col_stride = whole_number(strides.back(), where);
  if (sizes.size() == 1) return view;
  view.rows = whole_number(sizes.front(), where);
  view.row_stride = whole_number(strides.front(), where);
  return view;
}

ForeignTensor read_tensor_of(const std::string& name, const PickleValue& tensor,
                             const Storages& storages, const std::string& path) {
  const std::string where = fmt::format("tensor {} in {}", printable(name), path);
  const PickleValue& storage = *tensor.items[0];
  const Numbers numbers = numbers_of(storage.items[0]->text);
  const View view = view_of(tensor, where);
  const auto found = storages.find(storage.text);
  const auto end = view.end();
  if (found == storages.end() || !end || *end > found->second.size() / width_of(numbers)) {
    fail("expected the numbers of {}, found fewer; the file is damaged or cut off", where);
  }
  if (view.rows * view.cols > *end) fail("expected numbers of its own for each of {}", where);
  ForeignTensor result{name, {view.rows, view.cols}, {}};
  result.values.reserve(view.rows * view.cols);
  for (std::uint64_t row = 0; row < view.rows; ++row) {
    for (std::uint64_t col = 0; col < view.cols; ++col) {
      const std::uint64_t at = view.offset + row * view.row_stride + col * view.col_stride;
      result.values.push_back(torch_value(found->second, numbers, at));
    }
  }
  return result;
}

std::vector<ForeignTensor> tensors_of(const PickleValue& dict, const Storages& storages,
                                      const std::string& path) {
  if (dict.kind != PickleValue::Kind::kDict)
    fail("expected tensors by name in {}, found something else", path);
  std::vector<ForeignTensor> tensors;
  for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2) {
    const PickleValue& name = *dict.items[i];
    const PickleValue& tensor = *dict.items[i + 1];
    if (name.kind != PickleValue::Kind::kText || tensor.kind != PickleValue::Kind::kTensor) {
      fail("expected tensors by name in {}, found something else", path);
    }
    if (numbers_of(tensor.items[0]->items[0]->text) == Numbers::kWhole) continue;
    tensors.push_back(read_tensor_of(name.text, tensor, storages, path));
  }
  return tensors;
}

std::vector<ForeignTensor> read_torch_zip(std::span<const std::byte> file,
                                          const std::string& path) {
  constexpr std::string_view kPickle = "data.pkl", kData = "data/";
  const ZipArchive archive(file, path);
  std::map<std::string, std::vector<std::byte>> contents;
  std::vector<std::byte> pickle;
  for (const ZipArchive::Entry& entry : archive.entries()) {
    const std::size_t slash = entry.name.find('/');
    const std::string inner = slash == std::string::npos ? "" : entry.name.substr(slash + 1);
    if (inner == kPickle) pickle = archive.read(entry);
    if (inner.starts_with(kData)) contents[inner.substr(kData.size())] = archive.read(entry);
  }
  if (pickle.empty()) fail("expected data.pkl in {}, found none", path);
  Storages storages;
  for (const auto& [key, bytes] : contents) storages[key] = bytes;
  ByteReader reader(pickle, path);
  return tensors_of(*read_pickle(reader), storages, path);
}

/// The width of each storage's numbers, which only the tensors know.
std::map<std::string, std::size_t> widths_of(const PickleValue& dict) {
  std::map<std::string, std::size_t> widths;
  for (const PickleRef& item : dict.items) {
    if (item->kind != PickleValue::Kind::kTensor) continue;
    const PickleValue& storage = *item->items[0];
    widths[storage.text] = width_of(numbers_of(storage.items[0]->text));
  }
  return widths;
}

/// Magic number, version and machine, each a pickle, then the tensors, the storages' keys, and of
/// each storage its size and numbers.
std::vector<ForeignTensor> read_old(std::span<const std::byte> file, const std::string& path) {
  ByteReader reader(file, path);
  for (int i = 0; i < 3; ++i) read_pickle(reader);
  const PickleRef dict = read_pickle(reader);
  const PickleRef keys = read_pickle(reader);
  std::map<std::string, std::size_t> widths = widths_of(*dict);
  Storages storages;
  for (const PickleRef& key : keys->items) {
    const auto count = reader.number<std::uint64_t>();
    const std::size_t width = std::max<std::size_t>(widths[key->text], 1);
    if (count > reader.left() / width) {
      fail("expected {} numbers in {}, found {} bytes; the file is damaged or cut off", count, path,
           reader.left());
    }
    storages[key->text] = reader.take(count * width);
  }
  return tensors_of(*dict, storages, path);
}

}  // namespace

std::vector<ForeignTensor> read_torch(std::span<const std::byte> file, const std::string& path) {
  return ZipArchive::is_zip(file) ? read_torch_zip(file, path) : read_old(file, path);
}

}  // namespace heed
