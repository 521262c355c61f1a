#include "util/byte_source.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "util/buffered_bytes.h"
#include "util/decompressor.h"
#include "util/descriptor.h"
#include "util/error.h"
#include "util/text_encoding.h"

namespace heed {
namespace {

class FileBytes final : public ByteSource {
 public:
  explicit FileBytes(const std::string& path) : name_(display_name(path)) {
    file_ = Descriptor(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (!file_.is_open() || ::fstat(file_.get(), &status) != 0) fail_to_read();
    if (S_ISDIR(status.st_mode)) fail("expected a file, found a directory: {}", name_);
    is_regular_ = S_ISREG(status.st_mode) && path != "-";
  }

  std::optional<std::uint64_t> place_on_disk() const override {
    return is_regular_ ? std::optional(place_) : std::nullopt;
  }

  std::size_t read(std::span<char> buffer) override {
    for (;;) {
      const ssize_t count = ::read(file_.get(), buffer.data(), buffer.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) fail_to_read();
      place_ += static_cast<std::uint64_t>(count);
      return static_cast<std::size_t>(count);
    }
  }

  bool is_ready(std::chrono::milliseconds patience) override {
    pollfd waiting{file_.get(), POLLIN, 0};
    return ::poll(&waiting, 1, static_cast<int>(patience.count())) > 0;
  }

 private:
  [[noreturn]] void fail_to_read() const {
    fail("could not read {}: {}", name_, std::generic_category().message(errno));
  }

  std::string name_;
  Descriptor file_;
  bool is_regular_ = false;
  std::uint64_t place_ = 0;
};

class DecompressedBytes final : public ByteSource {
 public:
  DecompressedBytes(std::unique_ptr<BufferedBytes> file, const Compression& compression,
                    std::string name, Warn warn)
      : file_(std::move(file)),
        compression_(compression),
        decompressor_(compression.make()),
        name_(std::move(name)),
        warn_(std::move(warn)) {}

  std::size_t read(std::span<char> buffer) override {
    std::span<char> free = buffer;
    while (free.size() == buffer.size()) {
      if (is_between_members_ && !begin_next_member()) return 0;
      const std::string_view input = file_->peek();
      std::string_view rest = input;
      const Decompressor::Step step = decompressor_->step(rest, free);
      file_->skip(input.size() - rest.size());
      is_between_members_ = step.is_complete;
      if (!step.fault.empty()) {
        fail("damaged {} data in {}: {}", compression_.name, name_, step.fault);
      }
      if (input.empty() && !step.is_complete && free.size() == buffer.size()) {
        fail("{} ends in the middle of its {} data; copy or compress it again", name_,
             compression_.name);
      }
    }
    return buffer.size() - free.size();
  }

 private:
  bool begin_next_member() {
    if (is_followed_ || file_->peek().empty()) return false;
    is_followed_ = compression_.may_be_followed && !compression_.begins(*file_);
    if (!is_followed_) {
      decompressor_->restart();
    } else if (warn_) {
      warn_(one_line(fmt::format("{}: padding or garbage behind its {} data is left out", name_,
                                 compression_.name)));
    }
    return !is_followed_;
  }

  std::unique_ptr<BufferedBytes> file_;
  const Compression& compression_;
  std::unique_ptr<Decompressor> decompressor_;
  std::string name_;
  Warn warn_;
  bool is_between_members_ = false;
  bool is_followed_ = false;  ///< By what is no member.
};

}  // namespace

std::string display_name(const std::string& path) { return path == "-" ? "standard input" : path; }

std::unique_ptr<ByteSource> open_bytes(const std::string& path, const Warn& warn) {
  auto file = std::make_unique<BufferedBytes>(std::make_unique<FileBytes>(path));
  for (const Compression& compression : compressions()) {
    if (!compression.begins(*file)) continue;
    return std::make_unique<DecompressedBytes>(std::move(file), compression, display_name(path),
                                               warn);
  }
  return file;
}

std::unique_ptr<ByteSource> open_text(const std::string& path, const Warn& warn) {
  return as_utf8(open_bytes(path, warn), display_name(path), warn);
}

}  // namespace heed
