#pragma once

namespace heed {

/// From now on the first SIGHUP, SIGINT or SIGTERM is only noted; one that comes half a second
/// later or more ends the program at once. A signal that is ignored (nohup) stays so.
void note_signals();

/// The signal that has come, or 0.
int noted_signal();

}  // namespace heed
