#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/copied_spans.h"

namespace heed {

/// Regular expressions (ICU's) of what comes out of a translation as it stands. Threads may share
/// it, and copies share the expressions.
class ProtectedPatterns {
 public:
  /// Longest match, in bytes, that is found wherever it stands in a long text.
  static constexpr std::size_t kLongestMatch = 512;

  /// Of nothing.
  ProtectedPatterns() = default;
  /// Throws UsageError naming --protect, the expression and the place of its fault.
  explicit ProtectedPatterns(std::span<const std::string> expressions);

  /// The matches of all expressions in valid UTF-8: in order, those that overlap as one, without
  /// white space at their ends, none empty. Nothing where an expression needs more steps or more of
  /// the stack than a part of the text may take; so time is in proportion to the text.
  std::optional<std::vector<TextSpan>> find(std::string_view text) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace heed
