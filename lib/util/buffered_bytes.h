#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "util/byte_source.h"

namespace heed {

/// A source whose next bytes can be looked at before they are taken.
class BufferedBytes final : public ByteSource {
 public:
  explicit BufferedBytes(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

  std::size_t read(std::span<char> buffer) override;
  bool is_ready(std::chrono::milliseconds patience) override;
  std::optional<std::uint64_t> place_on_disk() const override;

  /// The next bytes: none at the end only. Valid until the next call of another function.
  std::string_view peek();

  /// Takes so many of the bytes that were peeked at.
  void skip(std::size_t count) { begin_ += count; }

  /// Whether these few bytes come next. A line that is typed at a terminal must not wait for more
  /// bytes than it takes to see the difference.
  bool starts_with(std::string_view bytes);

 private:
  std::string_view held() const { return std::string_view(buffer_).substr(begin_); }
  bool read_more();

  std::unique_ptr<ByteSource> source_;
  std::string buffer_;
  std::size_t begin_ = 0;  ///< Of what is not taken yet.
  bool at_end_ = false;    ///< A terminal could give more.
};

}  // namespace heed
