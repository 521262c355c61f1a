#include <algorithm>

#include "training/training_loop.h"
#include "training/training_setup.h"
#include "util/error.h"
#include "util/process.h"
#include "util/strings.h"

// What a training takes of memory, found before it begins.

namespace heed {

namespace {

constexpr int kLooked = 50;        // batches; all have about as many target tokens
constexpr double kSpare = 0.25;    // for larger ones, where shards are chosen
constexpr int kMostShards = 1024;  // as --shards has it

}  // namespace

/// Of the first ones, by what a tape needs for a shard. The batcher stands where it stood.
KeyedBatch TrainingLoop::find_largest_batch() {
  const DataPosition begin = batcher_.position();
  KeyedBatch largest;
  std::size_t most = 0;
  for (int i = 0; i < kLooked; ++i) {
    std::optional<Batch> batch = batcher_.next();
    if (!batch) break;  // the end of the corpus
    KeyedBatch keyed{std::move(*batch), 0};
    const std::size_t needed = workers_.plan({&keyed, 1}).tape.bytes();
    if (needed <= most) continue;
    most = needed;
    largest = std::move(keyed);
  }
  batcher_.seek(begin);
  return largest;
}

/// A new training is cut into as many shards as it takes for one to fit, with some room for larger
/// batches. What was cut before must fit.
void TrainingLoop::fit_into_workspace() {
  const KeyedBatch largest = find_largest_batch();
  int& shards = options_.training.shards;
  const bool is_free = shards == 0;
  const auto plan = [&](double spare) { return workers_.plan({&largest, 1}, spare); };
  if (is_free) shards = usual_shards(options_.data);
  WorkspacePlan chosen = plan(is_free ? kSpare : 0);
  const auto wants_more = [&] {
    return chosen.at_once == 0 && shards < std::min(kMostShards, largest.batch.source.size());
  };
  while (is_free && processes_.any(wants_more())) {
    workers_.cut_into(shards = std::min(2 * shards, kMostShards));
    chosen = plan(kSpare);
  }
  workers_.expect_room_for(chosen);
  chosen = plan(0);
  log_.info(
      "[train] --workspace {} MiB: of {} shards {} are worked on at a time in the largest of the "
      "first batches, on tapes of {}, with {} gradients",
      options_.training.workspace, shards, chosen.at_once, human_size(chosen.tape.bytes()),
      chosen.gradients);
}

std::vector<std::string> TrainingLoop::rehearse() {
  if (processes_.size() > 1) fail_usage("--dry-run measures one process; start it without mpirun");
  Batch largest;
  const auto rows = [](const Batch& batch) { return batch.source.rows() + batch.target.rows(); };
  for (int i = 0; i < kLooked; ++i) {
    fetch();
    if (rows(next_batch_) > rows(largest)) largest = std::move(next_batch_);
  }
  const std::vector<KeyedBatch> batches = {{std::move(largest), 0}};
  const auto sum = workers_.accumulate(batches);
  Workers::Update update;
  update.tokens = static_cast<double>(sum.value().tokens);
  update.weights = weights_;
  workers_.step(update);
  if (validator_) validator_->run({workers_.pool(), processes_}, [] { return false; });
  const std::size_t block = parameters_.size() * sizeof(float);
  const std::size_t blocks = average_ ? 4 : 3;
  return {fmt::format("parameters: {} ({})",
                      with_thousands(static_cast<std::int64_t>(parameters_.count())),
                      human_size(block)),
          fmt::format("vocabulary: {} source, {} target pieces", tokenizers_.source.size(),
                      tokenizers_.target.size()),
          fmt::format("weights, gradients and moments: {}",
                      human_size(block * blocks + workers_.gradient_memory())),
          fmt::format("activations of {} threads: {}", workers_.threads(),
                      human_size(workers_.tape_memory())),
          fmt::format("memory of training, measured on one update: {}", human_size(peak_memory()))};
}

}  // namespace heed
