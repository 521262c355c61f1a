// All that knows MPI: a library of its own (training/processes.cc loads it).

#include <mpi.h>
#include <cstddef>

#include <cstdint>
#include <exception>
#include <numeric>

#include "training/processes.h"
#include "util/error.h"

namespace heed {

namespace {

int rank_in_world() {
  int initialized = 0, provided = 0, rank = 0;
  MPI_Initialized(&initialized);
  if (initialized == 0) MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

int size_of_world() {
  int size = 0;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  return size;
}

/// Errors of MPI itself end all processes: that is its default.
class MpiProcesses final : public Processes {
 public:
  MpiProcesses(int rank, int size)
      : Processes(rank, size), exceptions_before_(std::uncaught_exceptions()) {}

  /// The others would wait for ever for one that an error has ended; that it has not finalized is
  /// what tells mpirun to end them.
  ~MpiProcesses() override {
    if (std::uncaught_exceptions() == exceptions_before_) MPI_Finalize();
  }

  void exchange(std::span<const Message> sent, std::span<const Message> received) override {
    std::vector<MPI_Request> requests;
    requests.reserve(sent.size() + received.size());
    for (const Message& message : received) {
      MPI_Irecv(message.numbers.data(), count_of(message), MPI_FLOAT, message.process, 0,
                MPI_COMM_WORLD, &requests.emplace_back());
    }
    for (const Message& message : sent) {
      MPI_Isend(message.numbers.data(), count_of(message), MPI_FLOAT, message.process, 0,
                MPI_COMM_WORLD, &requests.emplace_back());
    }
    MPI_Waitall(static_cast<int>(requests.size()), requests.data(), MPI_STATUSES_IGNORE);
  }

  std::vector<std::string> gather(const std::string& bytes) override {
    const int count = size();
    const int own = as_count(bytes.size());
    std::vector<int> sizes(count), offsets(count);
    MPI_Allgather(&own, 1, MPI_INT, sizes.data(), 1, MPI_INT, MPI_COMM_WORLD);
    const int total = as_count(std::reduce(sizes.begin(), sizes.end(), std::size_t{0}));
    std::exclusive_scan(sizes.begin(), sizes.end(), offsets.begin(), 0);
    std::string all(static_cast<std::size_t>(total), '\0');
    MPI_Allgatherv(bytes.data(), own, MPI_CHAR, all.data(), sizes.data(), offsets.data(), MPI_CHAR,
                   MPI_COMM_WORLD);
    std::vector<std::string> parts;
    for (int i = 0; i < count; ++i) parts.push_back(all.substr(offsets[i], sizes[i]));
    return parts;
  }

 private:
  static int as_count(std::size_t number) {
    if (number > INT32_MAX) {
      fail("expected messages of at most {} numbers or bytes, found {}", INT32_MAX, number);
    }
    return static_cast<int>(number);
  }
  static int count_of(const Message& message) { return as_count(message.numbers.size()); }

  int exceptions_before_;
};

}  // namespace

}  // namespace heed

extern "C" __attribute__((visibility("default"))) heed::Processes* heed_join_mpi() {
  const int rank = heed::rank_in_world();
  return new heed::MpiProcesses(rank, heed::size_of_world());
}
