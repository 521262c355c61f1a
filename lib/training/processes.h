#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace heed {

/// The processes that train one model together, each with threads of its own: those that mpirun
/// started, or one alone. What one of these functions says, all processes call in the same order,
/// from the thread that joined.
class Processes {
 public:
  struct Message {
    int process = 0;
    std::span<float> numbers;
  };

  Processes(int rank, int size) : rank_(rank), size_(size) {}
  virtual ~Processes() = default;
  Processes(const Processes&) = delete;
  Processes& operator=(const Processes&) = delete;

  int rank() const { return rank_; }  ///< From 0.
  int size() const { return size_; }
  bool is_first() const { return rank_ == 0; }

  /// Sends and receives. Between two processes the n-th message sent is the n-th received.
  virtual void exchange(std::span<const Message> sent, std::span<const Message> received) = 0;
  /// What each process gives, in their order.
  virtual std::vector<std::string> gather(const std::string& bytes) = 0;

  /// The values of all processes, one after the other.
  template <class T>
  std::vector<T> gather(std::span<const T> values) {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto* const bytes = reinterpret_cast<const char*>(values.data());
    std::vector<T> all;
    for (const std::string& part : gather(std::string(bytes, values.size_bytes()))) {
      const std::size_t before = all.size();
      all.resize(before + part.size() / sizeof(T));
      if (!part.empty()) std::memcpy(all.data() + before, part.data(), part.size());
    }
    return all;
  }

  /// What the first process says.
  template <class T>
  T of_first(const T& value) {
    return gather(std::span(&value, 1)).front();
  }
  /// Whether any process says so.
  bool any(bool value);

 private:
  int rank_, size_;
};

/// Joins the processes that were started with this one, which must be left by all alike: one that
/// is unwound by an exception ends the others. Throws Error if there are some and this build has no
/// MPI, or another than theirs.
std::unique_ptr<Processes> join_processes();

/// How many processes mpirun started with this one, itself included; 1 without mpirun.
int processes_started();
/// How many of them share this machine.
int processes_on_machine();

}  // namespace heed
