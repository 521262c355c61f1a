#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "heed/document.h"

namespace heed {

/// A text that a client wants translated: lines, or HTML, of which all that is no text comes back
/// byte for byte.
class RequestText {
 public:
  RequestText(std::string text, bool is_html);

  std::span<const SourceLine> lines() const;

  /// The text made of the N-th best translations of its lines, or the last of a line with fewer.
  std::string with(std::span<const TranslatedLine> translated, std::size_t n) const;

 private:
  std::optional<Document> document_;
  std::vector<SourceLine> lines_;
};

}  // namespace heed
