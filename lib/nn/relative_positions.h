#pragma once

#include <string>
#include <vector>

#include "heed/options.h"
#include "nn/growing_table.h"
#include "nn/layers.h"
#include "nn/self_rows.h"

namespace heed {

/// Positions inside self-attention, one object for all layers of an encoder or decoder:
/// - relative: distances up to ±16, for RelativeTables (Shaw et al. 2018, 3.2);
/// - t5: a learnt bias of the scores for each head and bucket of distances, 32 buckets whose upper
///   half grows by logarithm up to 128; shared by all layers (Raffel et al. 2020, 2.1);
/// - alibi: e_ij − m_h |i − j| with slopes m_h = 2^(−8h/H), h = 1 … H (Press et al. 2022, 3);
/// - rope: the pair (2k, 2k + 1) of a query or key at place p is turned by p / 10000^(2k/d) (Su et
///   al. 2021, eq. 34).
/// Others have no terms.
class RelativePositions {
 public:
  struct Shape {
    Positions kind = Positions::kSinusoidal;
    int heads = 1;
    int width = 0;        ///< d: of a head.
    bool causal = false;  ///< Only distances to the left are told apart.
  };
  RelativePositions(Parameters& parameters, const std::string& name, const Shape& shape);

  /// What self-attention of these rows adds to scores or turns queries and keys by.
  RelativeTerms terms(Tape& tape, const SelfRows& rows) const;

 private:
  /// `count` buckets for the distances between `longest` neighbours.
  DistanceBuckets buckets(Tape& tape, const SelfRows& rows, int longest, int count) const;
  int bucket(int distance) const;

  Shape shape_;
  GrowingTable table_;  ///< Of rope: angles [places, d]; of alibi: biases [H, distances].
  const Parameter* biases_ = nullptr;  ///< [1, H·P], of t5.
};

/// e_ij = q_i · (k_j + a_b) / √d and c_i = Σ_j w_ij (v_j + z_b), with learnt rows a_b and z_b for
/// the distance b = j − i clipped to ±16, shared by the heads of a layer (Shaw et al. 2018, eq. 3,
/// 4).
class RelativeTables {
 public:
  RelativeTables(Parameters& parameters, const std::string& name, const Heads& heads, bool causal);
  /// The scores with their q_i · a_b / √d.
  Var add_to_scores(Var scores, Var query, const SelfRows& rows) const;
  /// The contexts with their Σ_j w_ij z_b.
  Var add_to_context(Var context, Var weights, const SelfRows& rows) const;

 private:
  const Parameter *keys_, *values_;
  Heads heads_;
};

}  // namespace heed
