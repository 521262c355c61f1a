#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "conversion/marian_file.h"

namespace heed {

/// Writes Marian's model.bin, the inverse of the reader.
class MarianBinWriter {
 public:
  void add(const std::string& name, std::uint64_t type, const std::vector<std::uint64_t>& shape,
           std::string data) {
    data.resize((data.size() + 255) / 256 * 256, '\x55');
    append(headers_, std::uint64_t{name.size() + 1});
    append(headers_, type);
    append(headers_, std::uint64_t{shape.size()});
    append(headers_, std::uint64_t{data.size()});
    names_ += name + '\0';
    for (const std::uint64_t size : shape) append(shapes_, static_cast<std::uint32_t>(size));
    data_ += data;
    ++count_;
  }
  void add_float32(const ForeignTensor& tensor) {
    std::string data;
    for (const float value : tensor.values) append(data, value);
    add(tensor.name, 0x404, tensor.shape, data);
  }
  /// Quantised to q / multiplier, columns first unless `by_row`.
  void add_int8(const ForeignTensor& tensor, std::uint64_t type, bool by_row = false) {
    float most = 0;
    for (const float value : tensor.values) most = std::max(most, std::abs(value));
    const float multiplier = 127 / most;
    const std::size_t rows = tensor.shape[0], cols = tensor.shape[1];
    std::string data;
    for (std::size_t i = 0; i < rows * cols; ++i) {
      const std::size_t at = by_row ? i : i % rows * cols + i / rows;
      data += static_cast<char>(std::lround(tensor.values[at] * multiplier));
    }
    append(data, multiplier);
    add(tensor.name, type, tensor.shape, data);
  }
  void add_config(const std::string& yaml) {
    add("special:model.yml", 0x101, {yaml.size() + 1}, yaml + '\0');
  }
  std::string finish() const {
    std::string file;
    append(file, std::uint64_t{1});
    append(file, std::uint64_t{count_});
    file += headers_ + names_ + shapes_;
    const std::uint64_t offset = 255 - (file.size() + 8 + 255) % 256;
    append(file, offset);
    return file + std::string(offset, '\x55') + data_;
  }

 private:
  template <class T>
  static void append(std::string& text, T number) {
    text.append(reinterpret_cast<const char*>(&number), sizeof number);
  }

  std::string headers_, names_, shapes_, data_;
  std::size_t count_ = 0;
};

}  // namespace heed
