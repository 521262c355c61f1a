#include "conversion/ctranslate2_file.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <optional>

#include "conversion/byte_reader.h"
#include "model/half.h"
#include "util/error.h"
#include "util/json.h"

namespace heed {

namespace {

// The format is that of CTranslate2's model_spec.py and models/model.cc.
constexpr std::uint32_t kOldest = 4, kNewest = 6, kRevision = 7;
enum Type : std::uint8_t { kFloat32, kInt8, kInt16, kInt32, kFloat16, kBfloat16 };
constexpr std::size_t kSizes[] = {4, 1, 2, 4, 2, 2};

/// Its length in two bytes, with the NUL behind it.
std::string read_name(ByteReader& reader) {
  const std::string_view text = reader.text(reader.number<std::uint16_t>());
  return std::string(text.substr(0, text.find('\0')));
}

struct Variable {
  std::string name;
  std::vector<std::uint64_t> shape;
  std::uint8_t type = 0;
  std::span<const std::byte> data;

  std::size_t count() const { return data.size() / kSizes[type]; }
};

Variable read_variable(ByteReader& reader) {
  Variable variable;
  variable.name = read_name(reader);
  std::uint64_t count = 1;
  for (int rank = reader.number<std::uint8_t>(); rank > 0; --rank) {
    variable.shape.push_back(reader.number<std::uint32_t>());
    if (count <= reader.left()) count *= variable.shape.back();  // else it is too large already
  }
  variable.type = reader.number<std::uint8_t>();
  if (variable.type > kBfloat16) {
    fail("expected f32, f16, bf16, int8, int16 or int32 for {} in {}, found type {}",
         printable(variable.name), reader.path(), variable.type);
  }
  variable.data = reader.take(reader.number<std::uint32_t>());
  if (variable.data.size() % kSizes[variable.type] != 0 || variable.count() != count) {
    fail("expected the {} numbers of its shape for {} in {}, found {} bytes; the file is damaged",
         count, printable(variable.name), reader.path(), variable.data.size());
  }
  return variable;
}

template <class T>
T number_in(const Variable& variable, std::size_t index) {
  T number{};
  std::memcpy(&number, variable.data.data() + index * sizeof number, sizeof number);
  return number;
}

float value_in(const Variable& variable, std::size_t index) {
  switch (variable.type) {
    case kFloat32:
      return number_in<float>(variable, index);
    case kInt8:
      return number_in<std::int8_t>(variable, index);
    case kInt16:
      return number_in<std::int16_t>(variable, index);
    case kInt32:
      return static_cast<float>(number_in<std::int32_t>(variable, index));
    case kFloat16:
      return from_half(number_in<std::uint16_t>(variable, index));
    default:
      return std::bit_cast<float>(std::uint32_t{number_in<std::uint16_t>(variable, index)} << 16U);
  }
}

bool is_quantized(const Variable& variable) {
  return (variable.type == kInt8 || variable.type == kInt16) && !variable.shape.empty();
}

/// Numbers times their scale: a row's own of int8, that of all of int16.
ForeignTensor to_floats(const Variable& variable, const Variable* scale, const std::string& path) {
  ForeignTensor tensor{variable.name, variable.shape, {}};
  const std::size_t count = variable.count();
  const std::size_t scales = scale == nullptr ? 0 : scale->count();
  const std::uint64_t rows = variable.shape.empty() ? 1 : variable.shape[0];
  if (is_quantized(variable) && scales != 1 && scales != rows) {
    fail("expected a scale for all, or for each of {} rows, of {} in {}, found {}", rows,
         printable(variable.name), path, scales);
  }
  tensor.values.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const float value = value_in(variable, i);
    const std::size_t row = scales > 1 ? i / (count / rows) : 0;
    tensor.values.push_back(is_quantized(variable) ? value / value_in(*scale, row) : value);
  }
  return tensor;
}

/// Of a single number. Embeddings are scaled by the root of their width where an integer says so,
/// and by a float as it is: 1 is no scale.
double number_of(const Variable& variable) {
  const float value = value_in(variable, 0);
  const bool is_no_scale =
      variable.name.ends_with("/scale_embeddings") && variable.type == kFloat32 && value == 1;
  return is_no_scale ? 0 : value;
}

/// Tensors with their scales taken in, and single numbers.
void sort_out(const std::vector<Variable>& variables, const std::string& path,
              Ctranslate2File& file) {
  constexpr std::string_view kScale = "_scale";
  std::map<std::string_view, const Variable*> by_name;
  for (const Variable& variable : variables) by_name[variable.name] = &variable;
  const auto find = [&](const std::string& name) {
    const auto found = by_name.find(name);
    return found == by_name.end() ? nullptr : found->second;
  };
  for (const Variable& variable : variables) {
    const bool is_scale = variable.name.ends_with(kScale);
    const Variable* const scaled =
        is_scale ? find(variable.name.substr(0, variable.name.size() - kScale.size())) : nullptr;
    if (scaled != nullptr && is_quantized(*scaled)) continue;
    if (variable.shape.empty()) {
      file.numbers[variable.name] = number_of(variable);
    } else {
      const Variable* const scale = find(variable.name + std::string(kScale));
      file.tensors.push_back(to_floats(variable, scale, path));
    }
  }
}

template <class T>
void append_number(std::string& text, T number) {
  text.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void append_name(std::string& text, const std::string& name) {
  append_number(text, static_cast<std::uint16_t>(name.size() + 1));
  text += name + '\0';
}

}  // namespace

bool is_ctranslate2(std::span<const std::byte> file) {
  std::uint32_t version = 0;
  if (file.size() < 2 * sizeof version) return false;
  std::memcpy(&version, file.data(), sizeof version);
  return version >= kOldest && version <= kNewest;
}

Ctranslate2File read_ctranslate2(std::span<const std::byte> bytes, const std::string& path) {
  if (!is_ctranslate2(bytes)) {
    fail(
        "expected a model.bin of CTranslate2, version {} to {}, found something else in {}; "
        "convert the model anew with CTranslate2 1 to 4",
        kOldest, kNewest, path);
  }
  ByteReader reader(bytes, path);
  Ctranslate2File file;
  file.version = reader.number<std::uint32_t>();
  file.spec = read_name(reader);
  reader.take(sizeof(std::uint32_t));  // the revision
  std::vector<Variable> variables;
  for (auto count = reader.number<std::uint32_t>(); count > 0; --count) {
    variables.push_back(read_variable(reader));
  }
  for (auto count = reader.number<std::uint32_t>(); count > 0; --count) {
    const std::string alias = read_name(reader);
    file.aliases[alias] = read_name(reader);
  }
  sort_out(variables, path, file);
  return file;
}

std::string write_ctranslate2(const Ctranslate2File& file) {
  std::string text;
  append_number(text, kNewest);
  append_name(text, file.spec);
  append_number(text, kRevision);
  append_number(text, static_cast<std::uint32_t>(file.tensors.size() + file.numbers.size()));
  for (const auto& [name, value] : file.numbers) {
    append_name(text, name);
    append_number(text, std::uint8_t{0});
    const bool is_wide = name.ends_with("_heads") || name.ends_with("_layer");
    append_number(text, is_wide ? std::uint8_t{kInt16} : std::uint8_t{kInt8});
    append_number(text, std::uint32_t{is_wide ? 2U : 1U});
    if (is_wide) append_number(text, static_cast<std::int16_t>(value));
    if (!is_wide) append_number(text, static_cast<std::int8_t>(value));
  }
  for (const ForeignTensor& tensor : file.tensors) {
    append_name(text, tensor.name);
    append_number(text, static_cast<std::uint8_t>(tensor.shape.size()));
    for (const std::uint64_t size : tensor.shape) {
      append_number(text, static_cast<std::uint32_t>(size));
    }
    append_number(text, std::uint8_t{kFloat32});
    const std::size_t bytes = tensor.values.size() * sizeof(float);
    append_number(text, static_cast<std::uint32_t>(bytes));
    text.append(reinterpret_cast<const char*>(tensor.values.data()), bytes);
  }
  append_number(text, static_cast<std::uint32_t>(file.aliases.size()));
  for (const auto& [alias, name] : file.aliases) {
    append_name(text, alias);
    append_name(text, name);
  }
  return text;
}

}  // namespace heed
