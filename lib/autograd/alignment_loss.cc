#include <cmath>
#include <utility>
#include <vector>

#include "autograd/ops.h"
#include "util/error.h"

namespace heed {

namespace {

constexpr double kLeastWeight = 1e-8;

/// The loss and its derivative with respect to the weights, on the host.
struct HostLoss {
  double loss = 0;
  std::vector<float> gradient;
};

/// The weights of one link, one a head, `stride` apart.
struct LinkWeights {
  std::size_t begin = 0;
  int heads = 1;
  int stride = 0;
};

void add_link(std::span<const float> weights, const LinkWeights& link, double share,
              HostLoss& result) {
  double mean = kLeastWeight;
  for (int h = 0; h < link.heads; ++h) {
    mean += static_cast<double>(weights[link.begin + h * link.stride]) / link.heads;
  }
  result.loss -= share * std::log(mean);
  const auto slope = static_cast<float>(-share / (link.heads * mean));
  for (int h = 0; h < link.heads; ++h) result.gradient[link.begin + h * link.stride] += slope;
}

HostLoss loss_of(std::span<const float> weights, int heads, const AttentionSpans& spans,
                 const AlignmentTargets& targets) {
  HostLoss result{0, std::vector<float>(weights.size())};
  for (int row = 0; row < targets.links.size(); ++row) {
    const AttentionSpan& span = spans.rows[row];
    const std::span<const int> links = targets.links[row];
    const int first_head = targets.head > 0 ? targets.head - 1 : 0;
    for (const int link : links) {
      const double share = 1.0 / static_cast<double>(links.size());
      const int key = link - span.first_key;
      if (key < 0 || key >= span.keys) {  // outside a window: a weight of 0
        result.loss -= share * std::log(kLeastWeight);
        continue;
      }
      const std::size_t begin = static_cast<std::size_t>(heads) * span.first_weight +
                                static_cast<std::size_t>(first_head) * span.keys + key;
      add_link(weights, {begin, targets.head > 0 ? 1 : heads, span.keys}, share, result);
    }
  }
  return result;
}

}  // namespace

Var alignment_loss(Var weights, const AttentionSpans& spans, const AlignmentTargets& targets) {
  if (std::cmp_not_equal(targets.links.size(), spans.rows.size()) || !spans.key_rows.empty()) {
    fail("expected links for each of {} rows in alignment_loss, found {}", spans.rows.size(),
         targets.links.size());
  }
  Tape& tape = weights.tape();
  Backend& backend = tape.backend();
  std::vector<float> host(weights.value().size());
  backend.read(weights.value(), host);
  const HostLoss found = loss_of(host, weights.cols(), spans, targets);
  const Tensor loss = tape.allocate(1, 1);
  const auto value = static_cast<float>(found.loss);
  backend.write({&value, 1}, loss);
  const Var result = tape.node(loss, weights.differentiable());
  if (!result.differentiable()) return result;
  const Tensor gradient = tape.allocate(weights.rows(), weights.cols());
  backend.write(found.gradient, gradient);
  tape.record([=, &backend] {
    if (!result.has_gradient()) return;
    float factor = 0;
    backend.read(result.gradient(), {&factor, 1});
    backend.axpy(factor, gradient, weights.gradient());
  });
  return result;
}

}  // namespace heed
