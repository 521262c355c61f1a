#pragma once

#include <string>

#include "util/descriptor.h"

namespace heed {

/// Keeps other programs from training the same model: locks the file MODEL.lock, which holds the
/// number of this process and goes away with this object. One that a killed process has left is
/// taken over.
class TrainingLock {
 public:
  /// Throws Error if another training has it, or if the model's folder can't be written to.
  explicit TrainingLock(const std::string& model);
  TrainingLock(const TrainingLock&) = delete;
  TrainingLock& operator=(const TrainingLock&) = delete;
  ~TrainingLock();

 private:
  bool is_at_path() const;

  std::string path_;
  Descriptor file_;
};

}  // namespace heed
