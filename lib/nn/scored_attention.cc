#include "nn/scored_attention.h"

#include <algorithm>
#include <cmath>

#include "tensor/size.h"
#include "util/error.h"

namespace heed {

namespace {

std::vector<float> clamped_steps(const AttentionQuery& query) {
  std::vector<float> centres;
  for (const AttentionSpan& span : query.rows.spans.rows.host) {
    centres.push_back(static_cast<float>(std::min(query.step, span.keys - 1)));
  }
  return centres;
}

/// Where the weights inside the windows lie among all weights, and where all weights lie among
/// those inside (-1: outside), both by element.
struct WindowRows {
  std::vector<AttentionSpan> spans;
  std::vector<int> inside, all;
};

WindowRows window_rows(std::span<const AttentionSpan> rows, std::span<const float> centres,
                       int width, int heads) {
  WindowRows result;
  std::int64_t weights = 0;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    // A centre that is not a number must not become an index; it shows in the weights.
    const float centre = centres[r] >= 0 ? centres[r] : 0;
    const auto reach = static_cast<float>(width);
    const int first = std::max(0, static_cast<int>(std::ceil(centre - reach)));
    const int last = std::min(rows[r].keys - 1, static_cast<int>(std::floor(centre + reach)));
    for (int h = 0; h < heads; ++h) {
      const std::int64_t block = heads * rows[r].first_weight + std::int64_t{h} * rows[r].keys;
      for (int j = 0; j < rows[r].keys; ++j) {
        const bool is_inside = first <= j && j <= last;
        result.all.push_back(is_inside ? static_cast<int>(result.inside.size()) : -1);
        if (is_inside) result.inside.push_back(to_int(block + j, "attention weights"));
      }
    }
    const int keys = std::max(0, last - first + 1);
    result.spans.push_back({rows[r].first_key + first, keys, weights});
    weights += keys;
  }
  return result;
}

}  // namespace

SourceWindow::SourceWindow(Parameters& parameters, const std::string& name,
                           const AttentionShape& shape)
    : normalizer_(shape.normalizer), kind_(shape.window), width_(shape.window_width) {
  if (kind_ == AttentionWindow::kNone) return;
  if (kind_ != AttentionWindow::kPredictive) return;
  hidden_ = std::make_unique<Linear>(parameters, name + ".window.query", shape.query, shape.hidden,
                                     false);
  centre_ = std::make_unique<Linear>(parameters, name + ".window.v", shape.hidden, 1, false);
}

// p of Luong et al. 2015, eq. 9: [R, 1].
Var SourceWindow::predicted_centres(const AttentionQuery& query) const {
  Tape& tape = query.state.tape();
  std::vector<float> lengths;
  for (const AttentionSpan& span : query.rows.spans.rows.host) {
    lengths.push_back(static_cast<float>(span.keys));
  }
  const Tensor sizes = tape.allocate(std::ssize(lengths), 1);  // S [R, 1]
  tape.backend().write(lengths, sizes);
  const Var place = (*centre_)(activate(Activation::kTanh, (*hidden_)(query.state)));  // [R, 1]
  return multiply(activate(Activation::kSigmoid, place), tape.constant(sizes));
}

Var SourceWindow::weights(Var scores, int heads, const AttentionQuery& query) const {
  const AttentionSpans& spans = query.rows.spans;
  if (kind_ == AttentionWindow::kNone) return normalize_spans(normalizer_, scores, heads, spans);
  Tape& tape = scores.tape();
  const bool is_predictive = kind_ == AttentionWindow::kPredictive;
  const Var predicted = is_predictive ? predicted_centres(query) : Var();
  std::vector<float> centres(spans.rows.host.size());
  // How many weights there are, and so what is allocated, depends on the centres: the host must
  // know.
  if (is_predictive) {
    tape.backend().read(predicted.value(), centres);
  } else {
    centres = clamped_steps(query);
  }
  const WindowRows rows = window_rows(spans.rows.host, centres, width_, heads);
  const AttentionSpans inner = keep_spans(tape, rows.spans);
  const Var inside = gather_rows(reshape(scores, 1), tape.keep(rows.inside));  // [inside · H, 1]
  // [inside, H]
  const Var weights = normalize_spans(normalizer_, reshape(inside, heads), heads, inner);
  // [weights, H], zeros outside
  const Var all = reshape(gather_rows(reshape(weights, 1), tape.keep(rows.all)), heads);
  if (!is_predictive) return all;
  return gaussian_spans(all, predicted, static_cast<float>(width_) / 2, heads, spans);
}

int checked_heads(const AttentionShape& shape) {
  if (shape.heads > 0 && shape.hidden % shape.heads == 0) return shape.heads;
  fail_usage(
      "expected an attention width that is a multiple of the heads, found {} and {}; "
      "change --attention-dim or --attention-heads",
      shape.hidden, shape.heads);
}

}  // namespace heed
