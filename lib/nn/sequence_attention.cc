#include "nn/sequence_attention.h"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "nn/multi_head_attention.h"
#include "util/error.h"
#include "util/table.h"

namespace heed {

CrossAttention::CrossAttention(Parameters& parameters, const std::string& name,
                               std::unique_ptr<HeadScores> scores)
    : scores_(std::move(scores)),
      query_(parameters, name + ".query", scores_->shape().width, scores_->shape().width),
      key_value_(parameters, name + ".key_value", scores_->shape().width,
                 2 * scores_->memory_width()),
      output_(parameters, name + ".output", scores_->shape().width, scores_->shape().width) {}

// Concat(head_1 … head_H) W^O (Vaswani et al. 2017, 3.2.2): Q of the decoder's N rows, K and V of
// the S source rows.
CrossAttention::Output CrossAttention::operator()(Var x, Var memory,
                                                  const AttentionSpans& spans) const {
  const SequenceShape& shape = scores_->shape();
  const int width = scores_->memory_width();
  const Var here = x.tape().adopt(memory);     // [S, 2·G·d]
  const Var keys = col_range(here, 0, width);  // [S, G·d]
  // [spans.weights, H]
  const Var weights = scores_->weights(scores_->scores(query_(x), keys, spans), spans);
  const Var context =  // [N, D]
      weighted_sum(dropout(weights, shape.dropout), col_range(here, width, width),
                   Heads{shape.heads, shape.head_width()}, spans);
  return {output_(context), weights};
}

namespace {

template <class Variant>
std::unique_ptr<SelfAttention> self(Parameters& parameters, const std::string& name,
                                    const SequenceShape& shape) {
  return std::make_unique<Variant>(parameters, name, shape);
}

template <class Scores>
std::unique_ptr<SelfAttention> headed(Parameters& parameters, const std::string& name,
                                      const SequenceShape& shape) {
  return std::make_unique<HeadedSelfAttention>(parameters, name,
                                               std::make_unique<Scores>(parameters, name, shape));
}

template <class Scores>
std::unique_ptr<CrossAttention> cross(Parameters& parameters, const std::string& name,
                                      const SequenceShape& shape) {
  return std::make_unique<CrossAttention>(parameters, name,
                                          std::make_unique<Scores>(parameters, name, shape));
}

constexpr std::string_view kRunsForward =
    "its state runs from the first token to the last and sees no other tokens";

constexpr std::array kSequenceVariants = {
    SequenceAttentionVariant{"multi-head", "e_ij = q_i k_j / sqrt(d) in each head",
                             "Vaswani et al. 2017, 3.2.2", PositionKinds::kAll, true, true, "",
                             headed<MultiHead>, cross<MultiHead>},
    SequenceAttentionVariant{"multi-query", "multi-head with one head of keys and values",
                             "Shazeer 2019, 3", PositionKinds::kAll, true, true, "",
                             headed<MultiQuery>, cross<MultiQuery>},
    SequenceAttentionVariant{"grouped-query", "multi-head with few heads of keys and values",
                             "Ainslie et al. 2023, 2.2", PositionKinds::kAll, true, true, "",
                             headed<GroupedQuery>, cross<GroupedQuery>},
    SequenceAttentionVariant{"additive", "e_ij = v tanh(q_i + k_j) in each head",
                             "Bahdanau et al. 2015, A.1.2, in Vaswani et al. 2017",
                             PositionKinds::kBiases, true, true, "", headed<AdditiveHeads>,
                             cross<AdditiveHeads>},
    SequenceAttentionVariant{"average", "c_j = mean of x_1 to x_j, feed-forward, gate",
                             "Zhang et al. 2018, eq. 1-5", PositionKinds::kNone, false, false,
                             kRunsForward, self<AverageAttention>, nullptr},
    SequenceAttentionVariant{"ssru", "c_t = f_t c_(t-1) + (1 - f_t) W x_t, relu",
                             "Kim et al. 2019, 3.1", PositionKinds::kNone, false, false,
                             kRunsForward, self<SsruAttention>, nullptr},
    SequenceAttentionVariant{"average-split", "average, each gate made of what it scales alone",
                             "Marian", PositionKinds::kNone, false, false, kRunsForward,
                             self<SplitAverageAttention>, nullptr},
    SequenceAttentionVariant{"ssru-projected", "ssru with a projection of its result",
                             "Marian, --transformer-rnn-projection", PositionKinds::kNone, false,
                             false, kRunsForward, self<ProjectedSsruAttention>, nullptr},
    SequenceAttentionVariant{"linear", "c_i = phi(q_i) sum phi(k_j) v_j / phi(q_i) sum phi(k_j)",
                             "Katharopoulos et al. 2020, eq. 5", PositionKinds::kNone, true, true,
                             "", self<LinearSelfAttention>, cross<LinearHeads>},
    SequenceAttentionVariant{"window", "multi-head over the keys at most w tokens away",
                             "Beltagy et al. 2020, 3.1", PositionKinds::kAll, true, false,
                             "its window lies around a token's own place", headed<WindowHeads>,
                             nullptr},
};

bool is_possible(const SequenceAttentionVariant& variant, AttentionPlace place) {
  if (place == AttentionPlace::kDecoder) return true;
  return place == AttentionPlace::kEncoder ? variant.encoder : variant.cross;
}

std::string_view flag_of(AttentionPlace place) {
  constexpr std::array<std::string_view, 3> kFlags = {"encoder-attention", "decoder-attention",
                                                      "cross-attention"};
  return kFlags[static_cast<std::size_t>(place)];
}

bool has_terms(PositionKinds kinds, Positions positions) {
  switch (positions) {
    case Positions::kRelative:
    case Positions::kRope:
      return kinds == PositionKinds::kAll;
    case Positions::kT5:
    case Positions::kAlibi:
      return kinds != PositionKinds::kNone;
    case Positions::kSinusoidal:
    case Positions::kSinusoidalHalves:
    case Positions::kLearned:
    case Positions::kNone:
      break;
  }
  return true;
}

void check_combination(const SequenceAttentionVariant& variant, AttentionPlace place,
                       const SequenceShape& shape) {
  const bool has_scores = variant.positions != PositionKinds::kNone;
  if (place != AttentionPlace::kCross && !has_terms(variant.positions, shape.positions)) {
    fail_usage(
        "--positions {} has no meaning with --{} {}, which has no {}; use sinusoidal, {}none",
        enum_names(Positions{})[static_cast<std::size_t>(shape.positions)], flag_of(place),
        variant.name, has_scores ? "products of queries and keys" : "scores to change",
        has_scores ? "learned, t5, alibi or " : "learned or ");
  }
  if (shape.positions == Positions::kRope && shape.head_width() % 2 != 0) {
    fail_usage("expected heads of an even width for --positions rope, found {} and {} heads",
               shape.width, shape.heads);
  }
  if (!has_scores && shape.normalizer != AttentionNormalizer::kSoftmax) {
    fail_usage(
        "--attention-normalizer {} has no meaning with --{} {}, which has no scores to normalize; "
        "leave it out",
        enum_names(AttentionNormalizer{})[static_cast<std::size_t>(shape.normalizer)],
        flag_of(place), variant.name);
  }
}

}  // namespace

std::span<const SequenceAttentionVariant> sequence_attention_variants() {
  return kSequenceVariants;
}

std::vector<std::string_view> attention_names(AttentionPlace place) {
  std::vector<std::string_view> names;
  for (const SequenceAttentionVariant& variant : kSequenceVariants) {
    if (is_possible(variant, place)) names.push_back(variant.name);
  }
  return names;
}

const SequenceAttentionVariant& sequence_attention(std::string_view name, AttentionPlace place,
                                                   const SequenceShape& shape) {
  const SequenceAttentionVariant& variant = find_entry(kSequenceVariants, flag_of(place), name);
  if (!is_possible(variant, place)) {
    fail_usage("--{} {} has no meaning: {}; use one of {}", flag_of(place), name, variant.reason,
               fmt::join(attention_names(place), ", "));
  }
  check_combination(variant, place, shape);
  return variant;
}

}  // namespace heed
