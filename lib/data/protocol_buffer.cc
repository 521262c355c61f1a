#include "data/protocol_buffer.h"

#include <cstddef>
#include <cstring>

namespace heed {

namespace {

enum WireType : std::uint64_t { kVarint = 0, kFixed64 = 1, kLength = 2, kFixed32 = 5 };

/// Takes a number off the front of a protocol buffer.
std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

/// Bytes of a field's content, whose tag and length were taken; nothing if they are not there.
std::optional<std::uint64_t> content_size(std::uint64_t tag, std::string_view& message) {
  switch (tag & 7U) {
    case kVarint:
      return take_varint(message) ? std::optional<std::uint64_t>(0) : std::nullopt;
    case kFixed64:
      return 8;
    case kLength:
      return take_varint(message);
    case kFixed32:
      return 4;
    default:  // the begin or end of a group
      return 0;
  }
}

std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7U) bytes += static_cast<char>(value | 0x80U);
  return bytes + static_cast<char>(value);
}

}  // namespace

std::optional<std::vector<ProtocolField>> fields_of(std::string_view message) {
  std::vector<ProtocolField> fields;
  while (!message.empty()) {
    const char* const begin = message.data();
    const auto tag = take_varint(message);
    if (!tag) return std::nullopt;
    const auto size = content_size(*tag, message);
    if (!size || *size > message.size()) return std::nullopt;
    const std::string_view content = message.substr(0, *size);
    message.remove_prefix(*size);
    const auto bytes = static_cast<std::size_t>(content.data() + content.size() - begin);
    fields.push_back({*tag >> 3U, (*tag & 7U) == kLength ? content : std::string_view(),
                      std::string_view(begin, bytes)});
  }
  return fields;
}

std::string field_bytes(std::uint64_t number, std::string_view content) {
  return varint(number << 3U | kLength) + varint(content.size()) + std::string(content);
}

std::string field_number(std::uint64_t number, std::uint64_t value) {
  return varint(number << 3U | kVarint) + varint(value);
}

std::string field_float(std::uint64_t number, float value) {
  std::string bytes = varint(number << 3U | kFixed32);
  return bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace heed
