#include "conversion/npy.h"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "conversion/byte_reader.h"
#include "model/half.h"
#include "util/error.h"
#include "util/json.h"

namespace heed {

namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMostDimensions = 8;

/// The header is a Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }.
/// A value follows its name in quotes; NumPy writes no other quotes and no other names.
std::string_view value_of(std::string_view header, std::string_view name) {
  const std::size_t at = header.find(fmt::format("'{}':", name));
  if (at == std::string_view::npos) return {};
  const std::string_view rest = header.substr(at + name.size() + 3);
  return rest.substr(std::min(rest.find_first_not_of(' '), rest.size()));
}

std::string_view quoted(std::string_view value) {
  if (!value.starts_with('\'')) return {};
  value.remove_prefix(1);
  return value.substr(0, std::min(value.find('\''), value.size()));
}

/// (), (3,) or (2, 3); nothing for something else.
std::optional<std::vector<std::uint64_t>> read_shape(std::string_view value) {
  const std::size_t end = value.find(')');
  if (!value.starts_with('(') || end == std::string_view::npos) return std::nullopt;
  std::vector<std::uint64_t> shape;
  const char* at = value.data() + 1;
  const char* const last = value.data() + end;
  while (at != last) {
    if (*at == ' ' || *at == ',') {
      ++at;
      continue;
    }
    const auto parsed = std::from_chars(at, last, shape.emplace_back());
    if (parsed.ec != std::errc() || shape.size() > kMostDimensions) return std::nullopt;
    at = parsed.ptr;
  }
  return shape;
}

std::size_t width_of(std::string_view type) {
  if (type.size() != 3 || (type[0] != '<' && type[0] != '|')) return 0;
  return type[2] > '0' && type[2] <= '8' ? static_cast<std::size_t>(type[2] - '0') : 0;
}

/// Bytes of the array, or the largest number where they are too many to count.
std::uint64_t npy_bytes(const NpyArray& array) {
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t bytes = width_of(array.type);
  for (const std::uint64_t size : array.shape) {
    if (size != 0 && bytes > kMost / size) return kMost;
    bytes *= size;
  }
  return bytes;
}

template <class T>
T number_at(std::span<const std::byte> data, std::size_t index) {
  T number{};
  std::memcpy(&number, data.data() + index * sizeof number, sizeof number);
  return number;
}

float float_at(const NpyArray& array, std::size_t index) {
  if (array.type == "<f4") return number_at<float>(array.data, index);
  if (array.type == "<f8") return static_cast<float>(number_at<double>(array.data, index));
  return from_half(number_at<std::uint16_t>(array.data, index));
}

}  // namespace

NpyArray parse_npy(std::span<const std::byte> bytes, const std::string& path) {
  ByteReader reader(bytes, path);
  if (bytes.size() < 10 || reader.text(kMagic.size()) != kMagic) {
    fail("expected an array of NumPy in {}, found something else", path);
  }
  const int version = reader.number<std::uint8_t>();
  reader.take(1);
  const std::uint64_t length =
      version == 1 ? reader.number<std::uint16_t>() : reader.number<std::uint32_t>();
  const std::string_view header = reader.text(length);
  NpyArray array;
  array.type = quoted(value_of(header, "descr"));
  array.fortran_order = value_of(header, "fortran_order").starts_with("True");
  const auto shape = read_shape(value_of(header, "shape"));
  if (version < 1 || version > 3 || width_of(array.type) == 0 || !shape) {
    fail("expected an array of NumPy with numbers in {}, found {} of version {}", path,
         printable(header), version);
  }
  array.shape = *shape;
  array.data = reader.take(reader.left());
  if (npy_bytes(array) != array.data.size()) {
    fail("expected {} bytes of numbers in {}, found {}; the file is damaged", npy_bytes(array),
         path, array.data.size());
  }
  return array;
}

ForeignTensor read_floats(const NpyArray& array, const std::string& name, const std::string& path) {
  const bool is_float = array.type == "<f2" || array.type == "<f4" || array.type == "<f8";
  if (!is_float || array.shape.size() > 2) {
    fail("expected a matrix of f2, f4 or f8 for {} in {}, found {} of {} dimensions",
         printable(name), path, printable(array.type), array.shape.size());
  }
  ForeignTensor tensor{name, array.shape, {}};
  const std::size_t size = array.data.size() / width_of(array.type);
  const bool turned = array.fortran_order && array.shape.size() == 2;
  const std::size_t cols = turned ? array.shape[1] : 1, rows = turned ? array.shape[0] : size;
  tensor.values.reserve(size);
  for (std::size_t i = 0; i < size; ++i) {
    tensor.values.push_back(float_at(array, turned ? i % cols * rows + i / cols : i));
  }
  return tensor;
}

namespace {

std::string with_header(std::string_view type, std::span<const std::uint64_t> shape,
                        std::string_view data) {
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}",
                                   type, fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
  constexpr std::size_t kAlignment = 64, kPrefix = 10;
  header.append(kAlignment - (kPrefix + header.size()) % kAlignment, ' ');
  header.back() = '\n';
  std::string file(kMagic);
  file += {1, 0, static_cast<char>(header.size() % 256), static_cast<char>(header.size() / 256)};
  return file.append(header).append(data);
}

}  // namespace

std::string write_npy(const ForeignTensor& tensor) {
  return with_header(
      "<f4", tensor.shape,
      {reinterpret_cast<const char*>(tensor.values.data()), tensor.values.size() * sizeof(float)});
}

std::string write_npy(std::string_view bytes) {
  const std::uint64_t shape[] = {bytes.size()};
  return with_header("|i1", shape, bytes);
}

}  // namespace heed
