#include "nn/relative_positions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace heed {

namespace {

constexpr int kClip = 16;        // of relative
constexpr int kT5Buckets = 32;   // both directions together
constexpr int kT5Longest = 128;  // where the last bucket begins

int relative_buckets(bool causal) { return causal ? kClip + 1 : 2 * kClip + 1; }

/// Half of the buckets have one distance each, the others grow by logarithm.
int t5_bucket(int distance, int count) {
  const int exact = count / 2;
  if (distance < exact) return distance;
  const double growth = std::log(static_cast<double>(distance) / exact) /
                        std::log(static_cast<double>(kT5Longest) / exact);
  return std::min(exact + static_cast<int>(growth * (count - exact)), count - 1);
}

/// Of each row's first key: its place less that of the row. A number a row, of spans that the host
/// has made; like these it is uploaded once for all layers.
std::vector<int> first_distances(const SelfRows& rows) {
  std::vector<int> first;
  for (std::size_t row = 0; row < rows.spans.rows.host.size(); ++row) {
    const AttentionSpan& span = rows.spans.rows.host[row];
    // Step by step the last key is the row itself; else rows and keys have the same numbers.
    first.push_back(rows.one_step() ? 1 - span.keys : span.first_key - static_cast<int>(row));
  }
  return first;
}

/// [places, d]: cosine and sine of p / 10000^(2k/d) for each pair k of columns of a head (Su et al.
/// 2021, eq. 34).
std::vector<float> rope_angles(int places, int width) {
  std::vector<double> frequencies;
  for (int i = 0; i < width; i += 2) {
    frequencies.push_back(std::pow(10000.0, -static_cast<double>(i) / width));
  }
  std::vector<float> values;
  for (int place = 0; place < places; ++place) {
    for (const double frequency : frequencies) {
      values.push_back(static_cast<float>(std::cos(place * frequency)));
      values.push_back(static_cast<float>(std::sin(place * frequency)));
    }
  }
  return values;
}

/// [heads, distances]: −m_h |i − j| with m_h = 2^(−8h/H).
std::vector<float> alibi_biases(int distances, int heads) {
  std::vector<float> values;
  for (int head = 1; head <= heads; ++head) {
    const double slope = std::pow(2.0, -8.0 * head / heads);
    for (int distance = 0; distance < distances; ++distance) {
      values.push_back(static_cast<float>(-slope * distance));
    }
  }
  return values;
}

}  // namespace

RelativePositions::RelativePositions(Parameters& parameters, const std::string& name,
                                     const Shape& shape)
    : shape_(shape), table_(parameters.backend(), [shape](int places) {
        return shape.kind == Positions::kRope ? rope_angles(places, shape.width)
                                              : alibi_biases(places, shape.heads);
      }) {
  if (shape.kind == Positions::kT5) {
    biases_ = &parameters.add(name, 1, shape.heads * kT5Buckets, Initializer::kZeros);
  }
}

RelativeTerms RelativePositions::terms(Tape& tape, const SelfRows& rows) const {
  if (rows.places.empty()) return {};
  const std::span<const int> places = rows.places.host;
  const int longest = *std::max_element(places.begin(), places.end()) + 1;
  switch (shape_.kind) {
    case Positions::kRelative:
      return {buckets(tape, rows, longest, relative_buckets(shape_.causal)), {}, {}};
    case Positions::kT5:
      // biases [1, H·P]
      return {buckets(tape, rows, longest, kT5Buckets), tape.parameter(*biases_), {}};
    case Positions::kAlibi: {
      // [1, H·P], a bucket for each distance
      const GrowingTable::Rows biases = table_.at_least(longest);
      return {buckets(tape, rows, longest, biases.places), tape.constant(biases.numbers), {}};
    }
    case Positions::kRope: {
      // [places, d]
      const Var table = tape.constant(table_.for_places(places, shape_.width));
      // angles [N, d]
      return {{}, {}, gather_rows(table, rows.places)};
    }
    case Positions::kSinusoidal:
    case Positions::kSinusoidalHalves:
    case Positions::kLearned:
    case Positions::kNone:
      break;
  }
  return {};
}

DistanceBuckets RelativePositions::buckets(Tape& tape, const SelfRows& rows, int longest,
                                           int count) const {
  const int last = shape_.causal ? 0 : longest - 1;
  std::vector<int> numbers;
  for (int distance = 1 - longest; distance <= last; ++distance) {
    numbers.push_back(bucket(distance));
  }
  return {tape.keep(first_distances(rows)), tape.keep(numbers), 1 - longest, count};
}

int RelativePositions::bucket(int distance) const {
  if (shape_.kind == Positions::kRelative) return std::clamp(distance, -kClip, kClip) + kClip;
  if (shape_.kind == Positions::kAlibi) return std::abs(distance);
  if (shape_.causal) return t5_bucket(-distance, kT5Buckets);
  const int half = kT5Buckets / 2;
  return t5_bucket(std::abs(distance), half) + (distance > 0 ? half : 0);
}

RelativeTables::RelativeTables(Parameters& parameters, const std::string& name, const Heads& heads,
                               bool causal)
    : keys_(&parameters.add(name + ".keys", relative_buckets(causal), heads.width)),  // [P, d]
      values_(&parameters.add(name + ".values", relative_buckets(causal), heads.width)),
      heads_(heads) {}

// q_i · a_b / √d, the second term of Shaw et al. 2018, eq. 5. All heads share a table, so one
// product of the heads' queries, row under row, makes the terms of all of them.
Var RelativeTables::add_to_scores(Var scores, Var query, const SelfRows& rows) const {
  const float factor = 1 / std::sqrt(static_cast<float>(heads_.width));
  const Var by_head = reshape(concat_cols(std::array{query}), heads_.width);     // [N·H, d]
  const Var terms = matmul_transposed(by_head, query.tape().parameter(*keys_));  // [N·H, P]
  const DistanceBuckets& buckets = rows.relative.buckets;
  return add_by_bucket(scores, scale(reshape(terms, heads_.count * buckets.count), factor), buckets,
                       heads_.count, rows.spans);
}

// Σ_j w_ij z_b, the second term of Shaw et al. 2018, eq. 3: weights are summed by bucket first.
Var RelativeTables::add_to_context(Var context, Var weights, const SelfRows& rows) const {
  const DistanceBuckets& buckets = rows.relative.buckets;
  const Var sums = sum_by_bucket(weights, buckets, heads_.count, rows.spans);  // [N, H·P]
  const Var by_head =                                                          // [N·H, d]
      matmul(reshape(sums, buckets.count), context.tape().parameter(*values_));
  return add(context, reshape(by_head, heads_.count * heads_.width));
}

}  // namespace heed
