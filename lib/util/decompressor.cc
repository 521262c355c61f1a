#include "util/decompressor.h"

#include <bzlib.h>
#include <fmt/core.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>

#include "util/error.h"
#include "util/strings.h"

namespace heed {
namespace {

using namespace std::string_view_literals;

/// As much as the libraries' 32 bits hold.
unsigned int at_most_a_chunk(std::size_t size) {
  constexpr std::size_t kChunk = 1 << 30;
  return static_cast<unsigned int>(std::min(size, kChunk));
}

/// One turn of a decoder that is used as zlib is: it moves its pointers and counts.
template <class Byte, class Stream, class Decode>
auto decode(Stream& stream, std::string_view& input, std::span<char>& output, Decode&& run) {
  stream.next_in = reinterpret_cast<Byte*>(const_cast<char*>(input.data()));
  stream.avail_in = at_most_a_chunk(input.size());
  stream.next_out = reinterpret_cast<Byte*>(output.data());
  stream.avail_out = at_most_a_chunk(output.size());
  const auto given = stream.avail_in, room = stream.avail_out;
  const auto result = run();
  input.remove_prefix(given - stream.avail_in);
  output = output.subspan(room - stream.avail_out);
  return result;
}

class Gzip final : public Decompressor {
 public:
  Gzip() {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) fail("could not start zlib");
  }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;
  ~Gzip() override { inflateEnd(&stream_); }

  Step step(std::string_view& input, std::span<char>& output) override {
    const int result =
        decode<Bytef>(stream_, input, output, [&] { return inflate(&stream_, Z_NO_FLUSH); });
    if (result == Z_STREAM_END) return {true};
    if (result == Z_OK || result == Z_BUF_ERROR) return {};
    return {false, stream_.msg != nullptr ? stream_.msg : "unknown"};
  }

  void restart() override { inflateReset(&stream_); }

 private:
  z_stream stream_{};
};

class Zstd final : public Decompressor {
 public:
  Zstd() : stream_(ZSTD_createDStream(), ZSTD_freeDStream) {
    if (!stream_) fail("could not start zstd");
  }

  /// At the end of the input it may still hold output.
  Step step(std::string_view& input, std::span<char>& output) override {
    ZSTD_inBuffer from{input.data(), input.size(), 0};
    ZSTD_outBuffer to{output.data(), output.size(), 0};
    const std::size_t result = ZSTD_decompressStream(stream_.get(), &to, &from);
    input.remove_prefix(from.pos);
    output = output.subspan(to.pos);
    if (ZSTD_isError(result)) return {false, ZSTD_getErrorName(result)};
    return {result == 0};
  }

 private:
  std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> stream_;
};

/// Several streams, and padding between them, are one to the library.
class Xz final : public Decompressor {
 public:
  Xz() {
    if (lzma_stream_decoder(&stream_, kMostMemory, LZMA_CONCATENATED) != LZMA_OK) {
      fail("could not start liblzma");
    }
  }
  Xz(const Xz&) = delete;
  Xz& operator=(const Xz&) = delete;
  ~Xz() override { lzma_end(&stream_); }

  Step step(std::string_view& input, std::span<char>& output) override {
    const lzma_action action = input.empty() ? LZMA_FINISH : LZMA_RUN;
    switch (
        decode<std::uint8_t>(stream_, input, output, [&] { return lzma_code(&stream_, action); })) {
      case LZMA_OK:
      case LZMA_BUF_ERROR:  // it needs more input
        return {};
      case LZMA_STREAM_END:
        return {true};
      case LZMA_OPTIONS_ERROR:
        return {false, "unknown options"};
      case LZMA_MEM_ERROR:
        return {false, "not enough memory"};
      case LZMA_MEMLIMIT_ERROR:
        return {false, fmt::format("its dictionary needs {}, more than {}",
                                   human_size(lzma_memusage(&stream_)), human_size(kMostMemory))};
      default:
        return {false, "its check or its form is wrong"};
    }
  }

 private:
  static constexpr std::uint64_t kMostMemory = std::uint64_t{1} << 30;  // xz -9 needs 65 MiB
  lzma_stream stream_ = LZMA_STREAM_INIT;
};

class Bzip2 final : public Decompressor {
 public:
  Bzip2() { start(); }
  Bzip2(const Bzip2&) = delete;
  Bzip2& operator=(const Bzip2&) = delete;
  ~Bzip2() override { BZ2_bzDecompressEnd(&stream_); }

  Step step(std::string_view& input, std::span<char>& output) override {
    const int result =
        decode<char>(stream_, input, output, [&] { return BZ2_bzDecompress(&stream_); });
    if (result == BZ_OK || result == BZ_STREAM_END) return {result == BZ_STREAM_END};
    return {false, result == BZ_MEM_ERROR ? "not enough memory" : "its check or its form is wrong"};
  }

  void restart() override {
    BZ2_bzDecompressEnd(&stream_);
    start();
  }

 private:
  void start() {
    stream_ = {};
    if (BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) fail("could not start libbz2");
  }

  bz_stream stream_{};
};

/// "BZh" may begin a text: what follows it, the size of blocks and the first block's or the end's
/// mark (π and √π), does not.
bool begins_bzip2(BufferedBytes& bytes) {
  constexpr std::array kMarks{"1AY&SY"sv, "\x17\x72\x45\x38\x50\x90"sv};
  for (char size = '1'; size <= '9'; ++size) {
    for (const std::string_view mark : kMarks) {
      if (bytes.starts_with(std::string("BZh") + size + std::string(mark))) return true;
    }
  }
  return false;
}

template <class Kind>
std::unique_ptr<Decompressor> make() {
  return std::make_unique<Kind>();
}

constexpr std::array kCompressions{
    Compression{"gzip", [](BufferedBytes& bytes) { return bytes.starts_with("\x1f\x8b"); },
                make<Gzip>, true},
    Compression{"zstd", [](BufferedBytes& bytes) { return bytes.starts_with("\x28\xb5\x2f\xfd"); },
                make<Zstd>, false},
    Compression{"xz",
                [](BufferedBytes& bytes) { return bytes.starts_with("\xfd\x37\x7a\x58\x5a\0"sv); },
                make<Xz>, false},
    Compression{"bzip2", begins_bzip2, make<Bzip2>, true}};

}  // namespace

std::span<const Compression> compressions() { return kCompressions; }

}  // namespace heed
