#include "model/safetensors.h"

#include <algorithm>
#include <limits>
#include <set>

#include "util/error.h"
#include "util/fields.h"
#include "util/files.h"
#include "util/json.h"

namespace heed {
namespace {

using nlohmann::json;

constexpr std::size_t kPrefix = 8;               // bytes of the header's length
constexpr std::size_t kLongestHeader = 1 << 24;  // that of a large model has some 100,000 bytes
constexpr const char* kMetadata = "__metadata__";
constexpr std::string_view kPadding = "__padding__";

std::uint64_t read_length(std::span<const std::byte> file) {
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < kPrefix; ++i) {
    length |= std::to_integer<std::uint64_t>(file[i]) << (8 * i);
  }
  return length;
}

std::string_view header_of(std::span<const std::byte> file, const std::string& path) {
  if (file.size() < kPrefix) {
    fail("expected a safetensors file, found {} bytes in {}; it is none or was cut off",
         file.size(), path);
  }
  const std::uint64_t length = read_length(file);
  if (length > kLongestHeader) {
    fail("expected a safetensors file, found something else in {}; give a file that heed wrote",
         path);
  }
  if (length > file.size() - kPrefix) {
    fail("expected a header of {} bytes in {}, found {} bytes; the file was cut off: copy it again",
         length, path, file.size() - kPrefix);
  }
  return {reinterpret_cast<const char*>(file.data()) + kPrefix, length};
}

std::map<std::string, std::string> read_metadata(const json& entry, const std::string& path) {
  std::map<std::string, std::string> metadata;
  if (!entry.is_object()) fail("expected metadata as an object in {}, found none", path);
  for (const auto& [name, value] : entry.items()) {
    if (!value.is_string()) {
      fail("expected a string for the metadata {} in {}, found {}", printable(name), path,
           value.type_name());
    }
    metadata[name] = value.get<std::string>();
  }
  return metadata;
}

std::vector<std::uint64_t> read_numbers(const json& list, const std::string& where) {
  std::vector<std::uint64_t> numbers;
  if (!list.is_array()) fail("expected a list of whole numbers for {}, found none", where);
  for (const json& number : list) {
    if (!number.is_number_unsigned()) {
      fail("expected whole numbers from 0 to 2^64 for {}, found {}", where,
           printable(json_text(number)));
    }
    numbers.push_back(number.get<std::uint64_t>());
  }
  return numbers;
}

Dtype read_dtype(const json& name, const std::string& where) {
  constexpr auto kNames = enum_names(Dtype{});
  const auto found = std::find(kNames.begin(), kNames.end(),
                               name.is_string() ? name.get_ref<const std::string&>() : "");
  if (found == kNames.end()) {
    fail("expected F16, F32, F64, I64, I32, U8 or I8 as the dtype of {}, found {}", where,
         printable(json_text(name)));
  }
  return static_cast<Dtype>(found - kNames.begin());
}

/// Bytes of a tensor, or the largest number where they are too many to count.
std::uint64_t bytes_of(const StoredTensor& tensor) {
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t bytes = size_of(tensor.dtype);
  for (const std::uint64_t size : tensor.shape) {
    if (size != 0 && bytes > kMost / size) return kMost;
    bytes *= size;
  }
  return bytes;
}

StoredTensor read_tensor(const std::string& name, const json& entry,
                         std::span<const std::byte> data, const std::string& path) {
  const std::string where = fmt::format("tensor {} in {}", printable(name), path);
  if (!entry.is_object() || entry.size() != 3 || !entry.contains("dtype") ||
      !entry.contains("shape") || !entry.contains("data_offsets")) {
    fail("expected dtype, shape and data_offsets for {}, found {}", where,
         printable(json_text(entry)));
  }
  StoredTensor tensor{
      name, read_dtype(entry["dtype"], where), read_numbers(entry["shape"], where), {}};
  const std::vector<std::uint64_t> range = read_numbers(entry["data_offsets"], where);
  if (range.size() != 2 || range[0] > range[1] || range[1] > data.size()) {
    fail("expected offsets in {} bytes of data for {}, found {}; the file is damaged or cut off",
         data.size(), where, printable(json_text(entry["data_offsets"])));
  }
  tensor.data = data.subspan(range[0], range[1] - range[0]);
  if (bytes_of(tensor) != tensor.data.size()) {
    fail("expected {} bytes for {}, found {}; the file is damaged", bytes_of(tensor), where,
         tensor.data.size());
  }
  return tensor;
}

/// Puts the tensors into the order of their data, which must be all of the file's.
void order_by_data(std::vector<StoredTensor>& tensors, std::span<const std::byte> data,
                   const std::string& path) {
  const auto begin_and_end = [](const StoredTensor& tensor) {
    return std::pair(tensor.data.data(), tensor.data.size());
  };
  std::sort(tensors.begin(), tensors.end(), [&](const StoredTensor& a, const StoredTensor& b) {
    return begin_and_end(a) < begin_and_end(b);
  });
  const std::byte* end = data.data();
  for (const StoredTensor& tensor : tensors) {
    if (tensor.data.data() != end) {
      fail("expected tensor {} at byte {} of the data in {}, found it at {}; the file is damaged",
           printable(tensor.name), end - data.data(), path, tensor.data.data() - data.data());
    }
    end += tensor.data.size();
  }
  if (end != data.data() + data.size()) {
    fail("expected {} bytes of data in {}, found {}; the file is damaged", end - data.data(), path,
         data.size());
  }
}

void remove_padding(std::vector<StoredTensor>& tensors, const std::string& path) {
  std::erase_if(tensors, [&](const StoredTensor& tensor) {
    if (!tensor.name.starts_with(kPadding)) return false;
    const bool is_zero = std::all_of(tensor.data.begin(), tensor.data.end(),
                                     [](std::byte byte) { return byte == std::byte{0}; });
    if (!is_zero) {
      fail("expected zeros in {} in {}, found other bytes; the file is damaged",
           printable(tensor.name), path);
    }
    return true;
  });
}

std::size_t padding_after(std::size_t size) {
  return (kFileAlignment - size % kFileAlignment) % kFileAlignment;
}

/// Lists the tensors with the padding after them; `zeros` is what that views.
std::vector<StoredTensor> with_padding(const std::vector<StoredTensor>& tensors,
                                       std::span<const std::byte> zeros) {
  std::vector<StoredTensor> padded;
  for (const StoredTensor& tensor : tensors) {
    if (bytes_of(tensor) != tensor.data.size() || tensor.name == kMetadata ||
        tensor.name.starts_with(kPadding)) {
      fail("expected {} bytes and a free name for the tensor {} to write, found {}",
           bytes_of(tensor), printable(tensor.name), tensor.data.size());
    }
    padded.push_back(tensor);
    const std::size_t padding = padding_after(tensor.data.size());
    if (padding == 0) continue;
    std::string name = fmt::format("{}{}", kPadding, padded.size());
    padded.push_back({std::move(name), Dtype::kU8, {padding}, zeros.first(padding)});
  }
  return padded;
}

/// The file's beginning: length, JSON, blanks up to a multiple of kFileAlignment.
std::string make_header(const std::vector<StoredTensor>& tensors,
                        const std::map<std::string, std::string>& metadata) {
  using Object = nlohmann::ordered_json;  // which would look through all names for each new one
  std::string text = fmt::format("{{{}:{}", Object(kMetadata).dump(), Object(metadata).dump());
  std::set<std::string_view> names;
  std::uint64_t offset = 0;
  for (const StoredTensor& tensor : tensors) {
    if (!names.insert(tensor.name).second) fail("expected one tensor {}, found two", tensor.name);
    const std::uint64_t end = offset + tensor.data.size();
    const Object entry = {
        {"dtype", to_text(tensor.dtype)}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    text += fmt::format(",{}:{}", Object(tensor.name).dump(), entry.dump());
    offset = end;
  }
  text += '}';
  text.append(padding_after(kPrefix + text.size()), ' ');
  std::string prefix(kPrefix, '\0');
  for (std::size_t i = 0; i < kPrefix; ++i) prefix[i] = static_cast<char>(text.size() >> (8 * i));
  return prefix + text;
}

}  // namespace

bool is_safetensors(std::span<const std::byte> file) {
  // No header is so long that its length takes eight bytes.
  return file.size() > kPrefix && file[kPrefix - 1] == std::byte{0} &&
         file[kPrefix] == std::byte{'{'};
}

Safetensors parse_safetensors(std::span<const std::byte> file, const std::string& path) {
  const std::string_view text = header_of(file, path);
  const auto data = file.subspan(kPrefix + text.size());
  const json header = parse_json(text, "the header of " + path);
  if (!header.is_object()) fail("expected an object as the header of {}, found none", path);
  Safetensors contents;
  for (const auto& [name, entry] : header.items()) {
    if (name == kMetadata) {
      contents.metadata = read_metadata(entry, path);
    } else {
      contents.tensors.push_back(read_tensor(name, entry, data, path));
    }
  }
  order_by_data(contents.tensors, data, path);
  remove_padding(contents.tensors, path);
  return contents;
}

void write_safetensors(const std::string& path, const Safetensors& contents) {
  constexpr std::array<std::byte, kFileAlignment> kZeros{};
  const std::vector<StoredTensor> tensors = with_padding(contents.tensors, kZeros);
  const std::string header = make_header(tensors, contents.metadata);
  AtomicFile file(path);
  file.write(header);
  for (const StoredTensor& tensor : tensors) file.write(tensor.data);
  file.commit();
}

}  // namespace heed
