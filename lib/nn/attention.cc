#include "nn/attention.h"

#include <array>

#include "nn/additive_attention.h"
#include "nn/dot_attention.h"
#include "util/error.h"
#include "util/table.h"

namespace heed {

namespace {

/// No context at all: the encoder's last state has started the decoder (Sutskever et al. 2014).
class NoAttention : public Attention {
 public:
  NoAttention(Parameters&, const std::string&, const AttentionShape&) {}
  Attended attend(const AttentionQuery&, const AttentionMemory&) const override { return {}; }
  int context_width() const override { return 0; }
};

/// c = the encoder's last state, at every step (Cho et al. 2014, RNNencdec).
class FixedContext : public Attention {
 public:
  FixedContext(Parameters&, const std::string&, const AttentionShape& shape)
      : width_(shape.source) {}
  Attended attend(const AttentionQuery& query, const AttentionMemory& memory) const override {
    const Var summary = query.state.tape().adopt(memory.source.summary);  // [B, D]
    return {gather_rows(summary, query.rows.sentences), {}, {}};
  }
  int context_width() const override { return width_; }

 private:
  int width_;
};

/// c = mean of m_j, at every step: the encoder's states without attention (the baseline of Britz et
/// al. 2017).
class MeanContext : public Attention {
 public:
  MeanContext(Parameters&, const std::string&, const AttentionShape& shape)
      : width_(shape.source) {}
  AttentionMemory remember(const SourceStates& source) const override {
    return {source, {}, {}, sentence_means(source.states, source.offsets)};
  }
  Attended attend(const AttentionQuery& query, const AttentionMemory& memory) const override {
    const Var all = query.state.tape().adopt(memory.extra);  // [B, D]
    return {gather_rows(all, query.rows.sentences), {}, {}};
  }
  int context_width() const override { return width_; }

 private:
  int width_;
};

template <class Variant>
std::unique_ptr<Attention> make(Parameters& parameters, const std::string& name,
                                const AttentionShape& shape) {
  return std::make_unique<Variant>(parameters, name, shape);
}

constexpr AttentionUses kNoScores{};
constexpr AttentionUses kScores{.scores = true};
constexpr AttentionUses kHidden{.scores = true, .hidden = true};
constexpr AttentionUses kHeads{.scores = true, .hidden = true, .heads = true};
constexpr AttentionUses kHistory{.scores = true, .hidden = true, .history = true};
constexpr AttentionUses kCoverage{
    .scores = true, .hidden = true, .fertility = true, .history = true};

constexpr std::array kVariants = {
    AttentionVariant{"none", "no context", "Sutskever et al. 2014", kNoScores, make<NoAttention>},
    AttentionVariant{"fixed", "c = m_S", "Cho et al. 2014", kNoScores, make<FixedContext>},
    AttentionVariant{"mean", "c = mean of m_j", "baseline of Britz et al. 2017", kNoScores,
                     make<MeanContext>},
    AttentionVariant{"additive", "e_j = v tanh(W q + U m_j)", "Bahdanau et al. 2015, A.1.2",
                     kHidden, make<AdditiveAttention>},
    AttentionVariant{"normed-additive", "e_j = g v/|v| tanh(W q + U m_j + b)",
                     "Salimans & Kingma 2016; Raffel et al. 2017", kHidden,
                     make<NormedAdditiveAttention>},
    AttentionVariant{"layer-norm-additive", "e_j = v tanh(LN(W q) + LN(U m_j))", "Marian, s2s",
                     kHidden, make<LayerNormAdditiveAttention>},
    AttentionVariant{"concat", "e_j = v tanh(W [q; m_j])", "Luong et al. 2015, eq. 8", kHidden,
                     make<ConcatAttention>},
    AttentionVariant{"dot", "e_j = q m_j", "Luong et al. 2015, eq. 8", kScores, make<DotAttention>},
    AttentionVariant{"general", "e_j = q W m_j", "Luong et al. 2015, eq. 8", kScores,
                     make<GeneralAttention>},
    AttentionVariant{"scaled-dot", "e_j = (W_q q) (W_k m_j) / sqrt(d)",
                     "Vaswani et al. 2017, eq. 1", kHidden, make<ScaledDotAttention>},
    AttentionVariant{"location", "e = W q, cut to S positions", "Luong et al. 2015, eq. 8", kScores,
                     make<LocationAttention>},
    AttentionVariant{"multi-head", "H heads of scaled-dot, values and output projected",
                     "Vaswani et al. 2017, 3.2.2", kHeads, make<MultiHeadAttention>},
    AttentionVariant{"multi-head-additive", "H additive heads, values and output projected",
                     "Chen et al. 2018", kHeads, make<MultiHeadAdditiveAttention>},
    AttentionVariant{"location-sensitive",
                     "e_j = v tanh(W q + V m_j + U f_j + b), f = F * a before",
                     "Chorowski et al. 2015, eq. 8, 9", kHistory, make<LocationSensitiveAttention>},
    AttentionVariant{"coverage", "e_j = v tanh(W q + U m_j + k C_j), C_j = sum of a_j before",
                     "Tu et al. 2016, 3.1.1", kCoverage, make<CoverageAttention>},
};

/// Throws UsageError for what the variant has no use for.
void check_uses(const AttentionVariant& variant, const AttentionShape& shape) {
  const auto refuse = [&](bool is_wrong, std::string_view flag, std::string_view reason) {
    if (is_wrong) {
      fail_usage(
          "attention {} {}, so {} has no meaning with it; leave that out or choose another "
          "--attention",
          variant.name, reason, flag);
    }
  };
  constexpr std::string_view kReason = "has no scores to make weights of";
  refuse(!variant.uses.scores && shape.normalizer != AttentionNormalizer::kSoftmax,
         "--attention-normalizer", kReason);
  refuse(!variant.uses.scores && shape.window != AttentionWindow::kNone, "--attention-window",
         kReason);
  refuse(!variant.uses.fertility && shape.fertility, "--attention-fertility",
         "keeps no coverage to divide by a fertility");
}

}  // namespace

std::span<const AttentionVariant> attention_variants() { return kVariants; }

std::unique_ptr<Attention> make_attention(std::string_view variant, Parameters& parameters,
                                          const std::string& name, const AttentionShape& shape) {
  const AttentionVariant& entry = find_entry(attention_variants(), "attention", variant);
  check_uses(entry, shape);
  return entry.make(parameters, name, shape);
}

}  // namespace heed
