#include "training/workers.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>

#include "util/random.h"

namespace heed {

namespace {

/// Columns of all blocks of a sum that fit into the second cache.
constexpr int kChunk = 1 << 14;

int chunk_count(int columns) { return (columns + kChunk - 1) / kChunk; }

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

Workers::Workers(const EncoderDecoder& model, int shards, int threads)
    : model_(model),
      backend_(model.parameters().backend()),
      pool_(threads),
      gradients_(backend_, model.parameters().size(), shards,
                 GradientTree::usual_blocks(shards, threads)) {
  for (int worker = 0; worker < threads; ++worker) {
    tapes_.push_back(std::make_unique<Tape>(backend_, model.parameters()));
  }
}

LossSum Workers::add_gradient(Tape& tape, const Batch& shard, float smoothing) const {
  if (shard.target.size() == 0) {
    tape.clear_missing_gradients();
    return {};
  }
  const CrossEntropy result = model_.loss(tape, shard, smoothing, guide_);
  tape.backward(result.loss);
  return sum_of(result, shard);
}

std::optional<LossSum> Workers::accumulate(std::span<const KeyedBatch> batches, float smoothing,
                                           const Interrupted& interrupted) {
  std::vector<std::vector<Batch>> dealt;
  for (const KeyedBatch& part : batches)
    dealt.push_back(make_shards(part.batch, gradients_.shards()));
  std::vector<LossSum> sums(gradients_.shards() * batches.size());
  std::atomic<int> next = 0;
  std::atomic<bool> stopped = false;
  gradients_.clear();
  pool_.run([&](int worker) {
    for (int shard = next++; shard < gradients_.shards(); shard = next++) {
      const Tensor block = gradients_.take();
      for (std::size_t i = 0; i < batches.size(); ++i) {
        if (worker == 0 && i > 0 && interrupted()) stopped = true;
        if (stopped) return;
        tapes_[worker]->reset(hash_seed(batches[i].key, {static_cast<std::uint64_t>(shard)}),
                              {block, i == 0 ? 0.0F : 1.0F});
        sums[shard * batches.size() + i] =
            add_gradient(*tapes_[worker], dealt[i][shard], smoothing);
      }
      gradients_.put(shard, block);
    }
  });
  if (stopped) return std::nullopt;
  return total(sums);
}

/// Threads share out the columns in chunks that do not depend on their number.
void Workers::for_each_chunk(const std::function<void(int, int, int)>& action) {
  const int columns = static_cast<int>(model_.parameters().size());
  const int chunks = chunk_count(columns);
  pool_.run([&](int worker) {
    const int end = chunks * (worker + 1) / threads();
    for (int chunk = chunks * worker / threads(); chunk < end; ++chunk) {
      const int first = chunk * kChunk;
      action(chunk, first, std::min(kChunk, columns - first));
    }
  });
}

double Workers::step(const Update& update) {
  std::vector<double> squares(chunk_count(static_cast<int>(model_.parameters().size())));
  for_each_chunk([&](int chunk, int first, int count) {
    squares[chunk] = backend_.sum_squares(gradients_.add_up(first, count));
  });
  const double norm =
      std::sqrt(std::accumulate(squares.begin(), squares.end(), 0.0)) / update.tokens;
  if (!std::isfinite(norm)) return norm;
  AdamStep adam = update.adam;
  const double clip =
      update.clip_norm > 0 && norm > update.clip_norm ? update.clip_norm / norm : 1.0;
  adam.gradient_scale = static_cast<float>(clip / update.tokens);
  const TrainingWeights& weights = update.weights;
  for_each_chunk([&](int /*chunk*/, int first, int count) {
    const Tensor values = weights.values.col_range(first, count);
    backend_.adam(adam, gradients_.sum().col_range(first, count), values,
                  weights.first_moment.col_range(first, count),
                  weights.second_moment.col_range(first, count));
    if (!weights.average) return;
    backend_.blend(update.average_rate, values, weights.average.col_range(first, count));
  });
  return norm;
}

std::size_t Workers::tape_memory() const {
  std::size_t bytes = 0;
  for (const auto& tape : tapes_) bytes += tape->memory();
  return bytes;
}

}  // namespace heed
