#include "data/shortlist.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "util/error.h"

namespace heed {
namespace {

void expect_tokens(std::span<const int> tokens, int size, const std::string& path) {
  for (const int token : tokens) {
    if (token >= 0 && token < size) continue;
    fail("expected target tokens from 0 to {} in the shortlist of {}, found {}; make it again",
         size - 1, path, token);
  }
}

}  // namespace

int Shortlist::longest() const {
  int most = 0;
  for (std::size_t source = 0; source < ends.size(); ++source) {
    most = std::max(most, static_cast<int>(of(static_cast<int>(source)).size()));
  }
  return most;
}

void Shortlist::check(int source_size, int target_size, const std::string& path) const {
  if (std::cmp_not_equal(ends.size(), source_size)) {
    fail("expected a shortlist for {} source tokens in {}, found one for {}; make it again",
         source_size, path, ends.size());
  }
  const bool grows = ends.front() >= 0 && std::ranges::is_sorted(ends);
  if (!grows || std::cmp_not_equal(ends.back(), targets.size())) {
    fail("expected places in the {} targets of the shortlist of {}, found others; make it again",
         targets.size(), path);
  }
  const bool are_shares =
      std::ranges::all_of(probabilities, [](float p) { return p >= 0 && p <= 1; });
  if (!are_shares || (!probabilities.empty() && probabilities.size() != targets.size())) {
    fail(
        "expected a probability for each of the {} targets of the shortlist of {}, found others; "
        "make it again",
        targets.size(), path);
  }
  expect_tokens(frequent, target_size, path);
  expect_tokens(targets, target_size, path);
}

}  // namespace heed
