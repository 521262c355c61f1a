#include "app/signals.h"

#include <csignal>

namespace heed {

namespace {

volatile std::sig_atomic_t noted = 0;

void note(int signal) {
  noted = signal;
  std::signal(signal, SIG_DFL);
}

}  // namespace

void note_signals() {
  std::signal(SIGINT, note);
  std::signal(SIGTERM, note);
}

int noted_signal() { return noted; }

}  // namespace heed
