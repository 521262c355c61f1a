#include "model/recurrent_decoder.h"

#include <array>

#include "nn/host_math.h"
#include "support/on_backends.h"

namespace heed {
namespace {

class RecurrentDecoderTest : public OnBackends {};
INSTANTIATE_TEST_SUITE_P(Backends, RecurrentDecoderTest, every_backend(), backend_name);

constexpr int kWidth = 5, kWord = 4, kSource = 6;

/// A GRU decoder whose context is the same at each step: the encoder's summary.
ModelOptions fixed_context() {
  ModelOptions options;
  options.dim_emb = kWord;
  options.dim_rnn = kWidth;
  options.dec_transition = Transition::kSingle;
  options.attention = "fixed";
  options.dropout = 0;
  return options;
}

/// Two steps of one sentence by a decoder and by hand.
class TwoSteps {
 public:
  TwoSteps(Backend& backend, const ModelOptions& options)
      : backend_(backend),
        options_(options),
        parameters_(backend),
        words_(parameters_.add("words", 2, kWord)),
        summary_(parameters_.add("summary", 1, kSource)),
        decoder_(options, parameters_, kSource) {
    parameters_.initialize(1);
    disturb(parameters_, 0.5);
  }

  /// The states that the readout gets.
  std::vector<float> by_decoder() const {
    Tape tape(backend_);
    const Var summary = tape.parameter(summary_);
    const std::array offsets = {0, 1};
    const AttentionMemory memory = decoder_.remember({summary, summary, offsets});
    const QueryRows rows = sentence_spans(tape, std::array{0}, offsets);
    RecurrentDecoder::States states = decoder_.start(summary);
    const RecurrentDecoder::Words words = decoder_.project(tape.parameter(words_));
    std::vector<Var> tops;
    for (int step = 0; step < 2; ++step) {
      tops.push_back(decoder_.advance(words.row_range(step, 1), rows, memory, states).state);
    }
    const Tensor all = concat_rows(tops).value();
    std::vector<float> result(all.size());
    backend_.read(all, result);
    return result;
  }

  std::vector<float> by_hand() const {
    const Vector context = matrix("summary").row(0);
    Vector state = plus(times(context, matrix("decoder.initial.weight")), bias("decoder.initial"));
    for (double& x : state) x = std::tanh(x);
    Vector attentional(kWidth);  // h̃ before the first step: zeros
    std::vector<float> result;
    const bool is_post = options_.attention_timing == AttentionTiming::kPost;
    for (int step = 0; step < 2; ++step) {
      const Vector word = matrix("words").row(step);
      state = next(word, context, attentional, state);
      if (is_post) attentional = joined(context, state);
      const Vector& top = is_post ? attentional : state;
      result.insert(result.end(), top.begin(), top.end());
    }
    return result;
  }

 private:
  Matrix matrix(const std::string& name) const { return matrix_of(parameters_, name); }
  Vector bias(const std::string& name) const { return matrix(name + ".bias").row(0); }

  /// tanh(W_c [c; s])
  Vector joined(Vector context, const Vector& state) const {
    context.insert(context.end(), state.begin(), state.end());
    Vector result = times(context, matrix("decoder.attentional.weight"));
    for (double& x : result) x = std::tanh(x);
    return result;
  }

  Vector gate(const Vector& word, const Vector& context, const Vector& state) const {
    const std::string name = "decoder.0.context_gate";
    Vector sum = plus(times(word, matrix(name + ".word.weight")), bias(name + ".word"));
    sum = plus(sum, times(state, matrix(name + ".state.weight")));
    sum = plus(sum, times(context, matrix(name + ".context.weight")));
    for (double& x : sum) x = sigmoid(x);
    return sum;
  }

  Vector next(const Vector& word, const Vector& context, const Vector& attentional,
              const Vector& state) const {
    Vector of_word = plus(times(word, matrix("decoder.0.input.weight")), bias("decoder.0"));
    Vector of_state = times(state, matrix("decoder.0.hidden.weight"));
    Vector of_source(3 * kWidth);
    if (options_.attention_timing == AttentionTiming::kPre) {
      of_source = times(context, matrix("decoder.0.context.weight"));
    }
    if (options_.input_feeding) {
      of_word = plus(of_word, times(attentional, matrix("decoder.0.feeding.weight")));
    }
    const ContextGate kind = options_.context_gate;
    if (kind != ContextGate::kNone) {
      const Vector z = gate(word, context, state);
      for (int i = 0; i < 3 * kWidth; ++i) {
        const double open = z[i % kWidth];
        if (kind != ContextGate::kTarget) of_source[i] *= open;
        if (kind == ContextGate::kSource) continue;
        of_word[i] *= kind == ContextGate::kTarget ? open : 1 - open;
        of_state[i] *= kind == ContextGate::kTarget ? open : 1 - open;
      }
    }
    return gru(plus(of_word, of_source), of_state, state);
  }

  static Vector gru(const Vector& input, const Vector& hidden, Vector state) {
    for (int i = 0; i < kWidth; ++i) {
      const double reset = sigmoid(input[i] + hidden[i]);
      const double update = sigmoid(input[kWidth + i] + hidden[kWidth + i]);
      const double candidate = std::tanh(input[2 * kWidth + i] + reset * hidden[2 * kWidth + i]);
      state[i] = (1 - update) * candidate + update * state[i];
    }
    return state;
  }

  Backend& backend_;
  ModelOptions options_;
  Parameters parameters_;
  const Parameter &words_, &summary_;
  RecurrentDecoder decoder_;
};

TEST_P(RecurrentDecoderTest, ReadsTheContextBefore) {
  const TwoSteps steps(backend(), fixed_context());
  expect_all_near(steps.by_hand(), steps.by_decoder());
}

TEST_P(RecurrentDecoderTest, JoinsTheContextAfterwards) {
  ModelOptions options = fixed_context();
  options.attention_timing = AttentionTiming::kPost;
  for (const bool input_feeding : {false, true}) {
    options.input_feeding = input_feeding;
    const TwoSteps steps(backend(), options);
    expect_all_near(steps.by_hand(), steps.by_decoder());
  }
}

TEST_P(RecurrentDecoderTest, GatesContextAndPast) {
  ModelOptions options = fixed_context();
  for (const ContextGate kind : {ContextGate::kSource, ContextGate::kTarget, ContextGate::kBoth}) {
    options.context_gate = kind;
    const TwoSteps steps(backend(), options);
    expect_all_near(steps.by_hand(), steps.by_decoder());
  }
}

}  // namespace
}  // namespace heed
