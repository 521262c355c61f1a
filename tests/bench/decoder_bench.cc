// Time of a decoder's step against its number, for each self-attention of the Transformer's
// decoder: multi-head's grows with what has been written, others' is constant or bounded.
//   heed-decoder-bench

#include <fmt/core.h>

#include <array>
#include <chrono>
#include <numeric>
#include <vector>

#include "model/encoder_decoder.h"
#include "nn/sequence_attention.h"

namespace heed {

namespace {

constexpr int kRows = 8;   // hypotheses
constexpr int kMean = 16;  // steps whose mean is shown

ModelOptions options_with(std::string_view attention) {
  ModelOptions options;
  options.type = ModelType::kTransformer;
  options.dec_depth = 3;
  options.decoder_attention = attention;
  return options;
}

/// Microseconds a step up to each of the numbers of `last`.
std::vector<double> step_times(const EncoderDecoder& model, std::span<const int> last) {
  Backend& backend = model.parameters().backend();
  Tape source(backend);
  Ragged sentence;
  sentence.add(std::vector<int>(20, 5));
  const Encoded encoded = model.encode(source, sentence);
  const std::unique_ptr<DecoderState> state = model.start(encoded);
  Tape tapes[] = {Tape(backend), Tape(backend)};
  const std::vector<int> tokens(kRows, 7), first(kRows, 0);
  std::vector<int> parents(kRows);
  std::iota(parents.begin(), parents.end(), 0);
  std::vector<double> result;
  double sum = 0;
  for (int step = 0; step < last.back(); ++step) {
    const int next = last[result.size()];
    const auto start = std::chrono::steady_clock::now();
    Tape& tape = tapes[step % 2];
    tape.reset();
    model.step(tape, *state, {tape.keep(tokens), tape.keep(step == 0 ? first : parents)});
    const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - start;
    sum = step == next - kMean ? time.count() : sum + time.count();
    if (step + 1 == next) result.push_back(sum / kMean);
  }
  return result;
}

void run() {
  constexpr std::array kSteps = {16, 64, 256, 1024};
  const auto backend = make_backend("eigen");
  fmt::print("{}, 1 thread, {} hypotheses, microseconds a step\n{:<16}", backend->description(),
             kRows, "self-attention");
  for (const int step : kSteps) fmt::print("{:>10}", fmt::format("step {}", step));
  fmt::print("\n");
  for (const SequenceAttentionVariant& variant : sequence_attention_variants()) {
    Parameters parameters(*backend);
    const auto model = make_model(options_with(variant.name), {32, 32, 1, 2}, parameters);
    parameters.initialize(1);
    fmt::print("{:<17}", variant.name);
    for (const double time : step_times(*model, kSteps)) fmt::print("{:10.0f}", time);
    fmt::print("\n");
  }
}

}  // namespace

}  // namespace heed

int main() {
  heed::run();
  return 0;
}
