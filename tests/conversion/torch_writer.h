#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "conversion/foreign_tensor.h"
#include "conversion/zip_archive.h"

namespace heed {

/// Writes state_dicts as PyTorch does, the inverse of read_torch.
class TorchWriter {
 public:
  explicit TorchWriter(std::vector<ForeignTensor> tensors) : tensors_(std::move(tensors)) {}

  /// Since version 1.6: a zip file.
  std::string zip() const {
    ZipWriter archive;
    archive.add("archive/data.pkl", state_dict(false));
    for (std::size_t i = 0; i < tensors_.size(); ++i) {
      archive.add("archive/data/" + std::to_string(i), data(tensors_[i]));
    }
    archive.add("archive/version", "3\n");
    return archive.finish();
  }
  /// Before: pickles, then the numbers.
  std::string old() const {
    std::string file = "\x80\x02\x8a\x0a";
    file.append("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 11);
    file.append("\x80\x02M\xe9\x03.", 6);
    file.append("\x80\x02}q\x00(", 6);
    file += text("little_endian") + "\x88u.";
    file += state_dict(true);
    std::string keys("\x80\x02]q\x00(", 6);
    for (std::size_t i = 0; i < tensors_.size(); ++i) keys += text(std::to_string(i));
    file += keys + "e.";
    for (const ForeignTensor& tensor : tensors_) {
      append(file, std::uint64_t{tensor.values.size()});
      file += data(tensor);
    }
    return file;
  }

 private:
  template <class T>
  static void append(std::string& bytes, T number) {
    bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  static std::string text(const std::string& value) {
    std::string bytes = "X";
    append(bytes, static_cast<std::uint32_t>(value.size()));
    return bytes + value;
  }
  static std::string number(std::uint64_t value) {
    std::string bytes = "J";
    append(bytes, static_cast<std::int32_t>(value));
    return bytes;
  }
  static std::string data(const ForeignTensor& tensor) {
    return {reinterpret_cast<const char*>(tensor.values.data()),
            tensor.values.size() * sizeof(float)};
  }
  /// torch._utils._rebuild_tensor_v2(storage, 0, sizes, strides, False, OrderedDict())
  static std::string rebuilt(const ForeignTensor& tensor, const std::string& key, bool is_old) {
    std::string sizes = "(", strides = "(";
    std::uint64_t stride = 1;
    for (const std::uint64_t size : tensor.shape) sizes += number(size);
    for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
      stride = 1;
      for (std::size_t j = i + 1; j < tensor.shape.size(); ++j) stride *= tensor.shape[j];
      strides += number(stride);
    }
    std::string bytes = "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") +
                        "ctorch\nFloatStorage\n" + text(key) + text("cpu") +
                        number(tensor.values.size()) + (is_old ? "N" : "") + "tQ" + number(0);
    return bytes + sizes + "t" + strides + "t\x89" + "ccollections\nOrderedDict\n)RtR";
  }
  std::string state_dict(bool is_old) const {
    std::string bytes =
        "\x80\x02"
        "ccollections\nOrderedDict\n)Rq";
    bytes += std::string(1, '\0') + "(";
    for (std::size_t i = 0; i < tensors_.size(); ++i) {
      bytes += text(tensors_[i].name) + rebuilt(tensors_[i], std::to_string(i), is_old);
    }
    return bytes + "u}" + text("_metadata") + "Nsb.";
  }

  std::vector<ForeignTensor> tensors_;
};

}  // namespace heed
