#pragma once

#include <array>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "nn/head_scores.h"
#include "nn/host_math.h"

namespace heed {

// Attention of the Transformer written out by hand, one query, head and key after the other.

inline Vector affine(const Parameters& parameters, const std::string& name, const Vector& x) {
  const Vector y = times(x, matrix_of(parameters, name + ".weight"));
  if (!has_parameter(parameters, name + ".bias")) return y;
  return plus(y, matrix_of(parameters, name + ".bias").row(0));
}

/// x at a place with rotary positions.
inline Vector rotated(Vector x, int place) {
  for (std::size_t i = 0; i < x.size(); i += 2) {
    const double angle = place / std::pow(10000.0, static_cast<double>(i) / x.size());
    const double a = x[i], b = x[i + 1];
    x[i] = a * std::cos(angle) - b * std::sin(angle);
    x[i + 1] = a * std::sin(angle) + b * std::cos(angle);
  }
  return x;
}

inline double phi_product(const Vector& q, const Vector& k) {
  double sum = 0;
  const auto phi = [](double x) { return x > 0 ? x + 1 : std::exp(x); };
  for (std::size_t i = 0; i < q.size(); ++i) sum += phi(q[i]) * phi(k[i]);
  return sum;
}

/// Heads of one layer.
struct NaiveHeads {
  const Parameters& parameters;
  std::string name;
  std::string_view variant;
  SequenceShape shape;

  int memory_heads() const {
    if (variant == "multi-query") return 1;
    return variant == "grouped-query" ? shape.memory_heads : shape.heads;
  }
  double score(const Vector& q, const Vector& k, int head) const {
    const int width = shape.head_width();
    if (variant == "linear") return std::log(phi_product(q, k));  // whose softmax are the shares
    if (variant != "additive") return dot_product(q, k) / std::sqrt(static_cast<double>(width));
    Vector hidden = plus(q, k);
    for (double& x : hidden) x = std::tanh(x);
    return dot_product(part_of(matrix_of(parameters, name + ".v").row(0), head * width, width),
                       hidden);
  }
  /// What positions add to the score of a key at `distance`.
  double bias(const Vector& q, int distance, int head) const {
    const int width = shape.head_width();
    if (shape.positions == Positions::kAlibi) {
      return -std::abs(distance) * std::pow(2.0, -8.0 * (head + 1) / shape.heads);
    }
    if (shape.positions ==
        Positions::kT5) {  // of short sentences, where each distance has a bucket
      const int bucket = std::abs(distance) + (distance > 0 ? 16 : 0);
      return matrix_of(parameters, "positions").at(0, head * 32 + bucket);
    }
    if (shape.positions != Positions::kRelative) return 0;
    const Vector row = matrix_of(parameters, name + ".relative.keys").row(distance + 16);
    return dot_product(q, row) / std::sqrt(static_cast<double>(width));
  }

  /// The context of a query at `place` over keys and values [G·d] that begin at place `first`, and
  /// the weights, head after head.
  std::pair<Vector, Vector> attend(const Vector& query, int place, const std::vector<Vector>& keys,
                                   const std::vector<Vector>& values, int first) const {
    const int width = shape.head_width();
    Vector context, all_weights;
    for (int head = 0; head < shape.heads; ++head) {
      const int from = head * memory_heads() / shape.heads * width;
      const bool turned = shape.positions == Positions::kRope;
      Vector q = part_of(query, head * width, width), scores, sum(width);
      for (std::size_t j = 0; j < keys.size(); ++j) {
        const int key_place = first + static_cast<int>(j);
        const Vector k = part_of(keys[j], from, width);
        scores.push_back(turned ? score(rotated(q, place), rotated(k, key_place), head)
                                : score(q, k, head) + bias(q, key_place - place, head));
      }
      const Vector weights = softmax_of(scores);
      for (std::size_t j = 0; j < values.size(); ++j) {
        Vector value = part_of(values[j], from, width);
        if (shape.positions == Positions::kRelative) {
          const int row = first + static_cast<int>(j) - place + 16;
          value = plus(value, matrix_of(parameters, name + ".relative.values").row(row));
        }
        for (int i = 0; i < width; ++i) sum[i] += weights[j] * value[i];
      }
      context.insert(context.end(), sum.begin(), sum.end());
      all_weights.insert(all_weights.end(), weights.begin(), weights.end());
    }
    return {affine(parameters, name + ".output", context), all_weights};
  }
};

/// Self-attention of a sentence in heads.
inline std::vector<Vector> naive_heads(const NaiveHeads& heads, const std::vector<Vector>& x) {
  const int width = heads.shape.width, memory = heads.memory_heads() * heads.shape.head_width();
  std::vector<Vector> queries, keys, values, result;
  for (const Vector& row : x) {
    const Vector all = affine(heads.parameters, heads.name + ".query_key_value", row);
    queries.push_back(part_of(all, 0, width));
    keys.push_back(part_of(all, width, memory));
    values.push_back(part_of(all, width + memory, memory));
  }
  const int size = static_cast<int>(x.size());
  const int reach = heads.variant == "window" ? heads.shape.window : size;
  for (int i = 0; i < size; ++i) {
    const int first = std::max(0, i - reach);
    const int last = heads.shape.causal ? i : std::min(size - 1, i + reach);
    const auto seen = [&](const std::vector<Vector>& rows) {
      return std::vector<Vector>(rows.begin() + first, rows.begin() + last + 1);
    };
    result.push_back(heads.attend(queries[i], i, seen(keys), seen(values), first).first);
  }
  return result;
}

/// The gates of [x; g], or one of x and one of g.
inline Vector naive_average_gates(const NaiveHeads& layer, const Vector& x, const Vector& g) {
  Vector gates = x;
  if (layer.variant == "average-split") {
    gates = affine(layer.parameters, layer.name + ".input_gate", x);
    const Vector forget = affine(layer.parameters, layer.name + ".forget_gate", g);
    gates.insert(gates.end(), forget.begin(), forget.end());
    return gates;
  }
  gates.insert(gates.end(), g.begin(), g.end());
  return affine(layer.parameters, layer.name + ".gate", gates);
}

/// Zhang et al. 2018, eq. 1 to 5.
inline std::vector<Vector> naive_average(const NaiveHeads& layer, const std::vector<Vector>& x) {
  const Parameters& parameters = layer.parameters;
  std::vector<Vector> result;
  Vector sum(layer.shape.width);
  for (const Vector& row : x) {
    sum = plus(sum, row);
    Vector mean = sum;
    for (double& value : mean) value /= static_cast<double>(result.size() + 1);
    Vector hidden = affine(parameters, layer.name + ".feed_forward.in", mean);
    for (double& value : hidden) value = std::max(value, 0.0);
    const Vector g = affine(parameters, layer.name + ".feed_forward.out", hidden);
    const Vector gates = naive_average_gates(layer, row, g);
    Vector y(row.size());
    for (std::size_t i = 0; i < y.size(); ++i) {
      y[i] = sigmoid(gates[i]) * row[i] + sigmoid(gates[y.size() + i]) * g[i];
    }
    result.push_back(y);
  }
  return result;
}

/// Kim et al. 2019, 3.1.
inline std::vector<Vector> naive_ssru(const NaiveHeads& layer, const std::vector<Vector>& x) {
  std::vector<Vector> result;
  Vector c(layer.shape.width);
  for (const Vector& row : x) {
    const Vector forget = affine(layer.parameters, layer.name + ".forget", row);
    const Vector input = affine(layer.parameters, layer.name + ".input", row);
    Vector y(c.size());
    for (std::size_t i = 0; i < c.size(); ++i) {
      const double f = sigmoid(forget[i]);
      c[i] = f * c[i] + (1 - f) * input[i];
      y[i] = std::max(c[i], 0.0);
    }
    result.push_back(layer.variant == "ssru-projected"
                         ? affine(layer.parameters, layer.name + ".output", y)
                         : y);
  }
  return result;
}

using NaiveSelf = std::vector<Vector> (*)(const NaiveHeads& layer, const std::vector<Vector>& x);

/// Each line of the table needs its formula here.
inline const std::map<std::string_view, NaiveSelf>& naive_self_attention() {
  static const std::map<std::string_view, NaiveSelf> formulas = {
      {"multi-head", naive_heads},   {"multi-query", naive_heads}, {"grouped-query", naive_heads},
      {"additive", naive_heads},     {"linear", naive_heads},      {"window", naive_heads},
      {"average", naive_average},    {"ssru", naive_ssru},         {"average-split", naive_average},
      {"ssru-projected", naive_ssru}};
  return formulas;
}

}  // namespace heed
