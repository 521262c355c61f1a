#include "data/alignment_file.h"

#include <fmt/core.h>

#include "util/error.h"

namespace heed {

std::string AlignmentFile::place(std::size_t i) const {
  return fmt::format("{}:{}", text_.path(), i + 1);
}

GoldAlignment AlignmentFile::read(std::size_t i) const {
  const std::string line = text_.line(i);
  try {
    return parse_gold_alignment(line, first_);
  } catch (const Error& error) {
    fail("{}: {}", place(i), error.what());
  }
}

void AlignmentFile::expect_size(std::size_t pairs) const {
  if (size() == pairs) return;
  fail("expected a line in {} for each sentence pair, found {} lines and {} pairs", text_.path(),
       size(), pairs);
}

}  // namespace heed
