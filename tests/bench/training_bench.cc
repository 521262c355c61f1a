// Training speed in target words/s, with products of f32 and, where the processor has them, of
// bf16, and the model's floating-point operations as a share of Eigen's own SGEMM on as many cores,
// measured in the same run.
//   heed-training-bench SOURCE TARGET [--threads N] [--shards N]
// Models: Transformer 3 + 3 layers of width 256 (feed-forward 1024, 4 heads) and GRU 256/512 with
// additive attention, vocabulary 8,000 (joint, tied), batches of 2,000 target words.

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/model_operations.h"
#include "bench/sgemm.h"
#include "data/batcher.h"
#include "data/vocabulary_trainer.h"
#include "heed/error.h"
#include "support/backends.h"
#include "training/workers.h"

namespace heed {

namespace {

constexpr int kUpdates = 15;  // measured, after two to warm up

struct Cut {
  int threads = 2;
  int shards = 8;
};

struct Result {
  double words = 0;       // target words a second
  double operations = 0;  // of the model's products, a second
};

/// One pass of updates; each round is measured beside its own SGEMM rate.
Result measure(const EncoderDecoder& model, Batcher& batcher, const Cut& cut) {
  Backend& backend = model.parameters().backend();
  const std::unique_ptr<Processes> alone = join_processes();
  Workers workers(model, cut.shards, cut.threads, *alone);
  workers.minimize({0.1F});
  Block first(backend, model.parameters().size()), second(backend, model.parameters().size());
  Workers::Update update;
  update.adam.learning_rate = 1e-4F;
  update.weights = {model.parameters().flat(), first.tensor(), second.tensor(), {}};
  Result result;
  std::chrono::duration<double> elapsed{};
  for (int number = 1; number <= kUpdates + 2; ++number) {
    std::optional<Batch> batch = batcher.next();
    if (!batch) batch = batcher.next();
    const std::vector<KeyedBatch> batches = {{*batch, static_cast<std::uint64_t>(number)}};
    const auto start = std::chrono::steady_clock::now();
    const LossSum sum = workers.accumulate(batches).value();
    update.tokens = static_cast<double>(sum.tokens);
    update.adam.update = number;
    workers.step(update);
    if (number <= 2) continue;
    elapsed += std::chrono::steady_clock::now() - start;
    result.words += static_cast<double>(sum.tokens);
    result.operations += 3 * forward_operations(model, batch->source.rows(), batch->target.rows());
  }
  return {result.words / elapsed.count(), result.operations / elapsed.count()};
}

ModelOptions options_of(ModelType type) {
  ModelOptions options;
  options.type = type;
  if (type == ModelType::kTransformer) options.enc_depth = options.dec_depth = 3;
  return options;
}

void run(const std::string& source, const std::string& target, const Cut& cut) {
  const Corpus corpus({source, target}, false);
  DataOptions data;
  data.vocab_size = 8000;
  const auto both = [&](std::size_t i) {
    return i % 2 == 0 ? corpus.source(i / 2) : corpus.target(i / 2);
  };
  const Tokenizer tokenizer = train_tokenizer(2 * corpus.size(), both, data);
  std::vector<std::unique_ptr<Backend>> backends;
  backends.push_back(make_backend("eigen"));
  if (auto bf16 = bf16_backend("eigen")) backends.push_back(std::move(bf16));
  fmt::print("{} threads, {} shards\n", cut.threads, cut.shards);
  fmt::print("{:12} {:34} {:>10} {:>10} {:>10} {:>8}\n", "model", "kernels", "words/s", "GFLOP/s",
             "SGEMM", "share");
  for (const ModelType type : {ModelType::kTransformer, ModelType::kRnn}) {
    for (const auto& backend : backends) {
      Parameters parameters(*backend);
      const auto model =
          make_model(options_of(type), {tokenizer.size(), tokenizer.size(), 1, 2}, parameters);
      parameters.initialize(1);
      Batcher batcher(corpus, tokenizer, tokenizer, data, 1);
      const double before = sgemm_rate(cut.threads);
      const Result result = measure(*model, batcher, cut);
      const double rate = (before + sgemm_rate(cut.threads)) / 2;
      fmt::print("{:12} {:34} {:10.0f} {:10.1f} {:10.1f} {:7.0f}%\n",
                 enum_names(type)[static_cast<std::size_t>(type)], backend->description(),
                 result.words, result.operations * 1e-9, rate * 1e-9,
                 100 * result.operations / rate);
    }
  }
}

}  // namespace

}  // namespace heed

int main(int argc, char** argv) {
  heed::Cut cut;
  bool is_understood = argc >= 3 && argc % 2 == 1;
  for (int i = 3; is_understood && i < argc; i += 2) {
    const std::string flag = argv[i];
    is_understood = flag == "--threads" || flag == "--shards";
    (flag == "--threads" ? cut.threads : cut.shards) = std::atoi(argv[i + 1]);
  }
  if (!is_understood) {
    fmt::print(stderr, "usage: heed-training-bench SOURCE TARGET [--threads N] [--shards N]\n");
    return 2;
  }
  try {
    heed::run(argv[1], argv[2], cut);
  } catch (const heed::Error& error) {
    fmt::print(stderr, "heed-training-bench: {}\n", error.what());
    return 1;
  }
  return 0;
}
