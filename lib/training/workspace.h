#pragma once

#include <cstdint>
#include <functional>

#include "autograd/tape.h"
#include "backend/idle.h"

namespace heed {

/// How a batch is worked on so that tapes and gradients stay below --workspace. None of it changes
/// a bit.
struct WorkspacePlan {
  int at_once = 0;                ///< Shards that are worked on at a time; 0: not one fits.
  Tape::Size tape;                ///< What the largest shard needs of a tape.
  std::size_t tape_room = 0;      ///< Bytes that each of their tapes may hold.
  int gradients = 0;              ///< Blocks for the sums of gradients.
  std::uint64_t least_bytes = 0;  ///< What one shard at a time needs with its gradients.
};

/// The memory that tapes and gradients of a training may take, and what they need of it, which is
/// found by running the model on kernels that do nothing. That is exact, but where the host reads
/// what kernels computed: a predictive window's weights count as if it lay at the sentence's begin.
class Workspace {
 public:
  Workspace(const Parameters& parameters, std::uint64_t bytes);

  std::uint64_t bytes() const { return bytes_; }
  /// What `run`, which finds a loss and its gradients, needs of the tape that it is given.
  Tape::Size needed(const std::function<void(Tape&)>& run);

  /// As many shards at once, up to `threads`, as fit; `gradients` tells the blocks that so many
  /// need, and `fixed` what else is taken, in bytes.
  WorkspacePlan plan(const Tape::Size& largest, int threads,
                     const std::function<int(int at_once)>& gradients, std::uint64_t fixed) const;

 private:
  const Parameters& parameters_;
  std::uint64_t bytes_;
  IdleBackend idle_;
  Block gradients_;
};

}  // namespace heed
