#include "nn/attention.h"

#include <array>
#include <cmath>

#include "util/error.h"
#include "util/table.h"

namespace heed {

namespace {

/// Weights from scores and context from weights, as nearly all variants end.
Attended attend_with(Var scores, Var values, const AttentionQuery& query, int heads,
                     float dropout_rate) {
  const Var weights =
      normalize_spans(AttentionNormalizer::kSoftmax, scores, heads, query.rows.spans);
  const Var kept = dropout(weights, dropout_rate);
  return {weighted_sum(kept, values, heads, query.rows.spans), weights, {}};
}

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
    const Var summary = query.state.tape().adopt(memory.source.summary);
    return {gather_rows(summary, query.rows.sentences), {}, {}};
  }
  int context_width() const override { return width_; }

 private:
  int width_;
};

/// e_j = v · tanh(W q + U m_j) (Bahdanau et al. 2015, A.1.2).
class AdditiveAttention : public Attention {
 public:
  AdditiveAttention(Parameters& parameters, const std::string& name, const AttentionShape& shape)
      : query_(parameters, name + ".query", shape.query, shape.hidden, false),
        key_(parameters, name + ".key", shape.source, shape.hidden),
        v_(&parameters.add(name + ".v", 1, shape.hidden)),
        shape_(shape) {}
  AttentionMemory remember(const SourceStates& source) const override {
    return {source, key_(source.states), source.states};
  }
  Attended attend(const AttentionQuery& query, const AttentionMemory& memory) const override {
    const Var v = query.state.tape().parameter(*v_);
    const Var scores = additive_scores(query_(query.state), memory.keys, v, 1, query.rows.spans);
    return attend_with(scores, memory.values, query, 1, shape_.dropout);
  }
  int context_width() const override { return shape_.source; }

 private:
  Linear query_, key_;
  const Parameter* v_;
  AttentionShape shape_;
};

/// e_j = q · m_j (Luong et al. 2015, eq. 8), for query and states of equal width.
class DotAttention : public Attention {
 public:
  DotAttention(Parameters&, const std::string&, const AttentionShape& shape) : shape_(shape) {
    if (shape.query == shape.source) return;
    fail_usage(
        "expected decoder and encoder states of equal width for attention dot, found {} and "
        "{}; set --dim-rnn-encoder to half of --dim-rnn, or use attention general, which learns "
        "the map between them",
        shape.query, shape.source);
  }
  AttentionMemory remember(const SourceStates& source) const override {
    return {source, source.states, source.states};
  }
  Attended attend(const AttentionQuery& query, const AttentionMemory& memory) const override {
    const Var scores = dot_scores(query.state, memory.keys, 1, 1.0F, query.rows.spans);
    return attend_with(scores, memory.values, query, 1, shape_.dropout);
  }
  int context_width() const override { return shape_.source; }

 private:
  AttentionShape shape_;
};

/// e_j = q · W m_j (Luong et al. 2015, eq. 8).
class GeneralAttention : public Attention {
 public:
  GeneralAttention(Parameters& parameters, const std::string& name, const AttentionShape& shape)
      : key_(parameters, name + ".key", shape.source, shape.query, false), shape_(shape) {}
  AttentionMemory remember(const SourceStates& source) const override {
    return {source, key_(source.states), source.states};
  }
  Attended attend(const AttentionQuery& query, const AttentionMemory& memory) const override {
    const Var scores = dot_scores(query.state, memory.keys, 1, 1.0F, query.rows.spans);
    return attend_with(scores, memory.values, query, 1, shape_.dropout);
  }
  int context_width() const override { return shape_.source; }

 private:
  Linear key_;
  AttentionShape shape_;
};

/// e_j = (W_q q) · (W_k m_j) / √d (Vaswani et al. 2017, eq. 1).
class ScaledDotAttention : public Attention {
 public:
  ScaledDotAttention(Parameters& parameters, const std::string& name, const AttentionShape& shape)
      : query_(parameters, name + ".query", shape.query, shape.hidden, false),
        key_(parameters, name + ".key", shape.source, shape.hidden, false),
        shape_(shape) {}
  AttentionMemory remember(const SourceStates& source) const override {
    return {source, key_(source.states), source.states};
  }
  Attended attend(const AttentionQuery& query, const AttentionMemory& memory) const override {
    const float factor = 1 / std::sqrt(static_cast<float>(shape_.hidden));
    const Var scores = dot_scores(query_(query.state), memory.keys, 1, factor, query.rows.spans);
    return attend_with(scores, memory.values, query, 1, shape_.dropout);
  }
  int context_width() const override { return shape_.source; }

 private:
  Linear query_, key_;
  AttentionShape shape_;
};

/// H heads of scaled dot-product attention, each on its part of the projections of query, keys and
/// values; the heads' contexts are projected together (Vaswani et al. 2017, 3.2.2).
class MultiHeadAttention : public Attention {
 public:
  MultiHeadAttention(Parameters& parameters, const std::string& name, const AttentionShape& shape)
      : query_(parameters, name + ".query", shape.query, shape.hidden, false),
        key_(parameters, name + ".key", shape.source, shape.hidden, false),
        value_(parameters, name + ".value", shape.source, shape.hidden, false),
        output_(parameters, name + ".output", shape.hidden, shape.source, false),
        shape_(shape) {
    if (shape.heads > 0 && shape.hidden % shape.heads == 0) return;
    fail_usage(
        "expected an attention width that is a multiple of the heads, found {} and {}; "
        "change --attention-dim or --attention-heads",
        shape.hidden, shape.heads);
  }
  AttentionMemory remember(const SourceStates& source) const override {
    return {source, key_(source.states), value_(source.states)};
  }
  Attended attend(const AttentionQuery& query, const AttentionMemory& memory) const override {
    const int width = shape_.hidden / shape_.heads;
    const Var scores = dot_scores(query_(query.state), memory.keys, shape_.heads,
                                  1 / std::sqrt(static_cast<float>(width)), query.rows.spans);
    Attended result = attend_with(scores, memory.values, query, shape_.heads, shape_.dropout);
    result.context = output_(result.context);
    return result;
  }
  int context_width() const override { return shape_.source; }
  int heads() const override { return shape_.heads; }

 private:
  Linear query_, key_, value_, output_;
  AttentionShape shape_;
};

template <class Variant>
std::unique_ptr<Attention> make(Parameters& parameters, const std::string& name,
                                const AttentionShape& shape) {
  return std::make_unique<Variant>(parameters, name, shape);
}

constexpr std::array kVariants = {
    AttentionVariant{"none", "no context", "Sutskever et al. 2014", make<NoAttention>},
    AttentionVariant{"fixed", "c = m_S", "Cho et al. 2014", make<FixedContext>},
    AttentionVariant{"additive", "e_j = v tanh(W q + U m_j)", "Bahdanau et al. 2015, A.1.2",
                     make<AdditiveAttention>},
    AttentionVariant{"dot", "e_j = q m_j", "Luong et al. 2015, eq. 8", make<DotAttention>},
    AttentionVariant{"general", "e_j = q W m_j", "Luong et al. 2015, eq. 8",
                     make<GeneralAttention>},
    AttentionVariant{"scaled-dot", "e_j = (W_q q) (W_k m_j) / sqrt(d)",
                     "Vaswani et al. 2017, eq. 1", make<ScaledDotAttention>},
    AttentionVariant{"multi-head", "H heads of scaled-dot, values and output projected",
                     "Vaswani et al. 2017, 3.2.2", make<MultiHeadAttention>},
};

}  // namespace

std::span<const AttentionVariant> attention_variants() { return kVariants; }

std::unique_ptr<Attention> make_attention(std::string_view variant, Parameters& parameters,
                                          const std::string& name, const AttentionShape& shape) {
  return find_entry(attention_variants(), "attention", variant).make(parameters, name, shape);
}

}  // namespace heed
