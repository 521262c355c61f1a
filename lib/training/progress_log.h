#pragma once

#include <string>

#include "training/period.h"
#include "training/training_state.h"
#include "training/validator.h"
#include "training/workers.h"
#include "util/log.h"
#include "util/progress.h"

namespace heed {

/// What a training tells while it runs: lines as Marian writes them, JSON reports, and a bar on a
/// terminal.
class ProgressLog {
 public:
  explicit ProgressLog(Log& log) : log_(log), bar_(log) {}

  struct Update {
    LossSum sum;
    double gradient_norm = 0;
    double learning_rate = 0;
    double seconds = 0;  ///< That it took.
  };
  void add(const Update& update);

  /// "Ep. 1 : Up. 1000 : Sen. 64,000 : Cost 6.1234 : Time 41.2s : 25310.1 words/s : gNorm 1.23 :
  /// L.r. 3.0000e-04", cost in nats a target token since the last such line; time and speed are
  /// those of updates alone. `share` of the training is done. Nothing if there was no update.
  void display(const TrainingCounters& counters, double share);

  /// "[valid] Ep. 1 : Up. 1000 : bleu : 12.3 : new best", one line a value. Only the first metric
  /// decides, and is said to be stalled or best.
  void validation(const TrainingCounters& counters, const std::vector<std::string>& metrics,
                  const Validation& validation);
  /// A few translations beside their references.
  void samples(const ValidationText& text, const Validation& validation);

  /// `share` of the training done, from 0 to 1.
  void show_bar(const TrainingCounters& counters, double share);

 private:
  double speed() const;  ///< Target tokens a second.

  Log& log_;
  Progress bar_;
  LossSum window_;
  Update last_;
  double seconds_ = 0;  ///< Of the updates in the window.
};

}  // namespace heed
