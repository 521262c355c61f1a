#include "training/workers.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>

#include "util/error.h"
#include "util/random.h"
#include "util/strings.h"

namespace heed {

namespace {

/// Columns of all blocks of a sum that fit into the second cache.
constexpr int kChunk = 1 << 14;

int chunk_count(int columns) { return (columns + kChunk - 1) / kChunk; }

LossSum sum_of(const CrossEntropy& result, const Batch& batch) {
  float loss = 0;
  result.loss.tape().backend().read(result.loss.value(), {&loss, 1});
  return {loss, static_cast<std::uint64_t>(batch.target.rows()),
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

std::span<float> span_of(const Tensor& row) { return {row.data, row.size()}; }

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

Workers::Workers(const EncoderDecoder& model, int shards, int threads, Processes& processes,
                 const MemoryLimits& limits)
    : model_(model),
      backend_(model.parameters().backend()),
      pool_(threads),
      processes_(processes),
      limits_(limits),
      gradients_(backend_, model.parameters().size(), shards,
                 GradientTree::usual_blocks(shards, threads)) {
  if (limits.workspace > 0) workspace_.emplace(model.parameters(), limits.workspace);
  for (int worker = 0; worker < threads; ++worker) {
    tapes_.push_back(std::make_unique<Tape>(backend_, model.parameters()));
    if (limits.recompute) tapes_.back()->save_memory();
  }
}

void Workers::minimize_risk(const Tokenizer& tokenizer, const RiskOptions& options) {
  risk_.emplace(model_, tokenizer, options, threads());
}

void Workers::cut_into(int shards) {
  gradients_.cut_into(shards, GradientTree::usual_blocks(shards, threads()));
}

LossSum Workers::add_gradient(Tape& tape, const Batch& shard) const {
  if (shard.target.size() == 0) {
    tape.clear_missing_gradients();
    return {};
  }
  const CrossEntropy result = model_.loss(tape, shard, objective_);
  tape.backward(result.loss);
  return sum_of(result, shard);
}

/// The same, or of the expected risk.
LossSum Workers::add_gradient(int worker, const Batch& shard) {
  Tape& tape = *tapes_[worker];
  if (!risk_ || shard.target.size() == 0) return add_gradient(tape, shard);
  const MinimumRisk::Weighed found = risk_->translate(worker, shard);
  add_gradient(tape, found.batch);
  return {found.risk, static_cast<std::uint64_t>(shard.target.rows()),
          static_cast<std::uint64_t>(shard.target.size())};
}

Workers::Shards Workers::deal(std::span<const KeyedBatch> batches) const {
  Shards dealt;
  for (const KeyedBatch& part : batches)
    dealt.push_back(make_shards(part.batch, gradients_.shards()));
  return dealt;
}

WorkspacePlan Workers::plan(std::span<const KeyedBatch> batches, double spare) {
  return plan(deal(batches), spare);
}

WorkspacePlan Workers::plan(const Shards& dealt, double spare) {
  const Range own = shards_of(processes_.rank());
  Tape::Size largest;
  for (const std::vector<Batch>& shards : dealt) {
    for (int shard = own.first; shard < own.last; ++shard) {
      const Tape::Size needed = workspace_->needed([&](Tape& tape) {
        if (limits_.recompute) tape.save_memory();
        add_gradient(tape, shards[shard]);
      });
      largest.kept = std::max(largest.kept, needed.kept);
      largest.scratch = std::max(largest.scratch, needed.scratch);
    }
  }
  const auto with_spare = [&](std::size_t floats) {
    return floats + static_cast<std::size_t>(spare * static_cast<double>(floats));
  };
  largest = {with_spare(largest.kept), with_spare(largest.scratch)};
  const auto gradients = [&](int at_once) {
    return gradients_.least_blocks(own.first, own.last, at_once);
  };
  const int threads = std::min(pool_.size(), own.last - own.first);
  return workspace_->plan(largest, threads, gradients, sizeof(float) * received_floats());
}

/// Of the sums that other processes send.
std::size_t Workers::received_floats() const {
  std::size_t blocks = 0;
  for (int process = 0; process < processes_.size(); ++process) {
    const Range theirs = shards_of(process);
    if (process != processes_.rank()) blocks += gradients_.nodes(theirs.first, theirs.last).size();
  }
  return blocks == 0 ? 0
                     : blocks * columns_of(processes_.rank(), model_.parameters().flat()).size();
}

void Workers::expect_room_for(const WorkspacePlan& plan) const {
  if (plan.at_once > 0) return;
  constexpr std::uint64_t kMebi = 1 << 20;
  fail(
      "expected a --workspace in which one of {} shards of a batch fits, found {} where {} are "
      "needed, {} of them for the shard; set --workspace {}{}, or begin a training with more "
      "--shards or fewer --mini-batch-words",
      gradients_.shards(), human_size(limits_.workspace), human_size(plan.least_bytes),
      human_size(plan.tape.bytes()), (plan.least_bytes + kMebi - 1) / kMebi,
      limits_.recompute || model_.options().type != ModelType::kTransformer ? ""
                                                                            : " or --recompute");
}

/// Gives memory back, and takes what these batches need. Returns how many shards are worked on at a
/// time.
int Workers::make_room(const Shards& dealt) {
  if (!workspace_) return threads();
  const WorkspacePlan plan = this->plan(dealt, 0);
  expect_room_for(plan);
  gradients_.limit(plan.gradients);
  for (int worker = 0; worker < threads(); ++worker) {
    Tape& tape = *tapes_[worker];
    tape.reset();
    if (worker < plan.at_once) {
      tape.reserve(plan.tape, plan.tape_room);
    } else {
      tape.release();
    }
  }
  return plan.at_once;
}

std::optional<LossSum> Workers::accumulate(std::span<const KeyedBatch> batches,
                                           const Interrupted& interrupted) {
  const Shards dealt = deal(batches);
  const int at_once = make_room(dealt);
  const Range own = shards_of(processes_.rank());
  std::vector<LossSum> sums((own.last - own.first) * batches.size());
  std::atomic<int> next = own.first;
  std::atomic<bool> stopped = false;
  gradients_.clear();
  std::optional<PackedParameters> packed;  // to translate with
  if (risk_) packed.emplace(model_.parameters(), Precision::kFloat);
  const auto add_shard = [&](int worker, int shard, const Tensor& block) {
    for (std::size_t i = 0; i < batches.size(); ++i) {
      if (worker == 0 && i > 0 && interrupted()) stopped = true;
      if (stopped) return;
      tapes_[worker]->reset(hash_seed(batches[i].key, {static_cast<std::uint64_t>(shard)}),
                            {block, i == 0 ? 0.0F : 1.0F});
      sums[(shard - own.first) * batches.size() + i] = add_gradient(worker, dealt[i][shard]);
    }
  };
  pool_.run([&](int worker) {
    while (worker < at_once && next < own.last && !stopped) {
      GradientTree::Taken block(gradients_);  // before a number: who waits keeps none waiting
      const int shard = next++;
      if (shard >= own.last) return;
      add_shard(worker, shard, block.tensor());
      if (!stopped) block.put(shard);
    }
  });
  if (processes_.any(stopped)) return std::nullopt;
  return total(processes_.gather(std::span<const LossSum>(sums)));
}

Workers::Range Workers::shards_of(int process) const {
  const int shards = gradients_.shards(), count = processes_.size();
  return {shards * process / count, shards * (process + 1) / count};
}

Workers::Range Workers::chunks_of(int process) const {
  const std::int64_t chunks = chunk_count(static_cast<int>(model_.parameters().size()));
  const int count = processes_.size();
  return {static_cast<int>(chunks * process / count),
          static_cast<int>(chunks * (process + 1) / count)};
}

Tensor Workers::columns_of(int process, const Tensor& flat) const {
  const Range chunks = chunks_of(process);
  const int first = chunks.first * kChunk;
  return flat.col_range(first, std::min(flat.cols, chunks.last * kChunk) - first);
}

/// Threads share out the columns in chunks that do not depend on their number.
void Workers::for_each_chunk(const Range& chunks,
                             const std::function<void(int, int, int)>& action) {
  const int columns = static_cast<int>(model_.parameters().size());
  const int count = chunks.last - chunks.first;
  pool_.run([&](int worker) {
    const int end = chunks.first + count * (worker + 1) / threads();
    for (int chunk = chunks.first + count * worker / threads(); chunk < end; ++chunk) {
      const int first = chunk * kChunk;
      action(chunk, first, std::min(kChunk, columns - first));
    }
  });
}

/// A reduce-scatter whose sums are this process's own business: what neighbouring shards have in
/// common is added up here, and each process gets its columns of that.
void Workers::receive_sums() {
  const Range all{0, chunk_count(static_cast<int>(model_.parameters().size()))};
  gradients_.add_up_neighbours([&](const Tensor& from, const Tensor& to) {
    for_each_chunk(all, [&](int /*chunk*/, int first, int count) {
      backend_.scale(1.0F, from.col_range(first, count), adding(to.col_range(first, count)));
    });
  });
  std::vector<Processes::Message> sent, received;
  std::size_t blocks = 0;
  const int rank = processes_.rank();
  const int first = chunks_of(rank).first * kChunk;
  const Range own = shards_of(rank);
  const int columns = columns_of(rank, model_.parameters().flat()).cols;
  for (int process = 0; process < processes_.size(); ++process) {
    if (process == rank) continue;
    for (const GradientTree::Node& node : gradients_.nodes(own.first, own.last)) {
      sent.push_back({process, span_of(columns_of(process, gradients_.block(node)))});
    }
    const Range theirs = shards_of(process);
    for (const GradientTree::Node& node : gradients_.nodes(theirs.first, theirs.last)) {
      if (blocks == received_.size()) {
        received_.push_back(std::make_unique<Block>(backend_, static_cast<std::size_t>(columns)));
      }
      const Tensor& block = received_[blocks++]->tensor();
      received.push_back({process, span_of(block)});
      gradients_.put(node, block, first);
    }
  }
  processes_.exchange(sent, received);
}

/// An all-gather of the columns that each process has moved.
void Workers::share(const Tensor& flat) {
  std::vector<Processes::Message> sent, received;
  for (int process = 0; process < processes_.size(); ++process) {
    if (process == processes_.rank()) continue;
    sent.push_back({process, span_of(columns_of(processes_.rank(), flat))});
    received.push_back({process, span_of(columns_of(process, flat))});
  }
  processes_.exchange(sent, received);
}

void Workers::share(const TrainingWeights& weights) {
  share(weights.first_moment);
  share(weights.second_moment);
  if (weights.average) share(weights.average);
}

double Workers::step(const Update& update) {
  if (processes_.size() > 1) receive_sums();
  const Range own = chunks_of(processes_.rank());
  std::vector<double> squares(own.last - own.first);
  for_each_chunk(own, [&](int chunk, int first, int count) {
    const Tensor sum = gradients_.add_up(first, count);
    frozen_.for_each_frozen(first, count, [&](int column, int columns) {
      backend_.fill(sum.col_range(column - first, columns), 0);
    });
    squares[chunk - own.first] = backend_.sum_squares(sum);
  });
  squares = processes_.gather(std::span<const double>(squares));
  const double norm =
      std::sqrt(std::accumulate(squares.begin(), squares.end(), 0.0)) / update.tokens;
  if (!std::isfinite(norm)) return norm;
  AdamStep adam = update.adam;
  const double clip =
      update.clip_norm > 0 && norm > update.clip_norm ? update.clip_norm / norm : 1.0;
  adam.gradient_scale = static_cast<float>(clip / update.tokens);
  const TrainingWeights& weights = update.weights;
  for_each_chunk(own, [&](int /*chunk*/, int first, int count) {
    frozen_.for_each_trained(first, count, [&](int column, int columns) {
      const Tensor values = weights.values.col_range(column, columns);
      backend_.adam(adam, gradients_.sum(column, columns), values,
                    weights.first_moment.col_range(column, columns),
                    weights.second_moment.col_range(column, columns));
      if (!weights.average) return;
      backend_.blend(update.average_rate, values, weights.average.col_range(column, columns));
    });
  });
  share(weights.values);
  return norm;
}

std::size_t Workers::tape_memory() const {
  std::size_t bytes = 0;
  for (const auto& tape : tapes_) bytes += tape->memory();
  return bytes;
}

}  // namespace heed
