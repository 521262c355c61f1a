#pragma once

namespace heed {

/// From now on SIGINT and SIGTERM are only noted, the second one ends the program.
void note_signals();

/// The signal that has come, or 0.
int noted_signal();

}  // namespace heed
