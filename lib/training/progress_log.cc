#include "training/progress_log.h"

#include <algorithm>

#include "util/strings.h"

namespace heed {

namespace {

constexpr int kSamples = 3;

std::string place(const TrainingCounters& counters) {
  return fmt::format("Ep. {} : Up. {}", counters.progress.epochs + 1, counters.progress.updates);
}

}  // namespace

void ProgressLog::add(const Update& update) {
  window_.loss += update.sum.loss;
  window_.tokens += update.sum.tokens;
  seconds_ += update.seconds;
  last_ = update;
}

double ProgressLog::speed() const {
  return seconds_ > 0 ? static_cast<double>(window_.tokens) / seconds_ : 0;
}

void ProgressLog::display(const TrainingCounters& counters, double share) {
  if (window_.tokens == 0) return;
  const double cost = window_.loss / static_cast<double>(window_.tokens);
  log_.info(
      "{} : Sen. {} : Cost {:.4f} : Time {:.1f}s : {:.1f} words/s : gNorm {:.2f} : L.r. {:.4e}",
      place(counters), with_thousands(counters.sentences), cost, seconds_, speed(),
      last_.gradient_norm, last_.learning_rate);
  log_.report({{"type", "train"},
               {"epoch", counters.progress.epochs + 1},
               {"update", counters.progress.updates},
               {"sentences", counters.sentences},
               {"tokens", counters.progress.tokens},
               {"cost", cost},
               {"seconds", counters.progress.seconds},
               {"words_per_second", speed()},
               {"share", share},
               {"gradient_norm", last_.gradient_norm},
               {"learning_rate", last_.learning_rate}});
  window_ = {};
  seconds_ = 0;
}

void ProgressLog::validation(const TrainingCounters& counters,
                             const std::vector<std::string>& metrics,
                             const Validation& validation) {
  nlohmann::json json = {{"type", "valid"},
                         {"epoch", counters.progress.epochs + 1},
                         {"update", counters.progress.updates},
                         {"seconds", counters.progress.seconds},
                         {"stalled", counters.stalled},
                         {"best", counters.best}};
  for (const std::string& name : metrics) {
    std::string note;
    if (name == metrics.front()) {
      note = counters.best_update == counters.progress.updates
                 ? " : new best"
                 : fmt::format(" : stalled {} times (last best: {:.4f})", counters.stalled,
                               counters.best);
    }
    for (const auto& [value_name, value] : find_validation_metric(name).values(validation)) {
      json[value_name] = value;
      log_.info("[valid] {} : {} : {:.4f}{}", place(counters), value_name, value, note);
    }
  }
  log_.report(json);
}

void ProgressLog::samples(const ValidationText& text, const Validation& validation) {
  const std::size_t count = std::min<std::size_t>(kSamples, validation.translations.size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t line = i * validation.translations.size() / count;
    log_.info("[valid] source {}    : {}", line + 1, text.source[line]);
    log_.info("[valid] translation {}: {}", line + 1, validation.translations[line]);
    log_.info("[valid] reference {} : {}", line + 1, text.target[line]);
  }
}

void ProgressLog::show_bar(const TrainingCounters& counters, double share) {
  if (!bar_.is_due()) return;
  const auto tokens = static_cast<double>(window_.tokens);
  const double left = share > 0 ? counters.progress.seconds * (1 - share) / share : 0;
  bar_.show(share, fmt::format("Ep. {}, cost {:.3f}, {:.0f} words/s, {} left",
                               counters.progress.epochs + 1, window_.loss / std::max(1.0, tokens),
                               speed(), human_duration(left)));
}

}  // namespace heed
