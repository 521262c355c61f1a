#pragma once

#include <cstdint>

namespace heed {

/// Bytes that this process can still get without pushing others out: what the system says is
/// available, or less where its control group (a container) is limited. The largest number where
/// the system does not say.
std::uint64_t available_memory();

}  // namespace heed
