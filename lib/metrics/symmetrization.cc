#include "metrics/symmetrization.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <set>
#include <utility>

#include "util/table.h"

namespace heed {

namespace {

HardAlignment intersection_of(const HardAlignment& forward, const HardAlignment& backward) {
  HardAlignment both;
  std::ranges::set_intersection(forward, backward, std::back_inserter(both));
  return both;
}

HardAlignment union_of(const HardAlignment& forward, const HardAlignment& backward) {
  HardAlignment all;
  std::ranges::set_union(forward, backward, std::back_inserter(all));
  return all;
}

/// An alignment that grows, in the terms of Koehn et al. 2005.
class Growth {
 public:
  explicit Growth(const HardAlignment& start) {
    for (const AlignmentLink& link : start) add({link.target, link.source});
  }

  void grow_diag(const HardAlignment& limits) {
    constexpr std::array<Point, 8> kNeighbours{
        {{-1, 0}, {0, -1}, {1, 0}, {0, 1}, {-1, -1}, {-1, 1}, {1, -1}, {1, 1}}};
    for (std::size_t before = 0; before != points_.size();) {
      before = points_.size();
      // What is added behind the present point is visited in the same round.
      for (auto at = points_.begin(); at != points_.end(); ++at) {
        for (const Point& step : kNeighbours) {
          const Point next{at->first + step.first, at->second + step.second};
          const AlignmentLink link{next.second, next.first};
          if (is_open(next, false) && std::ranges::binary_search(limits, link)) add(next);
        }
      }
    }
  }

  void finish(const HardAlignment& links, bool needs_both) {
    std::set<Point> ordered;
    for (const AlignmentLink& link : links) ordered.emplace(link.target, link.source);
    for (const Point& point : ordered) {
      if (is_open(point, needs_both)) add(point);
    }
  }

  HardAlignment links() const {
    HardAlignment result;
    for (const auto& [target, source] : points_) result.push_back({source, target});
    std::ranges::sort(result);
    return result;
  }

 private:
  using Point = std::pair<int, int>;  // target, source

  void add(const Point& point) {
    points_.insert(point);
    targets_.insert(point.first);
    sources_.insert(point.second);
  }
  /// Whether one of the words, or each of both, has no link yet.
  bool is_open(const Point& point, bool needs_both) const {
    const bool target = !targets_.contains(point.first), source = !sources_.contains(point.second);
    return needs_both ? target && source : target || source;
  }

  std::set<Point> points_;
  std::set<int> targets_, sources_;
};

Growth grown(const HardAlignment& forward, const HardAlignment& backward) {
  Growth growth(intersection_of(forward, backward));
  growth.grow_diag(union_of(forward, backward));
  return growth;
}

HardAlignment grow_diag(const HardAlignment& forward, const HardAlignment& backward) {
  return grown(forward, backward).links();
}

template <bool kNeedsBoth>
HardAlignment grow_diag_final(const HardAlignment& forward, const HardAlignment& backward) {
  Growth growth = grown(forward, backward);
  growth.finish(forward, kNeedsBoth);
  growth.finish(backward, kNeedsBoth);
  return growth.links();
}

constexpr std::array<Symmetrization, 5> kSymmetrizations{
    {{"intersection", "links of both directions", intersection_of},
     {"union", "links of either direction", union_of},
     {"grow-diag", "the intersection and its neighbours in the union", grow_diag},
     {"grow-diag-final", "grow-diag, then links with a word that has none", grow_diag_final<false>},
     {"grow-diag-final-and", "grow-diag, then links of two words that have none",
      grow_diag_final<true>}}};

}  // namespace

std::span<const Symmetrization> symmetrizations() { return kSymmetrizations; }

const Symmetrization& find_symmetrization(std::string_view name) {
  return find_entry(symmetrizations(), "symmetrization", name);
}

HardAlignment transposed(const HardAlignment& alignment) {
  HardAlignment result;
  for (const AlignmentLink& link : alignment) result.push_back({link.target, link.source});
  std::ranges::sort(result);
  return result;
}

}  // namespace heed
