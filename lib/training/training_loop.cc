#include "training/training_loop.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "data/augmenter.h"
#include "model/attention_choice.h"
#include "training/defaults.h"
#include "training/training_setup.h"
#include "util/error.h"
#include "util/json_fields.h"
#include "util/process.h"
#include "util/random.h"
#include "util/strings.h"

namespace heed {

namespace {

constexpr double kPlateauFactor = 0.5;         // of the learning rate, after
constexpr std::uint64_t kPlateauPatience = 2;  // validations without a new best

double amount_of(const Period& period, const Progressed& progress) {
  switch (period.unit) {
    case Period::Unit::kUpdates:
      return static_cast<double>(progress.updates);
    case Period::Unit::kEpochs:
      return static_cast<double>(progress.epochs);
    case Period::Unit::kTokens:
      return static_cast<double>(progress.tokens);
    case Period::Unit::kSeconds:
      return progress.seconds;
  }
  return 0;
}

MemoryLimits memory_limits(const TrainingOptions& options) {
  return {static_cast<std::uint64_t>(options.workspace) << 20, options.recompute};
}

}  // namespace

TrainingLoop::TrainingLoop(Corpus corpus, const TrainOptions& options, Processes& processes,
                           Log& log)
    : options_(resolved(checked(options), corpus.size())),
      processes_(processes),
      log_(log),
      backend_(make_backend(options_.training.backend, options_.training.precision)),
      corpus_(std::move(corpus)),
      guided_(read_guided_alignment(corpus_, options_.data)),
      validation_text_(read_validation_text(options_.data)),
      state_file_(options_.model + ".state", options_,
                  corpus_.fingerprint() + (guided_ ? guided_->checksum() : 0)),
      tokenizers_(make_tokenizers(corpus_, options_, state_file_, processes, log)),
      parameters_(*backend_),
      model_(make_model(options_.architecture, tokenizers_.vocabularies(), parameters_)),
      workers_(
          expect_room_for(*model_, options_.training),
          options_.training.shards > 0 ? options_.training.shards : usual_shards(options_.data),
          options_.training.threads, processes, memory_limits(options_.training)),
      batcher_(corpus_, tokenizers_.source, tokenizers_.target, options_.data,
               options_.training.seed, guidance()),
      several_sentences_(share_with_several_sentences(corpus_)),
      end_(make_end(options_.training)),
      valid_freq_(parse_periods("valid-freq", options_.training.valid_freq)),
      save_freq_(parse_periods("save-freq", options_.training.save_freq)),
      disp_freq_(parse_periods("disp-freq", options_.training.disp_freq)),
      schedule_(make_schedule(options_.training, end_)),
      report_(log) {
  parameters_.initialize(options_.training.seed);
  if (!state_file_.exists()) load_pretrained(options_, parameters_);
  check_own_choice(*model_);
  set_goal();
  first_moment_.emplace(*backend_, parameters_.size());
  second_moment_.emplace(*backend_, parameters_.size());
  weights_ = {parameters_.flat(), first_moment_->tensor(), second_moment_->tensor(), {}};
  if (options_.training.exponential_smoothing > 0) {
    average_.emplace(*backend_, parameters_.size());
    backend_->copy(weights_.values, average_->tensor());
    weights_.average = average_->tensor();
  }
  if (validation_text_) {
    validator_.emplace(*model_, *validation_text_, tokenizers_, options_);
    for (const std::string& warning : validation_text_->warnings) log_.warn("[valid] {}", warning);
    best_of_ = fmt::format("{} on text {:016x}", options_.training.valid_metrics.front(),
                           validation_text_->fingerprint);
    if (validator_->cropped() > 0) {
      log_.warn("[valid] {} validation pairs have more than {} tokens on a side and are cropped",
                validator_->cropped(), options_.data.max_length);
    }
  }
  for (const std::string& warning : corpus_.warnings()) log_.warn("[data] {}", warning);
  for (const std::string& note : corpus_.notes()) log_.info("[data] {}", note);
  if (options_.training.workspace > 0) fit_into_workspace();
  if (processes_.size() > options_.training.shards) {
    fail_usage("expected at most {} processes (--shards), found {}; start fewer, or raise --shards",
               options_.training.shards, processes_.size());
  }
  resume();
  expect_all_alike();
}

/// What is made small, and what stays as it is.
void TrainingLoop::set_goal() {
  const TrainingOptions& training = options_.training;
  workers_.freeze({parameters_, training.freeze});
  workers_.minimize(make_objective(*model_, training, guided_.has_value()));
  if (training.minimum_risk == 0) return;
  workers_.minimize_risk(tokenizers_.target,
                         {training.minimum_risk, training.risk_metric, training.risk_sharpness});
}

/// What adds word alignments to batches, where there are any.
CompleteBatch TrainingLoop::guidance() const {
  if (!guided_) return {};
  return [this](Batch& batch) { guided_->add_to(batch, corpus_, tokenizers_); };
}

/// The batch after the one in hand is taken beforehand, so that the end of an epoch is known in
/// time.
void TrainingLoop::fetch() {
  counters_.position = batcher_.position();
  std::optional<Batch> batch = batcher_.next();
  if (!batch) {
    const LeftOut& left_out = batcher_.left_out();
    if (counters_.position.epoch == 0 && left_out.empty + left_out.too_long > 0) {
      log_.warn("[data] left out of training: {} pairs with an empty side, {} with over {} tokens",
                left_out.empty, left_out.too_long, options_.data.max_length);
    }
    counters_.position = batcher_.position();
    batch = batcher_.next();
  }
  next_batch_ = std::move(batch.value());
}

double TrainingLoop::seconds_now() const {
  const std::chrono::duration<double> here = std::chrono::steady_clock::now() - started_;
  return seconds_before_ + here.count();
}

bool TrainingLoop::is_due(const std::vector<Period>& periods) const {
  return std::any_of(periods.begin(), periods.end(), [&](const Period& period) {
    return period.passed(counters_.progress) > period.passed(before_update_);
  });
}

bool TrainingLoop::reached_end() const {
  return std::any_of(end_.begin(), end_.end(),
                     [&](const Period& period) { return period.passed(counters_.progress) > 0; });
}

double TrainingLoop::share_done() const {
  double share = 0;
  for (const Period& period : end_) {
    share = std::max(share, amount_of(period, counters_.progress) / period.amount);
  }
  return std::min(share, 1.0);
}

bool TrainingLoop::is_stalled() const {
  const int patience = options_.training.early_stopping;
  return patience > 0 && std::cmp_greater_equal(counters_.stalled, patience);
}

void TrainingLoop::warn_of_idle_threads() const {
  const int shards = (options_.training.shards + processes_.size() - 1) / processes_.size();
  if (workers_.threads() <= shards) return;
  log_.warn(
      "[train] {} of {} threads have no shard to work on: raise --shards (which changes the last "
      "bits of the weights), or lower --threads",
      workers_.threads() - shards, workers_.threads());
}

TrainingEnd TrainingLoop::run(const std::function<bool()>& interrupted) {
  started_ = std::chrono::steady_clock::now();
  log_.info("[train] {} sentence pairs, {} + {} pieces, {} parameters, {} shards, {}{} threads, {}",
            with_thousands(static_cast<std::int64_t>(corpus_.size())), tokenizers_.source.size(),
            tokenizers_.target.size(),
            with_thousands(static_cast<std::int64_t>(parameters_.count())),
            options_.training.shards,
            processes_.size() > 1 ? fmt::format("{} processes, each ", processes_.size()) : "",
            workers_.threads(), backend_->description());
  if (options_.pretrained_model.empty()) {
    log_.info("[train] chosen for {}", choices_for_corpus(options_, corpus_.size()));
  }
  warn_of_idle_threads();
  log_.info("[data] augmentation: {}", describe_augmentation(options_.data.augment));
  const bool begins_at_end = is_over();
  if (!begins_at_end) fetch();
  if (validator_ && counters_.validation_due && !validate(interrupted)) return stop();
  while (!is_over()) {
    if (!advance(interrupted)) return stop();
  }
  report_.display(counters_, 1);
  const TrainingEnd end = is_stalled() ? TrainingEnd::kStalled : TrainingEnd::kBudget;
  const std::string why = reason();
  if (!settle(interrupted)) return stop();
  log_.info("[train] {} at update {}: {}; the model is {}{}",
            begins_at_end ? "nothing to do" : "ended", counters_.progress.updates, why,
            options_.model, best_text());
  return end;
}

/// An update and what is due after it. False if interrupted.
bool TrainingLoop::advance(const Interrupted& interrupted) {
  if (!update(interrupted)) return false;
  if (is_due(disp_freq_)) report_.display(counters_, share_done());
  report_.show_bar(counters_, share_done());
  if (validator_ && is_due(valid_freq_)) {
    counters_.validation_due = true;
    return validate(interrupted);
  }
  if (!is_due(save_freq_)) return true;
  if (!validator_) write_model();
  save_state();
  return true;
}

/// A signal leaves seconds: enough for the state, not for a validation.
TrainingEnd TrainingLoop::stop() {
  save_state();
  log_.info(
      "[train] stopped at update {}: the same command goes on from {}{}",
      counters_.progress.updates, state_file_.path(),
      counters_.settled == counters_.progress.updates
          ? ""
          : fmt::format("; {} is without the updates after {}", options_.model, counters_.settled));
  return TrainingEnd::kInterrupted;
}

/// Brings the last weights to the model, if they are better or there is no validation. False if
/// interrupted.
bool TrainingLoop::settle(const Interrupted& interrupted) {
  const bool is_settled = counters_.settled == counters_.progress.updates;
  if (is_settled && processes_.any(processes_.is_first() && has_model())) return true;
  if (validator_) return validate(interrupted);
  write_model();
  save_state();
  return true;
}

std::string TrainingLoop::reason() const {
  const TrainingOptions& training = options_.training;
  if (is_stalled()) {
    return fmt::format("{} validations in a row brought no new best (--early-stopping {})",
                       counters_.stalled, training.early_stopping);
  }
  for (const Period& period : parse_periods("time-budget", training.time_budget)) {
    if (period.passed(counters_.progress) > 0) {
      return fmt::format("--time-budget {} is used up", training.time_budget);
    }
  }
  return fmt::format("--after {} is reached", training.after);
}

std::string TrainingLoop::best_text() const {
  if (!validator_) return {};
  return fmt::format(" of update {} (best {}: {:.4f})", counters_.best_update,
                     options_.training.valid_metrics.front(), counters_.best);
}

/// The gradient of an update's batches. Nothing if interrupted: the next run begins with the first
/// of them again.
std::optional<LossSum> TrainingLoop::gather_update(const Interrupted& interrupted) {
  if (processes_.any(interrupted())) return std::nullopt;
  const DataPosition begin = counters_.position;
  std::vector<KeyedBatch> batches(options_.training.optimizer_delay);
  for (std::size_t i = 0; i < batches.size(); ++i) {
    batches[i].batch = std::exchange(next_batch_, {});
    batches[i].key = hash_seed(options_.training.seed, {counters_.progress.updates, i});
    fetch();
  }
  std::optional<LossSum> sum = workers_.accumulate(batches, interrupted);
  if (!sum) counters_.position = begin;
  return sum;
}

/// False if it was interrupted: nothing has changed then.
bool TrainingLoop::update(const Interrupted& interrupted) {
  before_update_ = counters_.progress;
  const double begin = seconds_now();
  const std::optional<LossSum> gathered = gather_update(interrupted);
  if (!gathered) return false;
  const LossSum sum = *gathered;
  Progressed& progress = counters_.progress;
  const std::uint64_t number = progress.updates + 1;
  Workers::Update update;
  update.adam.learning_rate =
      static_cast<float>(learning_rate(schedule_, number, counters_.rate_factor));
  update.adam.beta1 = options_.training.adam_beta1;
  update.adam.beta2 = options_.training.adam_beta2;
  update.adam.epsilon = options_.training.adam_epsilon;
  update.adam.weight_decay = options_.training.weight_decay;
  update.adam.update = static_cast<std::int64_t>(number);
  update.tokens = static_cast<double>(sum.tokens);
  update.clip_norm = options_.training.clip_norm;
  update.weights = weights_;
  // Early on the average follows closely: it starts from random weights.
  update.average_rate =
      std::max(options_.training.exponential_smoothing, 9.0F / (static_cast<float>(number) + 9.0F));
  const double norm = std::isfinite(sum.loss) ? workers_.step(update) : sum.loss;
  if (!std::isfinite(norm)) {
    fail(
        "expected a finite loss, found {} in update {}; the state of update {} is kept in {}: go "
        "on "
        "from it with a lower --learn-rate",
        norm, number, saved_update_, state_file_.path());
  }
  progress.updates = number;
  progress.tokens += sum.tokens;
  progress.epochs = counters_.position.epoch;
  counters_.sentences += sum.sentences;
  progress.seconds = processes_.of_first(seconds_now());
  report_.add({sum, norm, update.adam.learning_rate, progress.seconds - begin});
  return true;
}

/// False if it was interrupted: nothing has changed then.
bool TrainingLoop::validate(const Interrupted& interrupted) {
  if (!has_state_) save_state();  // a model alone could not go on
  if (weights_.average) workers_.share(weights_);
  // Validated and kept are the averaged weights, where there are any.
  parameters_.bind(weights_.average ? weights_.average : weights_.values);
  const std::vector<std::string>& metrics = options_.training.valid_metrics;
  const std::optional<Validation> validation =
      validator_->run({workers_.pool(), processes_}, interrupted);
  parameters_.bind(weights_.values);
  if (!validation) return false;
  const ValidationMetric& metric = find_validation_metric(metrics.front());
  const bool is_best = judge(metric.values(*validation).front().second,
                             metric.better == ValidationMetric::Better::kHigher);
  report_.validation(counters_, metrics, *validation);
  report_.samples(*validation_text_, *validation);
  keep_models(is_best);
  save_state();
  return true;
}

/// Whether the value is a new best. Only validations that --valid-freq asks for count as stalled,
/// so that a training with a later end goes on as if this end had not been.
bool TrainingLoop::judge(double value, bool higher_is_better) {
  const bool is_best = counters_.validations == 0 ||
                       (higher_is_better ? value > counters_.best : value < counters_.best);
  const bool is_due = std::exchange(counters_.validation_due, false);
  ++counters_.validations;
  counters_.settled = counters_.progress.updates;
  if (is_best) {
    counters_.best_of = best_of_;
    counters_.best = value;
    counters_.best_update = counters_.progress.updates;
    counters_.stalled = 0;
  } else if (is_due) {
    ++counters_.stalled;
    if (options_.training.lr_schedule == Schedule::kPlateau &&
        counters_.stalled % kPlateauPatience == 0) {
      counters_.rate_factor *= kPlateauFactor;
    }
  }
  return is_best;
}

}  // namespace heed
