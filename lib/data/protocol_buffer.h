#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heed {

// The wire format of protocol buffers, as far as SentencePiece's models need it.

/// A field of a message.
struct ProtocolField {
  std::uint64_t number = 0;
  std::string_view content;  ///< Of one that has a length: what comes behind that.
  std::string_view whole;    ///< With tag and length.
};

/// The fields of a message in order; nothing if the bytes are none.
std::optional<std::vector<ProtocolField>> fields_of(std::string_view message);

/// A field that has a length.
std::string field_bytes(std::uint64_t number, std::string_view content);
/// A field that is a number.
std::string field_number(std::uint64_t number, std::uint64_t value);
/// A field that is a float.
std::string field_float(std::uint64_t number, float value);

}  // namespace heed
