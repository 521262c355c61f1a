#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace heed {

inline std::span<const std::byte> bytes(const std::string& text) {
  return std::as_bytes(std::span(text));
}

}  // namespace heed
