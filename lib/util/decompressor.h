#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "util/buffered_bytes.h"

namespace heed {

/// Decodes one kind of compressed data, piece by piece.
class Decompressor {
 public:
  struct Step {
    bool is_complete = false;  ///< Of a member (gzip), frame (zstd) or stream: it ends here.
    std::string fault{};       ///< What is wrong with the data; "": nothing.
  };

  virtual ~Decompressor() = default;

  /// Decodes from the front of `input` into the front of `output` and cuts off both what is done.
  /// Input is empty at its end only.
  virtual Step step(std::string_view& input, std::span<char>& output) = 0;

  /// Makes ready for the next member, after a complete one.
  virtual void restart() {}
};

/// A kind of compressed data.
struct Compression {
  const char* name;
  bool (*begins)(BufferedBytes& bytes);
  std::unique_ptr<Decompressor> (*make)();
  /// Whether other bytes may follow a complete member, as gzip and bzip2 themselves allow: padding
  /// up to a tape's block, a signature.
  bool may_be_followed;
};

/// All kinds that are known.
std::span<const Compression> compressions();

}  // namespace heed
