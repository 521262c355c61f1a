#pragma once

#include <cstdint>
#include <limits>

#include "util/error.h"

namespace heed {

/// Sizes and row numbers are ints; sums and products of them are not, and come back through here.
/// Throws an Error that says what there was too much of. `what` is a plural.
inline int to_int(std::int64_t number, const char* what) {
  constexpr int kMost = std::numeric_limits<int>::max();
  if (number >= 0 && number <= kMost) return static_cast<int>(number);
  fail("expected at most {} {}, found {}; lower --max-length or --mini-batch-words", kMost, what,
       number);
}

}  // namespace heed
