#include "training/processes.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <initializer_list>

#include "util/error.h"

namespace heed {

namespace {

constexpr const char* kLibrary = "libheed-mpi.so";

/// What Open MPI's and MPICH's mpirun tell the processes that they start; 1 where they don't.
int number_from_environment(std::initializer_list<const char*> names) {
  for (const char* const name : names) {
    const char* const text = std::getenv(name);
    if (text != nullptr) return std::max(1, std::atoi(text));
  }
  return 1;
}

class Alone final : public Processes {
 public:
  Alone() : Processes(0, 1) {}
  void exchange(std::span<const Message> /*sent*/, std::span<const Message> /*received*/) override {
  }
  std::vector<std::string> gather(const std::string& bytes) override { return {bytes}; }
};

}  // namespace

bool Processes::any(bool value) {
  const std::vector<std::string> all = gather(value ? "1" : "0");
  return std::ranges::find(all, "1") != all.end();
}

std::unique_ptr<Processes> join_processes() {
  const int count = processes_started();
  if (count == 1) return std::make_unique<Alone>();
  // A library of its own, so that who trains in one process needs no MPI. Open MPI's plugins look
  // for its symbols among the global ones.
  void* const library = ::dlopen(kLibrary, RTLD_NOW | RTLD_GLOBAL);
  using Join = Processes*();
  auto* const join =
      library == nullptr ? nullptr : reinterpret_cast<Join*>(::dlsym(library, "heed_join_mpi"));
  if (join == nullptr) {
    fail(
        "expected one process, or a build with MPI, found {} processes that mpirun started and no "
        "{}; install libopenmpi-dev and build with -DHEED_MPI=ON, or start heed without mpirun",
        count, kLibrary);
  }
  std::unique_ptr<Processes> processes(join());
  if (processes->size() != count) {
    fail(
        "expected the {} processes that mpirun started, found {}: it is of another MPI than this "
        "build; use the mpirun of that",
        count, processes->size());
  }
  return processes;
}

int processes_started() { return number_from_environment({"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"}); }

int processes_on_machine() {
  return number_from_environment({"OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS"});
}

}  // namespace heed
