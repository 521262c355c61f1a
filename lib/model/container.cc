#include "model/container.h"

#include <fmt/format.h>
#include <zlib.h>

#include <bit>
#include <charconv>
#include <cstring>
#include <map>

#include "model/half.h"
#include "util/error.h"
#include "util/fields.h"
#include "util/json.h"

namespace heed {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are read as they are");

constexpr const char* kFormatName = "heed_format";
constexpr const char* kKindName = "heed_kind";
constexpr const char* kChecksumName = "heed_checksum";

std::uint32_t extend(std::uint32_t checksum, const void* data, std::size_t size) {
  if (size == 0) return checksum;  // zlib takes a null pointer as a wish to begin
  return static_cast<std::uint32_t>(crc32_z(checksum, static_cast<const Bytef*>(data), size));
}

std::uint32_t extend(std::uint32_t checksum, const std::string& text) {
  const std::uint64_t size = text.size();  // first, so that no two lists of texts look alike
  return extend(extend(checksum, &size, sizeof size), text.data(), text.size());
}

std::string checksum_text(std::uint32_t checksum) { return fmt::format("{:08x}", checksum); }

/// Of F32 or F16.
void copy_floats(const StoredTensor& tensor, std::span<float> values) {
  if (values.empty()) return;
  if (tensor.dtype == Dtype::kF32) {
    std::memcpy(values.data(), tensor.data.data(), tensor.data.size());
    return;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::uint16_t half = 0;
    std::memcpy(&half, tensor.data.data() + 2 * i, sizeof half);
    values[i] = from_half(half);
  }
}

std::string metadata_text(const Safetensors& contents, const char* name) {
  const auto found = contents.metadata.find(name);
  return found == contents.metadata.end() ? std::string() : found->second;
}

}  // namespace

std::uint32_t checksum_of(const Safetensors& contents) {
  std::uint32_t checksum = 0;
  for (const auto& [name, text] : contents.metadata) {
    if (name != kChecksumName) checksum = extend(extend(checksum, name), text);
  }
  std::map<std::string_view, const StoredTensor*> sorted;
  for (const StoredTensor& tensor : contents.tensors) sorted[tensor.name] = &tensor;
  for (const auto& [name, tensor] : sorted) {
    checksum = extend(extend(checksum, tensor->name), to_text(tensor->dtype));
    checksum = extend(checksum, fmt::format("{}", fmt::join(tensor->shape, ",")));
    checksum = extend(checksum, tensor->data.data(), tensor->data.size());
  }
  return checksum;
}

Container::Container(const std::string& path, std::string_view kind)
    : path_(path),
      file_(path),
      contents_(parse_safetensors(file_.bytes(), path)),
      checksum_(checksum_of(contents_)) {
  for (const StoredTensor& tensor : contents_.tensors) by_name_[tensor.name] = &tensor;
  check_kind(kind);
  check_content();
}

void Container::check_kind(std::string_view kind) const {
  const std::string format = metadata_text(contents_, kFormatName);
  if (format.empty()) {
    fail("expected a {} that heed wrote, found a safetensors file of another program in {}", kind,
         path_);
  }
  std::uint32_t number = 0;
  const auto parsed = std::from_chars(format.data(), format.data() + format.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != format.data() + format.size() || number == 0) {
    fail("expected the number of a format in {}, found {}; the file is damaged", path_,
         printable(format));
  }
  if (number > kFileFormat) {
    fail("expected a file of format {} at most, found format {} in {}; use a newer heed to read it",
         kFileFormat, number, path_);
  }
  const std::string found = metadata_text(contents_, kKindName);
  if (found != kind) {
    fail("expected a {}, found {} in {}; give another file", kind,
         found.empty() ? "something else" : "a " + printable(found), path_);
  }
}

void Container::check_content() const {
  const std::string expected = metadata_text(contents_, kChecksumName);
  if (expected != checksum_text(checksum_)) {
    fail("expected the checksum {} in {}, found {}; the file is damaged: copy or make it again",
         printable(expected), path_, checksum_text(checksum_));
  }
}

nlohmann::json Container::metadata(const std::string& name) const {
  const auto found = contents_.metadata.find(name);
  if (found == contents_.metadata.end()) {
    fail("expected an entry '{}' in the metadata of {}, found none", name, path_);
  }
  return parse_json(found->second, fmt::format("the entry '{}' of {}", name, path_));
}

const StoredTensor* Container::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

const StoredTensor& Container::at(std::string_view name) const {
  const StoredTensor* const tensor = find(name);
  if (tensor == nullptr) fail("expected a tensor '{}' in {}, found none", name, path_);
  return *tensor;
}

void Container::read_floats(std::string_view name, std::span<float> values) const {
  const StoredTensor& tensor = at(name);
  const bool is_half = tensor.dtype == Dtype::kF16;
  const std::size_t count = tensor.data.size() / size_of(tensor.dtype);
  if ((!is_half && tensor.dtype != Dtype::kF32) || count != values.size()) {
    fail("expected {} numbers of F32 or F16 in the tensor '{}' in {}, found {} of {}",
         values.size(), name, path_, count, to_text(tensor.dtype));
  }
  copy_floats(tensor, values);
}

std::vector<float> floats_of(const StoredTensor& tensor) {
  std::vector<float> values(tensor.data.size() / size_of(tensor.dtype));
  copy_floats(tensor, values);
  return values;
}

std::string_view Container::bytes(std::string_view name) const {
  const StoredTensor& tensor = at(name);
  if (tensor.dtype != Dtype::kU8) {
    fail("expected bytes in the tensor '{}' in {}, found {}", name, path_, to_text(tensor.dtype));
  }
  return {reinterpret_cast<const char*>(tensor.data.data()), tensor.data.size()};
}

StoredTensor float_tensor(std::string name, std::span<const float> values) {
  return {std::move(name), Dtype::kF32, {values.size()}, std::as_bytes(values)};
}

StoredTensor byte_tensor(std::string name, std::string_view bytes) {
  return {std::move(name), Dtype::kU8, {bytes.size()}, std::as_bytes(std::span(bytes))};
}

void write_container(const std::string& path, std::string_view kind, const nlohmann::json& metadata,
                     const std::vector<StoredTensor>& tensors) {
  Safetensors contents{{{kFormatName, std::to_string(kFileFormat)}, {kKindName, std::string(kind)}},
                       tensors};
  for (const auto& [name, value] : metadata.items()) {
    if (!contents.metadata.emplace(name, json_text(value)).second) {
      fail("expected names of metadata that are free, found '{}'", name);
    }
  }
  contents.metadata[kChecksumName] = checksum_text(checksum_of(contents));
  write_safetensors(path, contents);
}

}  // namespace heed
