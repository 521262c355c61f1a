#pragma once

#include <stdexcept>

namespace heed {

/// The one exception of the library. Its message is one line: what was expected, what was found,
/// where (file:line, tensor name, both shapes), and what to do next. The program exits with 1.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An Error in how the program was called: an unknown name, or options that contradict each other.
/// The program exits with 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

}  // namespace heed
