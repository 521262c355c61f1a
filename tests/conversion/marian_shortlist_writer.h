#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "conversion/bytes.h"
#include "conversion/marian_shortlist.h"

namespace heed {

/// Writes Marian's binary shortlist, the inverse of the reader: of each source token its targets.
inline std::string marian_shortlist_bin(std::uint64_t frequent,
                                        const std::vector<std::vector<std::uint32_t>>& lists) {
  std::string places, targets;
  const auto append = [](std::string& text, auto number) {
    text.append(reinterpret_cast<const char*>(&number), sizeof number);
  };
  std::uint64_t count = 0;
  append(places, count);
  for (const auto& list : lists) {
    for (const std::uint32_t target : list) append(targets, target);
    append(places, count += list.size());
  }
  std::string content;
  append(content, frequent);
  append(content, std::uint64_t{100});
  append(content, std::uint64_t{lists.size() + 1});
  append(content, count);
  content += places + targets;
  std::string file;
  append(file, std::uint64_t{0xF11A48D5013417F5});
  append(file, marian_checksum(bytes(content)));
  return file + content;
}

}  // namespace heed
