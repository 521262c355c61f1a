#include "util/memory.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

namespace heed {

namespace {

constexpr std::uint64_t kUnknown = std::numeric_limits<std::uint64_t>::max();

/// The number that begins a file ("max" is none), or the first after the word `name` in it.
std::uint64_t number_in(const std::string& path, const std::string& name = "") {
  std::ifstream file(path);
  for (std::string word; !name.empty() && word != name && file >> word;) continue;
  std::uint64_t number = kUnknown;
  return file >> number ? number : kUnknown;
}

std::uint64_t system_memory() {
  const std::uint64_t kibibytes = number_in("/proc/meminfo", "MemAvailable:");
  return kibibytes == kUnknown ? kUnknown : kibibytes * 1024;
}

/// What is left of a limit of cgroup version 2; pages of files are given back when it is reached.
std::uint64_t group_memory() {
  const std::string group = "/sys/fs/cgroup/memory.";
  const std::uint64_t limit = number_in(group + "max"), used = number_in(group + "current");
  if (limit == kUnknown || used == kUnknown) return kUnknown;
  const std::uint64_t cached = number_in(group + "stat", "inactive_file");
  const std::uint64_t fixed = used - std::min(used, cached == kUnknown ? 0 : cached);
  return limit - std::min(limit, fixed);
}

}  // namespace

std::uint64_t available_memory() { return std::min(system_memory(), group_memory()); }

}  // namespace heed
