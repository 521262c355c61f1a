#pragma once

#include <cstddef>
#include <span>

namespace heed {

/// An array that the host made and kernels read: where the host sees it and where kernels do, which
/// is one place on a CPU. Owns nothing; Tape::keep makes it.
template <class T>
struct Uploaded {
  std::span<const T> host;
  const T* device = nullptr;

  int size() const { return static_cast<int>(host.size()); }
  bool empty() const { return host.empty(); }
  Uploaded range(int first, int count) const {
    return {host.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)),
            device + first};
  }
};

/// Numbers of rows, offsets, tokens.
using Indices = Uploaded<int>;

}  // namespace heed
