#include "training/workspace.h"

namespace heed {

Workspace::Workspace(const Parameters& parameters, std::uint64_t bytes)
    : parameters_(parameters), bytes_(bytes), gradients_(idle_, parameters.size()) {}

Tape::Size Workspace::needed(const std::function<void(Tape&)>& run) {
  Tape tape(idle_, parameters_, gradients_.tensor());
  run(tape);
  return tape.most_needed();
}

WorkspacePlan Workspace::plan(const Tape::Size& largest, int threads,
                              const std::function<int(int)>& gradients, std::uint64_t fixed) const {
  const std::uint64_t block = parameters_.size() * sizeof(float);
  WorkspacePlan plan{.tape = largest};
  for (int at_once = 1; at_once <= threads; ++at_once) {
    const int blocks = gradients(at_once);
    const std::uint64_t beside = fixed + block * static_cast<std::uint64_t>(blocks);
    const std::uint64_t needed = beside + largest.bytes() * static_cast<std::uint64_t>(at_once);
    if (at_once == 1) plan.least_bytes = needed;
    if (needed > bytes_) break;
    plan.at_once = at_once;
    plan.gradients = blocks;
    plan.tape_room = (bytes_ - beside) / static_cast<std::uint64_t>(at_once);
  }
  return plan;
}

}  // namespace heed
