#include "model/encoder_decoder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "model/architectures.h"
#include "support/expect_error.h"

namespace heed {
namespace {

using Choice = std::tuple<Architecture, std::string_view>;

/// Each property holds for each architecture on each backend.
class EncoderDecoderTest : public testing::TestWithParam<Choice> {
 protected:
  const ModelOptions& options() const { return std::get<0>(GetParam()).options; }
  std::string_view backend_name() const { return std::get<1>(GetParam()); }
};

std::string choice_name(const testing::TestParamInfo<Choice>& info) {
  return std::get<0>(info.param).name + "_" + std::string(std::get<1>(info.param));
}

ModelOptions with_dropout(ModelOptions options) {
  options.dropout = 0.2F;
  options.dropout_attention = 0.15F;
  options.dropout_ffn = 0.1F;
  options.dropout_rnn = 0.25F;
  options.dropout_source = 0.1F;
  options.dropout_target = 0.1F;
  return options;
}

Graph loss_of(const EncoderDecoder& model, const Batch& batch, float smoothing = 0.1F) {
  return [&, smoothing](Tape& tape) { return model.loss(tape, batch, {smoothing}).loss; };
}

double loss_value(const EncoderDecoder& model, const Batch& batch) {
  Tape tape(model.parameters().backend());
  float loss = 0;
  tape.backend().read(model.loss(tape, batch, {0.1F}).loss.value(), {&loss, 1});
  return loss;
}

std::vector<float> host(const Var& x) {
  std::vector<float> values(x.value().size());
  x.tape().backend().read(x.value(), values);
  return values;
}

std::vector<float> row_of(const std::vector<float>& values, int cols, int row) {
  const auto begin = values.begin() + static_cast<std::ptrdiff_t>(row) * cols;
  return {begin, begin + cols};
}

void expect_near(const std::vector<float>& expected, const std::vector<float>& found,
                 double tolerance = 2e-5) {
  ASSERT_EQ(expected.size(), found.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(expected[i], found[i], tolerance) << "at " << i;
  }
}

/// The weights of all heads over the keys of one row, for each layer.
std::vector<float> weights_of(const AttentionWeights& attention, int row) {
  std::vector<float> result;
  for (const Var& layer : attention.weights) {
    const std::vector<float> all = host(layer);
    const AttentionSpan& span = attention.spans.rows.host[row];
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(span.first_weight) * layer.cols();
    result.insert(result.end(), begin,
                  begin + static_cast<std::ptrdiff_t>(span.keys) * layer.cols());
  }
  return result;
}

Batch pick(const Batch& batch, const std::vector<int>& sentences) {
  Batch result;
  for (const int sentence : sentences) {
    result.source.add(batch.source[sentence]);
    result.target.add(batch.target[sentence]);
    result.lines.push_back(batch.lines[sentence]);
  }
  return result;
}

/// Finite differences are taken with the fast kernels; those of the others follow from
/// GradientIsThatOfTheReference.
class LossGradientTest : public testing::TestWithParam<Architecture> {
 protected:
  static void expect_right(const ModelOptions& options) {
    SmallModel small(options, "eigen");
    const Batch batch = random_batch(*small.model);
    expect_gradients(small.parameters, loss_of(*small.model, batch), {.coordinates = 2});
  }
};

TEST_P(LossGradientTest, IsThatOfFiniteDifferences) { expect_right(GetParam().options); }

TEST_P(LossGradientTest, WithDropoutIsThatOfFiniteDifferences) {
  expect_right(with_dropout(GetParam().options));
}

TEST(TwoPasses, GradientIsThatOfFiniteDifferences) {
  for (const ModelType type : {ModelType::kRnn, ModelType::kTransformer}) {
    SmallModel small(with_dropout(small_model(type)), "reference");
    const Batch batch = random_batch(*small.model);
    const auto loss = [&](Tape& tape) {
      return small.model->loss(tape, batch, {0.1F, {}, 2}).loss;
    };
    expect_gradients(small.parameters, loss, {.coordinates = 2});
  }
}

/// Without dropout both passes are the same, with it they are apart.
TEST_P(EncoderDecoderTest, TwoPassesLoseMoreThanOneWhereTheyDiffer) {
  const auto losses = [&](const ModelOptions& options) {
    const SmallModel small(options, backend_name());
    const Batch batch = random_batch(*small.model);
    std::vector<float> found;
    for (const float weight : {0.0F, 1e-6F, 10.0F}) {
      Tape tape(*small.backend, small.parameters);
      found.push_back(host(small.model->loss(tape, batch, {0.1F, {}, weight}).loss).front());
    }
    return found;
  };
  const std::vector<float> same = losses(options()), apart = losses(with_dropout(options()));
  EXPECT_NEAR(same[1], same[0], 1e-5 * same[0]);
  EXPECT_NEAR(same[2], same[0], 1e-5 * same[0]);
  EXPECT_GT(apart[2], apart[1] + 1e-3);
}

INSTANTIATE_TEST_SUITE_P(Architectures, LossGradientTest, testing::ValuesIn(architectures()),
                         [](const auto& choice) { return choice.param.name; });

TEST_P(EncoderDecoderTest, GradientIsThatOfTheReference) {
  const SmallModel plain(with_dropout(options()), "reference");
  const SmallModel small(with_dropout(options()), backend_name());
  const Batch batch = random_batch(*small.model);
  const auto expected = gradients_of(plain.parameters, loss_of(*plain.model, batch));
  const auto found = gradients_of(small.parameters, loss_of(*small.model, batch));
  expect_near(expected, found, 1e-3);
}

TEST_P(EncoderDecoderTest, EqualSeedsGiveEqualGradientsOthersOtherMasks) {
  const SmallModel small(with_dropout(options()), backend_name());
  const Batch batch = random_batch(*small.model);
  const auto loss = loss_of(*small.model, batch);
  EXPECT_EQ(gradients_of(small.parameters, loss, 7), gradients_of(small.parameters, loss, 7));
  EXPECT_NE(gradients_of(small.parameters, loss, 7), gradients_of(small.parameters, loss, 8));
}

TEST_P(EncoderDecoderTest, LossOfABatchIsTheSumOfItsSentences) {
  const SmallModel small(options(), backend_name());
  const Batch batch = random_batch(*small.model);
  double sum = 0;
  for (int i = 0; i < batch.source.size(); ++i) sum += loss_value(*small.model, pick(batch, {i}));
  EXPECT_NEAR(sum, loss_value(*small.model, batch), 1e-5 * sum);
}

/// To the last bit: a sentence is translated alike in any batch.
TEST_P(EncoderDecoderTest, SentencesDoNotDependOnTheirNeighbours) {
  const SmallModel small(options(), backend_name());
  const Batch batch = random_batch(*small.model);
  Tape tape(*small.backend);
  const auto decode = [&](const Batch& some) {
    return small.model->decode(tape, small.model->encode(tape, some.source), some.target);
  };
  const Decoded all = decode(batch);
  const std::vector<float> hidden = host(all.hidden);
  for (const std::vector<int>& order : {std::vector{2, 0, 3, 1}, {0}, {1}, {3, 2}}) {
    const Batch some = pick(batch, order);
    const Decoded found = decode(some);
    const std::vector<float> hidden_found = host(found.hidden);
    for (int i = 0; i < some.target.size(); ++i) {
      for (int token = 0; token < some.target.length(i); ++token) {
        const int row = batch.target.offsets[order[i]] + token;
        const int row_found = some.target.offsets[i] + token;
        EXPECT_EQ(row_of(hidden, all.hidden.cols(), row),
                  row_of(hidden_found, found.hidden.cols(), row_found));
        EXPECT_EQ(weights_of(all.attention, row), weights_of(found.attention, row_found));
      }
    }
  }
}

/// Walks through `target` step by step and compares each row's hidden state and attention with
/// teacher forcing. Rows are `copies` of each sentence, in an order that changes at each step;
/// sentences leave when they end.
void expect_steps_as_decode(const SmallModel& small, const Batch& batch, int copies) {
  const EncoderDecoder& model = *small.model;
  Tape encoder_tape(*small.backend), decode_tape(*small.backend);
  Tape tapes[] = {Tape(*small.backend), Tape(*small.backend)};
  const Encoded encoded = model.encode(encoder_tape, batch.source);
  const Decoded forced =
      model.decode(decode_tape, model.encode(decode_tape, batch.source), batch.target);
  const std::vector<float> forced_hidden = host(forced.hidden);
  const std::unique_ptr<DecoderState> state = model.start(encoded);
  std::vector<int> rows(batch.source.size());  // sentence of each row
  std::iota(rows.begin(), rows.end(), 0);
  Random random(2);
  for (int step = 0; !rows.empty(); ++step) {
    std::vector<int> parents, tokens, sentences;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (batch.target.length(rows[row]) <= step) continue;
      for (int copy = 0; copy < (step == 0 ? copies : 1); ++copy) {
        parents.push_back(static_cast<int>(row));
      }
    }
    random.shuffle(std::span(parents));
    for (const int parent : parents) {
      sentences.push_back(rows[parent]);
      tokens.push_back(step == 0 ? model.vocabularies().start
                                 : batch.target[rows[parent]][step - 1]);
    }
    if (parents.empty()) return;
    Tape& tape = tapes[step % 2];
    tape.reset();
    const Decoded decoded = model.step(tape, *state, {tape.keep(tokens), tape.keep(parents)});
    const std::vector<float> hidden = host(decoded.hidden);
    ASSERT_EQ(forced.attention.weights.size(), decoded.attention.weights.size());
    for (std::size_t row = 0; row < parents.size(); ++row) {
      SCOPED_TRACE("step " + std::to_string(step) + ", row " + std::to_string(row));
      const int forced_row = batch.target.offsets[sentences[row]] + step;
      expect_near(row_of(forced_hidden, forced.hidden.cols(), forced_row),
                  row_of(hidden, decoded.hidden.cols(), static_cast<int>(row)));
      expect_near(weights_of(forced.attention, forced_row),
                  weights_of(decoded.attention, static_cast<int>(row)));
    }
    rows = sentences;
  }
}

TEST_P(EncoderDecoderTest, PackedWeightsGiveTheSameBits) {
  const SmallModel small(options(), backend_name());
  const Batch batch = random_batch(*small.model);
  const auto all_logits = [&] {
    Tape tape(*small.backend);
    const Encoded encoded = small.model->encode(tape, batch.source);
    const Decoded decoded = small.model->decode(tape, encoded, batch.target);
    return host(logits(decoded.hidden, small.model->output(tape)));
  };
  const std::vector<float> expected = all_logits();
  {
    const PackedParameters packed(small.model->parameters(), Precision::kFloat);
    EXPECT_EQ(all_logits(), expected);
  }
  const PackedParameters packed(small.model->parameters(), Precision::kInt8);
  const std::vector<float> rounded = all_logits();
  EXPECT_NE(rounded, expected);
  expect_near(expected, rounded, 0.5);
}

TEST_P(EncoderDecoderTest, StepsAreAsTeacherForcing) {
  const SmallModel small(options(), backend_name());
  const Batch batch = random_batch(small.model->vocabularies(), {3, 7, 1, 4, 2}, {4, 2, 8, 1, 3});
  expect_steps_as_decode(small, batch, 1);
  expect_steps_as_decode(small, batch, 3);
}

/// Hypotheses with different pasts change places: each must carry its own past along.
TEST_P(EncoderDecoderTest, HypothesesCarryTheirPastAlong) {
  const SmallModel small(options(), backend_name());
  const EncoderDecoder& model = *small.model;
  const Batch one = random_batch(model.vocabularies(), {5}, {1});
  // Row 0 continues row 1 and the other way round, at each step.
  const int start = model.vocabularies().start;
  const std::vector<std::vector<int>> tokens = {{start, start}, {4, 5}, {6, 7}, {8, 9}, {10, 11}};
  Tape encoder_tape(*small.backend);
  Tape tapes[] = {Tape(*small.backend), Tape(*small.backend)};
  const Encoded encoded = model.encode(encoder_tape, one.source);
  const std::unique_ptr<DecoderState> state = model.start(encoded);
  Decoded last;
  for (std::size_t step = 0; step < tokens.size(); ++step) {
    const std::vector<int> parents = step == 0 ? std::vector{0, 0} : std::vector{1, 0};
    tapes[step % 2].reset();
    last = model.step(tapes[step % 2], *state,
                      {tapes[step % 2].keep(tokens[step]), tapes[step % 2].keep(parents)});
  }
  Batch both;
  both.source.add(one.source[0]);
  both.source.add(one.source[0]);
  both.target.add(std::vector{4, 7, 8, 11, 2});  // ends in row 1
  both.target.add(std::vector{5, 6, 9, 10, 2});  // ends in row 0
  Tape tape(*small.backend);
  const Decoded forced = model.decode(tape, model.encode(tape, both.source), both.target);
  const std::vector<float> expected = host(forced.hidden), found = host(last.hidden);
  expect_near(row_of(expected, forced.hidden.cols(), 9), row_of(found, last.hidden.cols(), 0));
  expect_near(row_of(expected, forced.hidden.cols(), 4), row_of(found, last.hidden.cols(), 1));
}

/// Sigmoids sum to anything, a predicted window takes from the sum.
bool sums_to_one(const ModelOptions& options) {
  return options.attention_normalizer != AttentionNormalizer::kSigmoid &&
         options.attention_window != AttentionWindow::kPredictive;
}

TEST_P(EncoderDecoderTest, AttentionWeightsAreInTheTargetsOrderAndSumToOne) {
  const SmallModel small(options(), backend_name());
  const Batch batch = random_batch(*small.model);
  Tape tape(*small.backend);
  const Decoded decoded =
      small.model->decode(tape, small.model->encode(tape, batch.source), batch.target);
  EXPECT_EQ(decoded.hidden.rows(), batch.target.rows());
  int weights_before = 0;
  for (const AttentionSpan& span : decoded.attention.spans.rows.host) {
    EXPECT_EQ(span.first_weight, weights_before);
    weights_before += span.keys;
  }
  for (const Var& layer : decoded.attention.weights) {
    EXPECT_EQ(decoded.attention.spans.weights, layer.rows());
  }
  for (int sentence = 0; sentence < batch.target.size(); ++sentence) {
    for (int row = batch.target.offsets[sentence]; row < batch.target.offsets[sentence + 1];
         ++row) {
      if (decoded.attention.weights.empty()) continue;
      EXPECT_EQ(decoded.attention.spans.rows.host[row].first_key, batch.source.offsets[sentence]);
      EXPECT_EQ(decoded.attention.spans.rows.host[row].keys, batch.source.length(sentence));
      double heads = 0;
      for (const Var& layer : decoded.attention.weights) heads += layer.cols();
      const std::vector<float> weights = weights_of(decoded.attention, row);
      if (!sums_to_one(options())) continue;
      EXPECT_NEAR(std::accumulate(weights.begin(), weights.end(), 0.0), heads, 1e-5);
    }
  }
}

TEST_P(EncoderDecoderTest, LearnsAndGrowsNoTapeAfterWarmUp) {
  const SmallModel small(with_dropout(options()), backend_name());
  const Batch batch = random_batch(*small.model);
  Block gradients(*small.backend, small.parameters.size());
  Tape tape(*small.backend, small.parameters, gradients.tensor());
  const double before = loss_value(*small.model, batch);
  std::size_t memory = 0;
  for (int update = 0; update < 12; ++update) {
    small.backend->fill(gradients.tensor(), 0);
    tape.reset(update);
    tape.backward(small.model->loss(tape, batch, {0.1F}).loss);
    small.backend->scale(-0.01F, gradients.tensor(), adding(small.parameters.flat()));
    if (update == 0) memory = tape.memory();
    EXPECT_EQ(memory, tape.memory());
  }
  EXPECT_LT(loss_value(*small.model, batch), before);
}

/// Attention to the source is what grows with the square of a line, whatever the encoder has.
TEST(LongLinesTest, AreRefusedBeforeAnyWork) {
  ModelOptions windowed = small_model(ModelType::kTransformer);
  windowed.encoder_attention = windowed.decoder_attention = "window";
  Batch batch;
  batch.source.add(std::vector<int>(1 << 21, 3));
  batch.target = batch.source;
  for (const ModelOptions& options : {small_model(ModelType::kRnn), windowed}) {
    const SmallModel small(options, "eigen");
    Block gradients(*small.backend, small.parameters.size());
    Tape tape(*small.backend, small.parameters, gradients.tensor());
    const std::size_t before = tape.memory();
    expect_error([&] { small.model->loss(tape, batch, {}); }, "2,097,152 tokens that needs");
    expect_error([&] { small.model->expect_room_for(batch, false); }, "lower --max-length");
    EXPECT_EQ(tape.memory(), before);
  }
}

/// What a recurrent encoder keeps grows with the line, and is asked for before the first step.
TEST(LongLinesTest, TooLongForARecurrentEncoderAreRefusedBeforeAnyWork) {
  ModelOptions options = small_model(ModelType::kRnn);
  options.dim_rnn_encoder = 256;
  const SmallModel small(options, "eigen");
  Ragged source;
  source.add(std::vector<int>(1 << 26, 3));
  Tape tape(*small.backend);
  expect_error([&] { small.model->encode(tape, source); }, "67,108,864 tokens that needs");
  EXPECT_EQ(tape.memory(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Architectures, EncoderDecoderTest,
                         testing::Combine(testing::ValuesIn(architectures()),
                                          testing::ValuesIn(test_backend_names())),
                         choice_name);

}  // namespace
}  // namespace heed
