#include "heed/trainer.h"

#include <utility>

#include "training/training_loop.h"
#include "training/training_setup.h"
#include "util/error.h"
#include "util/log.h"

namespace heed {

namespace {

Corpus open(const DataOptions& data) {
  if (data.train_sets.empty()) {
    fail_usage("expected --train-sets SOURCE TARGET, or one file with --tsv, found none");
  }
  return Corpus(data.train_sets, data.tsv);
}

}  // namespace

struct Trainer::Parts {
  Parts(const TrainOptions& known, const Choose& choose, const LogOptions& log_options)
      : log(log_options), loop(make_loop(known, choose, log)) {}

  static std::unique_ptr<TrainingLoop> make_loop(const TrainOptions& known, const Choose& choose,
                                                 Log& log) {
    // What is certain to fail fails before a large corpus is read.
    std::optional<TrainingLock>(checked(known).model).reset();
    Corpus corpus = open(known.data);
    const TrainOptions options = choose(corpus.size());
    return std::make_unique<TrainingLoop>(std::move(corpus), options, log);
  }

  Log log;
  std::unique_ptr<TrainingLoop> loop;
};

Trainer::Trainer(const TrainOptions& options, const LogOptions& log)
    : Trainer(
          options, [&](std::size_t) { return options; }, log) {}

Trainer::Trainer(const TrainOptions& known, const Choose& choose, const LogOptions& log)
    : parts_(std::make_unique<Parts>(known, choose, log)) {}

TrainOptions Trainer::options_for(const TrainOptions& known, const Choose& choose) {
  const std::size_t pairs = open(checked(known).data).size();
  return resolved(checked(choose(pairs)), pairs);
}

Trainer::~Trainer() = default;
Trainer::Trainer(Trainer&&) noexcept = default;
Trainer& Trainer::operator=(Trainer&&) noexcept = default;

TrainingEnd Trainer::run(const std::function<bool()>& interrupted) {
  return parts_->loop->run(interrupted);
}

std::vector<std::string> Trainer::rehearse() { return parts_->loop->rehearse(); }

const TrainOptions& Trainer::options() const { return parts_->loop->options(); }

}  // namespace heed
