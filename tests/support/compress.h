#pragma once

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

namespace heed {

/// The bytes as one gzip member.
inline std::string gzip(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("deflateInit2");
  }
  std::string result(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) throw std::runtime_error("deflate");
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

/// The bytes as one zstd frame.
inline std::string zstd(std::string_view bytes) {
  std::string result(ZSTD_compressBound(bytes.size()), '\0');
  result.resize(ZSTD_compress(result.data(), result.size(), bytes.data(), bytes.size(), 3));
  return result;
}

/// The bytes as one xz stream.
inline std::string xz(std::string_view bytes) {
  std::string result(lzma_stream_buffer_bound(bytes.size()), '\0');
  std::size_t size = 0;
  if (lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, nullptr,
                              reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(),
                              reinterpret_cast<std::uint8_t*>(result.data()), &size,
                              result.size()) != LZMA_OK) {
    throw std::runtime_error("lzma_easy_buffer_encode");
  }
  result.resize(size);
  return result;
}

/// The bytes as one bzip2 stream.
inline std::string bzip2(std::string_view bytes) {
  std::string result(bytes.size() + bytes.size() / 100 + 600, '\0');  // as its manual says
  auto size = static_cast<unsigned int>(result.size());
  if (BZ2_bzBuffToBuffCompress(result.data(), &size, const_cast<char*>(bytes.data()),
                               static_cast<unsigned int>(bytes.size()), 9, 0, 0) != BZ_OK) {
    throw std::runtime_error("BZ2_bzBuffToBuffCompress");
  }
  result.resize(size);
  return result;
}

/// Each kind of compression that is read.
inline constexpr std::array kCompressors{gzip, zstd, xz, bzip2};

}  // namespace heed
