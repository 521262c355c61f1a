#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "util/byte_source.h"

namespace heed {

/// One of `count` parts of a whole, counted from 1.
struct PartNumber {
  std::uint64_t number = 1;
  std::uint64_t count = 1;
};

/// Reads "2/10", the second of ten. Throws UsageError that names `option`.
PartNumber parse_part(std::string_view option, std::string_view text);

/// The lines of a text file that begin in one part of its bytes. The lines of all parts, one after
/// the other, are those of the file.
struct FilePart {
  std::unique_ptr<ByteSource> source;
  std::uint64_t size = 0;          ///< Bytes.
  std::uint64_t lines_before = 0;  ///< In the parts before this one.
};

/// Reads the parts before to count their lines. Throws UsageError for standard input, and Error if
/// the file is no regular one, or is compressed or not UTF-8, so that it can't be entered anywhere.
FilePart open_part(const std::string& path, const PartNumber& part);

}  // namespace heed
