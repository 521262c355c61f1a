#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "data/shortlist.h"
#include "model/container.h"

namespace heed {

/// A shortlist as tensors of a model file: "shortlist.frequent", "shortlist.ends" and
/// "shortlist.targets" in I32, "shortlist.probabilities" in F16.
class ShortlistTensors {
 public:
  explicit ShortlistTensors(const Shortlist& shortlist);

  /// Views of the tensors; none of an empty shortlist. Both this and it must outlive them.
  void add_to(std::vector<StoredTensor>& tensors) const;

 private:
  const Shortlist& shortlist_;
  std::vector<std::uint16_t> halves_;
};

/// Whether a tensor of this name is a part of the file's shortlist.
bool is_shortlist_tensor(std::string_view name);

/// The file's shortlist, or an empty one. Throws Error for a damaged one, or one that does not fit
/// vocabularies of these sizes.
Shortlist read_shortlist(const Container& file, int source_size, int target_size);

}  // namespace heed
