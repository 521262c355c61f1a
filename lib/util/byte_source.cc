#include "util/byte_source.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "util/descriptor.h"
#include "util/error.h"

namespace heed {
namespace {

constexpr std::size_t kReadAhead = 1 << 16;
constexpr std::string_view kGzipMagic = "\x1f\x8b";
constexpr std::string_view kZstdMagic = "\x28\xb5\x2f\xfd";

class FileBytes final : public ByteSource {
 public:
  explicit FileBytes(const std::string& path) : path_(path) {
    if (path == "-") {
      path_ = "standard input";
      file_ = Descriptor(STDIN_FILENO);
    } else {
      file_ = Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
      if (!file_.is_open()) fail_to_read();
    }
    struct stat status {};
    if (::fstat(file_.get(), &status) != 0) fail_to_read();
    if (S_ISDIR(status.st_mode)) fail("expected a file, found a directory: {}", path_);
    regular_ = S_ISREG(status.st_mode) && path != "-";
  }

  const std::string& path() const { return path_; }
  bool is_plain_file() const override { return regular_; }

  std::size_t read(std::span<char> buffer) override {
    if (!peeked_.empty()) return take_peeked(buffer);
    for (;;) {
      const ssize_t count = ::read(file_.get(), buffer.data(), buffer.size());
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR) fail_to_read();
    }
  }

  bool is_ready(std::chrono::milliseconds patience) override {
    if (!peeked_.empty()) return true;
    pollfd waiting{file_.get(), POLLIN, 0};
    return ::poll(&waiting, 1, static_cast<int>(patience.count())) > 0;
  }

  /// Whether the file starts with these few bytes, which stay unread. A line that is typed at a
  /// terminal must not wait for more bytes than it takes to see the difference.
  bool starts_with(std::string_view magic) {
    while (peeked_.size() < magic.size() && magic.starts_with(peeked_)) {
      std::string more(kReadAhead, '\0');
      const std::string before = std::exchange(peeked_, {});
      more.resize(read(more));
      peeked_ = before + more;
      if (more.empty()) return false;
    }
    return peeked_.starts_with(magic);
  }

 private:
  std::size_t take_peeked(std::span<char> buffer) {
    const std::size_t count = std::min(buffer.size(), peeked_.size());
    std::copy_n(peeked_.begin(), count, buffer.begin());
    peeked_.erase(0, count);
    return count;
  }

  [[noreturn]] void fail_to_read() const {
    fail("could not read {}: {}", path_, std::generic_category().message(errno));
  }

  std::string path_;
  Descriptor file_;
  bool regular_ = false;
  std::string peeked_;
};

class GzipBytes final : public ByteSource {
 public:
  explicit GzipBytes(std::unique_ptr<FileBytes> file) : file_(std::move(file)), input_(kReadAhead) {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) fail("could not start zlib");
  }
  GzipBytes(const GzipBytes&) = delete;
  GzipBytes& operator=(const GzipBytes&) = delete;
  ~GzipBytes() override { inflateEnd(&stream_); }

  std::size_t read(std::span<char> buffer) override {
    stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream_.avail_out = static_cast<uInt>(std::min(buffer.size(), kReadAhead));
    const uInt asked = stream_.avail_out;
    while (stream_.avail_out == asked) {
      if (stream_.avail_in == 0 && !refill()) {
        if (between_members_) return 0;
        fail("{} ends in the middle of its gzip data; copy or compress it again", file_->path());
      }
      const int result = inflate(&stream_, Z_NO_FLUSH);
      between_members_ = result == Z_STREAM_END;
      if (between_members_) inflateReset(&stream_);
      if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
        fail("damaged gzip data in {}: {}", file_->path(), stream_.msg ? stream_.msg : "unknown");
      }
    }
    return asked - stream_.avail_out;
  }

 private:
  bool refill() {
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(file_->read(input_));
    return stream_.avail_in > 0;
  }

  std::unique_ptr<FileBytes> file_;
  std::vector<char> input_;
  z_stream stream_{};
  bool between_members_ = false;
};

class ZstdBytes final : public ByteSource {
 public:
  explicit ZstdBytes(std::unique_ptr<FileBytes> file)
      : file_(std::move(file)),
        input_(kReadAhead),
        stream_(ZSTD_createDStream(), ZSTD_freeDStream) {
    if (!stream_) fail("could not start zstd");
  }

  std::size_t read(std::span<char> buffer) override {
    ZSTD_outBuffer output{buffer.data(), buffer.size(), 0};
    while (output.pos == 0) {
      // At the end of the file the decoder may still hold output: it is asked once more.
      const bool ended = pending_.pos == pending_.size && !refill();
      if (ended && between_frames_) return 0;
      const std::size_t result = ZSTD_decompressStream(stream_.get(), &output, &pending_);
      if (ZSTD_isError(result)) {
        fail("damaged zstd data in {}: {}", file_->path(), ZSTD_getErrorName(result));
      }
      between_frames_ = result == 0;
      if (ended && output.pos == 0 && !between_frames_) {
        fail("{} ends in the middle of its zstd data; copy or compress it again", file_->path());
      }
    }
    return output.pos;
  }

 private:
  bool refill() {
    pending_ = {input_.data(), file_->read(input_), 0};
    return pending_.size > 0;
  }

  std::unique_ptr<FileBytes> file_;
  std::vector<char> input_;
  std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> stream_;
  ZSTD_inBuffer pending_{nullptr, 0, 0};
  bool between_frames_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> open_bytes(const std::string& path) {
  auto file = std::make_unique<FileBytes>(path);
  if (file->starts_with(kGzipMagic)) return std::make_unique<GzipBytes>(std::move(file));
  if (file->starts_with(kZstdMagic)) return std::make_unique<ZstdBytes>(std::move(file));
  return file;
}

}  // namespace heed
