#include "autograd/ops.h"
#include "util/error.h"

namespace heed {

Var alignment_loss(Var weights, const AttentionSpans& spans, const AlignmentTargets& targets) {
  if (targets.links.size() != spans.rows.size() || !spans.key_rows.empty()) {
    fail("expected links for each of {} rows in alignment_loss, found {}", spans.rows.size(),
         targets.links.size());
  }
  Tape& tape = weights.tape();
  const AlignmentLinks links{tape.keep(targets.links.offsets), tape.keep(targets.links.ids),
                             targets.head};
  const Tensor loss = tape.allocate(1, 1), gradient = tape.allocate(weights.rows(), weights.cols());
  tape.backend().alignment_loss(weights.value(), weights.cols(), spans, links, loss, gradient);
  const Var result = tape.node(loss, weights.differentiable());
  if (!result.differentiable()) return result;
  tape.record([=, &tape] {
    if (result.has_gradient()) {
      tape.backend().scale(result.gradient(), gradient, weights.gradient_sum());
    }
  });
  return result;
}

}  // namespace heed
