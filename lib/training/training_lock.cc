#include "training/training_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "util/error.h"
#include "util/files.h"

namespace heed {

TrainingLock::TrainingLock(const std::string& model) : path_(follow_links(model) + ".lock") {
  do {
    file_ = Descriptor(::open(path_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666));
    if (!file_.is_open()) {
      fail("expected a folder that can be written to for --model {}, found: {}; choose another",
           model, std::generic_category().message(errno));
    }
    // A file system without locks is no reason not to train.
    if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      const std::string holder = read_file(path_);
      fail(
          "expected no other training of {}, found process {} at work on it; wait until it ends, "
          "or train to another --model",
          model, holder.empty() ? "unknown" : holder);
    }
  } while (!is_at_path());
  const std::string number = std::to_string(::getpid());
  // Only for the message above: a full disk will be noticed where it matters.
  if (::ftruncate(file_.get(), 0) == 0) {
    [[maybe_unused]] const auto count = ::write(file_.get(), number.data(), number.size());
  }
}

TrainingLock::~TrainingLock() { ::unlink(path_.c_str()); }

/// The one who had it may have removed the file before it was locked here.
bool TrainingLock::is_at_path() const {
  struct stat here {};
  struct stat there {};
  return ::fstat(file_.get(), &here) == 0 && ::stat(path_.c_str(), &there) == 0 &&
         here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

}  // namespace heed
