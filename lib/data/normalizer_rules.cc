#include "data/normalizer_rules.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "data/protocol_buffer.h"

namespace heed {
namespace {

// Numbers of fields in sentencepiece_model.proto.
constexpr std::uint64_t kNormalizer = 3, kDenormalizer = 5;  // of ModelProto
constexpr std::uint64_t kCharsmap = 2;                       // of NormalizerSpec

/// The contents of the fields with that number; nothing if the bytes are no message.
std::optional<std::vector<std::string_view>> contents_of(std::string_view message,
                                                         std::uint64_t number) {
  const auto fields = fields_of(message);
  if (!fields) return std::nullopt;
  std::vector<std::string_view> contents;
  for (const ProtocolField& field : *fields) {
    if (field.number == number && !field.content.empty()) contents.push_back(field.content);
  }
  return contents;
}

std::uint32_t unit_at(std::string_view bytes, std::size_t index) {
  std::uint32_t unit = 0;
  std::memcpy(&unit, bytes.data() + 4 * index, sizeof unit);
  return unit;
}

/// The size of a trie, the trie as a double array (Darts-clone: a unit has a label, an offset to
/// its children, and whether its first child is a value), the texts that values are places in.
bool is_sound(std::string_view charsmap) {
  if (charsmap.empty()) return true;
  if (charsmap.size() <= 4) return false;
  const std::size_t bytes = unit_at(charsmap, 0);
  charsmap.remove_prefix(4);
  if (bytes > charsmap.size()) return false;
  const std::size_t units = bytes / 4;
  const std::size_t texts = charsmap.size() - bytes;
  if (units == 0) return false;
  for (std::size_t i = 0; i < units; ++i) {
    const std::uint32_t unit = unit_at(charsmap, i);
    if (unit >> 31U != 0) continue;  // a value
    const std::size_t children = i ^ (unit >> 10U << ((unit & (1U << 9U)) >> 6U));
    if ((children | 0xFFU) >= units) return false;
    const bool has_value = (unit >> 8U & 1U) != 0;
    if (has_value && (unit_at(charsmap, children) & 0x7FFFFFFFU) >= texts) return false;
  }
  return true;
}

}  // namespace

bool has_sound_rules(std::string_view model) {
  for (const std::uint64_t number : {kNormalizer, kDenormalizer}) {
    const auto specs = contents_of(model, number);
    if (!specs) return false;
    for (const std::string_view spec : *specs) {
      const auto charsmaps = contents_of(spec, kCharsmap);
      if (!charsmaps) return false;
      for (const std::string_view charsmap : *charsmaps) {
        if (!is_sound(charsmap)) return false;
      }
    }
  }
  return true;
}

}  // namespace heed
