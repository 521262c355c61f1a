#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "autograd/parameter.h"

namespace heed {

/// Numbers that follow from places alone (sinusoids, angles, slopes), in a backend's memory. They
/// are made once for the first few hundred places, and anew for twice as many when a longer
/// sentence comes. All threads of a model share it.
class GrowingTable {
 public:
  /// The numbers of places 0 … `places` − 1.
  using Make = std::function<std::vector<float>(int places)>;
  GrowingTable(Backend& backend, Make make) : backend_(backend), make_(std::move(make)) {}

  struct Rows {
    int places = 0;
    Tensor numbers;  ///< As a row. Stays where it is while this object lives.
  };
  /// For at least `places` places.
  Rows at_least(int places) const;
  /// For the largest of `places`, as a matrix with a row for each place.
  Tensor for_places(std::span<const int> places, int width) const;

 private:
  struct Made {
    int places;
    std::unique_ptr<Block> block;
  };

  Backend& backend_;
  Make make_;
  mutable std::mutex mutex_;
  mutable std::vector<Made> made_;  ///< Others may still read the smaller ones.
};

}  // namespace heed
