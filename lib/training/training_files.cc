#include <filesystem>
#include <system_error>

#include "training/training_loop.h"
#include "util/error.h"
#include "util/json_fields.h"

// The files of a training: its state, its model, and the models of single validations.

namespace heed {

namespace {

/// "de-en.safetensors" → "de-en.up1000.safetensors"
std::string numbered(const std::string& path, std::uint64_t update) {
  const std::filesystem::path whole(path);
  return (whole.parent_path() /
          fmt::format("{}.up{}{}", whole.stem().string(), update, whole.extension().string()))
      .string();
}

}  // namespace

void TrainingLoop::resume() {
  lock_.emplace(options_.model);
  if (!state_file_.exists()) {
    if (!has_model()) return;
    fail(
        "expected no file {} or a training state {} beside it, found a model alone, which a new "
        "training would replace; move it away, or train to another --model",
        options_.model, state_file_.path());
  }
  counters_ = state_file_.load(*backend_, weights_);
  seconds_before_ = counters_.progress.seconds;
  saved_update_ = counters_.progress.updates;
  batcher_.seek(counters_.position);
  log_.info("[train] going on from {} at update {}", state_file_.path(),
            counters_.progress.updates);
  if (validator_) check_best();
}

/// A best value counts as long as others are measured as it was, and its model is there.
void TrainingLoop::check_best() {
  if (counters_.validations == 0) return;
  if (counters_.best_of.empty()) counters_.best_of = best_of_;  // an older program didn't say
  if (counters_.best_of != best_of_) {
    log_.warn("[valid] the best so far is of {}, not of {}: best and stalled start anew",
              counters_.best_of, best_of_);
    counters_.stalled = 0;
  } else if (!has_model()) {
    log_.warn("[valid] {} is missing: the next validation writes it", options_.model);
  } else {
    return;
  }
  counters_.validations = 0;
}

bool TrainingLoop::has_model() const {
  std::error_code error;
  return std::filesystem::exists(options_.model, error);
}

void TrainingLoop::keep_models(bool is_best) {
  if (is_best) save_model(options_.model);
  const auto limit = static_cast<std::size_t>(std::max(0, options_.training.keep_checkpoints));
  if (limit == 0) return;
  const std::filesystem::path path = numbered(options_.model, counters_.progress.updates);
  save_model(path.string());
  std::erase(counters_.kept, path.filename().string());
  counters_.kept.push_back(path.filename().string());
  while (counters_.kept.size() > limit) {
    // An older program noted paths that were relative to where it ran.
    const auto oldest =
        path.parent_path() / std::filesystem::path(counters_.kept.front()).filename();
    std::error_code error;
    std::filesystem::remove(oldest, error);
    if (error) log_.warn("[valid] could not remove {}: {}", oldest.string(), error.message());
    counters_.kept.erase(counters_.kept.begin());
  }
}

/// Without validation the newest weights are the model.
void TrainingLoop::write_model() {
  if (!state_file_.exists()) save_state();  // a model alone could not go on
  save_model(options_.model);
  counters_.settled = counters_.progress.updates;
}

void TrainingLoop::save_model(const std::string& path) const {
  nlohmann::json options = to_json(options_.training);
  // So that a training in two parts has the same bytes as one in one.
  erase_fields<TrainingOptions>(options, FieldKind::kBudget);
  erase_fields<TrainingOptions>(options, FieldKind::kRun);
  const nlohmann::json training = {{"updates", counters_.progress.updates},
                                   {"epochs", counters_.progress.epochs},
                                   {"tokens", counters_.progress.tokens},
                                   {"sentence_pairs", corpus_.size()},
                                   {"seed", options_.training.seed},
                                   {"options", options},
                                   {"augment", options_.data.augment},
                                   {"several_sentences", several_sentences_},
                                   {"best", counters_.best}};
  heed::save_model(path, {options_.architecture, tokenizers_, training}, parameters_,
                   weights_.average ? weights_.average : weights_.values);
}

void TrainingLoop::save_state() {
  state_file_.save(*backend_, counters_, weights_, tokenizers_);
  saved_update_ = counters_.progress.updates;
}

}  // namespace heed
