#include "heed/trainer.h"

#include <algorithm>
#include <utility>

#include "training/defaults.h"
#include "training/processes.h"
#include "training/training_loop.h"
#include "training/training_setup.h"
#include "util/error.h"
#include "util/log.h"

namespace heed {

namespace {

/// The first process speaks for all.
LogOptions log_of(const Processes& processes, const LogOptions& options) {
  if (processes.is_first()) return options;
  LogOptions silent;
  silent.quiet = true;
  return silent;
}

/// Of what processes read for themselves.
void expect_files(const DataOptions& data) {
  for (const auto* files : {&data.train_sets, &data.valid_sets}) {
    if (std::ranges::find(*files, "-") == files->end()) continue;
    fail_usage(
        "expected files to train on, found standard input, which mpirun gives to its first process "
        "alone; write it to a file that all processes see");
  }
}

/// Of several processes each says who it is before it fails.
template <class Action>
auto as_process(const Processes& processes, const Action& action) {
  if (processes.size() == 1) return action();
  try {
    return action();
  } catch (const UsageError& error) {
    fail_usage("process {} of {}: {}", processes.rank(), processes.size(), error.what());
  } catch (const Error& error) {
    fail("process {} of {}: {}", processes.rank(), processes.size(), error.what());
  }
}

}  // namespace

struct Trainer::Parts {
  Parts(const TrainOptions& known, const Choose& choose, const LogOptions& log_options)
      : processes(join_processes()),
        log(log_of(*processes, log_options)),
        loop(as_process(*processes, [&] { return make_loop(known, choose); })) {}

  std::unique_ptr<TrainingLoop> make_loop(const TrainOptions& known, const Choose& choose) {
    // What is certain to fail fails before a large corpus is read.
    if (processes->is_first()) std::optional<TrainingLock>(checked(known).model).reset();
    if (processes->size() > 1) expect_files(known.data);
    Corpus corpus(checked(known).data);
    const TrainOptions options = choose(corpus.size());
    return std::make_unique<TrainingLoop>(std::move(corpus), options, *processes, log);
  }

  std::unique_ptr<Processes> processes;
  Log log;
  std::unique_ptr<TrainingLoop> loop;
};

Trainer::Trainer(const TrainOptions& options, const LogOptions& log)
    : Trainer(
          options, [&](std::size_t) { return options; }, log) {}

Trainer::Trainer(const TrainOptions& known, const Choose& choose, const LogOptions& log)
    : parts_(std::make_unique<Parts>(known, choose, log)) {}

TrainOptions Trainer::defaults_for(const TrainOptions& known, std::size_t pairs) {
  TrainOptions options = known.pretrained_model.empty()
                             ? TrainOptions::for_corpus(known.architecture.type, pairs)
                             : TrainOptions::for_pretrained(known.pretrained_model, pairs);
  if (known.training.minimum_risk > 0) suit_minimum_risk(options.training);
  return options;
}

TrainOptions Trainer::options_for(const TrainOptions& known, const Choose& choose) {
  const std::size_t pairs = Corpus(checked(known).data).size();
  return resolved(checked(choose(pairs)), pairs);
}

Trainer::~Trainer() = default;
Trainer::Trainer(Trainer&&) noexcept = default;
Trainer& Trainer::operator=(Trainer&&) noexcept = default;

TrainingEnd Trainer::run(const std::function<bool()>& interrupted) {
  return as_process(*parts_->processes, [&] { return parts_->loop->run(interrupted); });
}

std::vector<std::string> Trainer::rehearse() { return parts_->loop->rehearse(); }

const TrainOptions& Trainer::options() const { return parts_->loop->options(); }

}  // namespace heed
