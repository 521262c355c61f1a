#include "training/workers.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "util/random.h"

namespace heed {

namespace {

LossSum sum_of(const CrossEntropy& result, const Batch& batch) {
  float loss = 0;
  result.loss.tape().backend().read(result.loss.value(), {&loss, 1});
  return {loss, static_cast<std::uint64_t>(result.likelihood.cols),
          static_cast<std::uint64_t>(batch.target.size())};
}

LossSum total(std::span<const LossSum> parts) {
  LossSum sum;
  for (const LossSum& part : parts) {
    sum.loss += part.loss;
    sum.tokens += part.tokens;
    sum.sentences += part.sentences;
  }
  return sum;
}

}  // namespace

std::vector<Batch> make_shards(const Batch& batch, int count) {
  std::vector<Batch> shards(count);
  for (int sentence = 0; sentence < batch.source.size(); ++sentence) {
    Batch& shard = shards[sentence % count];
    shard.source.add(batch.source[sentence]);
    shard.target.add(batch.target[sentence]);
    if (batch.links.size() == 0) continue;
    const std::span<const int> rows = std::span(batch.target.offsets).subspan(sentence, 2);
    for (int row = rows.front(); row < rows.back(); ++row) shard.links.add(batch.links[row]);
  }
  return shards;
}

Workers::Workers(const EncoderDecoder& model, int threads)
    : model_(model), backend_(model.parameters().backend()), pool_(threads) {
  for (int worker = 0; worker < threads; ++worker) {
    gradients_.push_back(std::make_unique<Block>(backend_, model.parameters().size()));
    tapes_.push_back(
        std::make_unique<Tape>(backend_, model.parameters(), gradients_.back()->tensor()));
  }
}

LossSum Workers::accumulate(const Batch& batch, float smoothing, std::uint64_t key) {
  const std::vector<Batch> shards = make_shards(batch, size());
  std::vector<LossSum> sums(shards.size());
  pool_.run([&](int worker) {
    const Batch& shard = shards[worker];
    if (shard.target.size() == 0) return;
    Tape& tape = *tapes_[worker];
    tape.reset(hash_seed(key, {static_cast<std::uint64_t>(worker)}));
    const CrossEntropy result = model_.loss(tape, shard, smoothing, guide_);
    tape.backward(result.loss);
    sums[worker] = sum_of(result, shard);
  });
  return total(sums);
}

Tensor Workers::slice(const Tensor& flat, int worker) const {
  const int share = (flat.cols / size() + 15) / 16 * 16;
  const int first = std::min(flat.cols, worker * share);
  const int last = worker + 1 == size() ? flat.cols : std::min(flat.cols, first + share);
  return {flat.data + first, 1, last - first};
}

double Workers::step(const Update& update) {
  std::vector<double> squares(size());
  pool_.run([&](int worker) {
    const Tensor sum = slice(gradients_.front()->tensor(), worker);
    for (std::size_t other = 1; other < gradients_.size(); ++other) {
      backend_.scale(1.0F, slice(gradients_[other]->tensor(), worker), adding(sum));
    }
    squares[worker] = backend_.sum_squares(sum);
  });
  const double norm =
      std::sqrt(std::accumulate(squares.begin(), squares.end(), 0.0)) / update.tokens;
  if (!std::isfinite(norm)) return norm;
  AdamStep adam = update.adam;
  const double clip =
      update.clip_norm > 0 && norm > update.clip_norm ? update.clip_norm / norm : 1.0;
  adam.gradient_scale = static_cast<float>(clip / update.tokens);
  pool_.run([&](int worker) {
    const TrainingWeights& weights = update.weights;
    const Tensor values = slice(weights.values, worker);
    backend_.adam(adam, slice(gradients_.front()->tensor(), worker), values,
                  slice(weights.first_moment, worker), slice(weights.second_moment, worker));
    if (weights.average) {
      backend_.blend(update.average_rate, values, slice(weights.average, worker));
    }
    for (const auto& gradient : gradients_) backend_.fill(slice(gradient->tensor(), worker), 0.0F);
  });
  return norm;
}

std::size_t Workers::tape_memory() const {
  std::size_t bytes = 0;
  for (const auto& tape : tapes_) bytes += tape->memory();
  return bytes;
}

}  // namespace heed
