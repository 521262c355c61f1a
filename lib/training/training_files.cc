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
  if (processes_.is_first()) lock_.emplace(options_.model);
  has_state_ = state_file_.exists();
  if (!has_state_) {
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

/// Processes that differ in anything that decides what they do would wait for each other for ever,
/// or average what doesn't belong together. What follows from options comes behind them in the
/// alphabet, so that the cause is named.
void TrainingLoop::expect_all_alike() const {
  if (processes_.size() == 1) return;
  nlohmann::json own = to_json(options_.training);
  own.update(to_json(options_.architecture));
  own.update(to_json(options_.data));
  for (const char* name :
       {"threads", "workspace", "recompute", "train-sets", "valid-sets", "vocab"}) {
    own.erase(name);
  }
  own["train-sets"] = corpus_.fingerprint();
  own["valid-sets"] = validation_text_ ? validation_text_->fingerprint : 0;
  own["model"] = options_.model;
  nlohmann::json counters;
  TrainingCounters::visit(counters_,
                          [&](const char* name, auto& value) { counters[name] = value; });
  own["state of the model"] = has_state_ ? counters.dump() : "none";
  std::vector<float> values(weights_.values.size());
  backend_->read(weights_.values, values);
  own["weights of the model"] = std::hash<std::string_view>()(
      {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
  const std::vector<std::string> all = processes_.gather(own.dump());
  for (std::size_t process = 1; process < all.size(); ++process) {
    const nlohmann::json first = nlohmann::json::parse(all[0]),
                         other = nlohmann::json::parse(all[process]);
    for (const auto& [name, value] : first.items()) {
      if (other[name] == value) continue;
      const bool is_option = name.find(' ') == std::string::npos;
      fail(
          "expected the same {}{} in all processes, found {} in process 0 and {} in process {}; "
          "give all of them the same options and files",
          is_option ? "--" : "", name, value.dump(), other[name].dump(), process);
    }
  }
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
    if (processes_.is_first()) std::filesystem::remove(oldest, error);
    if (error) log_.warn("[valid] could not remove {}: {}", oldest.string(), error.message());
    counters_.kept.erase(counters_.kept.begin());
  }
}

/// Without validation the newest weights are the model.
void TrainingLoop::write_model() {
  if (!has_state_) save_state();  // a model alone could not go on
  if (weights_.average) workers_.share(weights_);
  save_model(options_.model);
  counters_.settled = counters_.progress.updates;
}

void TrainingLoop::save_model(const std::string& path) const {
  if (!processes_.is_first()) return;
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

/// None leaves before it is written: mpirun may end all processes once one has ended.
void TrainingLoop::save_state() {
  workers_.share(weights_);
  if (processes_.is_first()) state_file_.save(*backend_, counters_, weights_, tokenizers_);
  processes_.gather("");
  has_state_ = true;
  saved_update_ = counters_.progress.updates;
}

}  // namespace heed
