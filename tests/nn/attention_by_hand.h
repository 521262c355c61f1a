#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string_view>
#include <vector>

#include "nn/attention.h"
#include "nn/host_math.h"

namespace heed {

/// One query and its sentence, for formulas written out by hand in double precision.
struct Formula {
  const Parameters& parameters;
  AttentionShape shape;
  Vector summary;
  std::vector<Vector> states = {};
  Vector query = {};
  int step = 0;
  std::vector<Vector> past = {};  ///< The weights of the steps before.

  Matrix weight(const std::string& name) const {
    return matrix_of(parameters, "attention." + name);
  }
  Vector projected_query() const { return times(query, weight("query.weight")); }
  int keys() const { return static_cast<int>(states.size()); }
};

/// Weights of all heads, head after head, and the context.
struct Expected {
  Vector weights, context;
};

/// The threshold is searched for: Σ_j weight(z_j, τ) falls as τ grows, and is to be 1.
inline Vector with_threshold(const Vector& scores, double (*weight)(double z, double threshold)) {
  const double top = *std::max_element(scores.begin(), scores.end());
  double low = top - 2, high = top;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    double sum = 0;
    for (const double z : scores) sum += weight(z, middle);
    (sum > 1 ? low : high) = middle;
  }
  Vector weights;
  for (const double z : scores) weights.push_back(weight(z, low));
  return weights;
}

inline Vector normalized(AttentionNormalizer kind, Vector scores) {
  switch (kind) {
    case AttentionNormalizer::kSoftmax:
      return softmax_of(scores);
    case AttentionNormalizer::kSparsemax:
      return with_threshold(scores, [](double z, double t) { return std::max(z - t, 0.0); });
    case AttentionNormalizer::kEntmax15:
      return with_threshold(scores, [](double z, double t) {
        const double root = std::max((z - t) / 2, 0.0);
        return root * root;
      });
    case AttentionNormalizer::kSigmoid:
      for (double& z : scores) z = sigmoid(z);
  }
  return scores;
}

inline double window_centre(const Formula& f) {
  if (f.shape.window == AttentionWindow::kMonotonic) return std::min(f.step, f.keys() - 1);
  Vector hidden = times(f.query, f.weight("window.query.weight"));
  for (double& x : hidden) x = std::tanh(x);
  return f.keys() * sigmoid(times(hidden, f.weight("window.v.weight"))[0]);
}

inline Vector weights_by_hand(const Formula& f, const Vector& scores) {
  if (f.shape.window == AttentionWindow::kNone) return normalized(f.shape.normalizer, scores);
  const double centre = window_centre(f), reach = f.shape.window_width;
  std::vector<int> inside;
  Vector inside_scores, weights(scores.size());
  for (int j = 0; j < f.keys(); ++j) {
    if (std::abs(j - centre) > reach) continue;
    inside.push_back(j);
    inside_scores.push_back(scores[j]);
  }
  const Vector inside_weights = normalized(f.shape.normalizer, inside_scores);
  for (std::size_t i = 0; i < inside.size(); ++i) {
    const double distance = inside[i] - centre, sigma = reach / 2;
    const bool is_predictive = f.shape.window == AttentionWindow::kPredictive;
    weights[inside[i]] =
        inside_weights[i] *
        (is_predictive ? std::exp(-distance * distance / (2 * sigma * sigma)) : 1.0);
  }
  return weights;
}

inline Vector weighted(const Vector& weights, const std::vector<Vector>& values) {
  Vector context(values.front().size());
  for (std::size_t j = 0; j < values.size(); ++j) {
    for (std::size_t i = 0; i < context.size(); ++i) context[i] += weights[j] * values[j][i];
  }
  return context;
}

/// One head over the states as they are; score(j) is e_j.
inline Expected over_states(const Formula& f, const std::function<double(int)>& score) {
  Vector scores;
  for (int j = 0; j < f.keys(); ++j) scores.push_back(score(j));
  const Vector weights = weights_by_hand(f, scores);
  return {weights, weighted(weights, f.states)};
}

/// Heads over projected states; score(first column, j).
inline Expected over_heads(const Formula& f, const std::function<double(int, int)>& score) {
  const int width = f.shape.hidden / f.shape.heads;
  std::vector<Vector> values;
  for (const Vector& m : f.states) values.push_back(times(m, f.weight("value.weight")));
  Expected result;
  for (int first = 0; first < f.shape.hidden; first += width) {
    Vector scores;
    for (int j = 0; j < f.keys(); ++j) scores.push_back(score(first, j));
    const Vector weights = weights_by_hand(f, scores);
    result.weights.insert(result.weights.end(), weights.begin(), weights.end());
    const Vector context = part_of(weighted(weights, values), first, width);
    result.context.insert(result.context.end(), context.begin(), context.end());
  }
  result.context = times(result.context, f.weight("output.weight"));
  return result;
}

/// tanh(W q + U m_j + b + extra)
inline Vector additive_hidden(const Formula& f, int j, const Vector& extra = {}) {
  Vector hidden = plus(times(f.states[j], f.weight("key.weight")), f.projected_query());
  if (has_parameter(f.parameters, "attention.key.bias")) {
    hidden = plus(hidden, f.weight("key.bias").row(0));
  }
  if (!extra.empty()) hidden = plus(hidden, extra);
  for (double& x : hidden) x = std::tanh(x);
  return hidden;
}

inline Expected additive(const Formula& f) {
  const Vector v = f.weight("v").row(0);
  return over_states(f, [&](int j) { return dot_product(v, additive_hidden(f, j)); });
}

inline Expected normed_additive(const Formula& f) {
  const Vector v = f.weight("v").row(0);
  const double g = f.weight("gain").at(0, 0) / std::sqrt(static_cast<double>(f.shape.hidden));
  const double length = std::sqrt(dot_product(v, v));
  return over_states(f, [&](int j) { return g / length * dot_product(v, additive_hidden(f, j)); });
}

/// The layer norm of the query has no bias.
inline Expected layer_norm_additive(const Formula& f) {
  const Vector v = f.weight("v").row(0);
  const Vector query = normed(f.parameters, "attention.query.norm", f.projected_query());
  return over_states(f, [&](int j) {
    const Vector key =
        normed(f.parameters, "attention.key.norm", times(f.states[j], f.weight("key.weight")));
    Vector hidden = plus(key, query);
    for (double& x : hidden) x = std::tanh(x);
    return dot_product(v, hidden);
  });
}

/// W [q; m_j] as one product.
inline Expected concat(const Formula& f) {
  const Vector v = f.weight("v").row(0);
  const Matrix of_query = f.weight("query.weight"), of_state = f.weight("key.weight");
  Matrix both{of_query.rows + of_state.rows, of_query.cols, of_query.values};
  both.values.insert(both.values.end(), of_state.values.begin(), of_state.values.end());
  return over_states(f, [&](int j) {
    Vector joined = f.query;
    joined.insert(joined.end(), f.states[j].begin(), f.states[j].end());
    Vector hidden = times(joined, both);
    for (double& x : hidden) x = std::tanh(x);
    return dot_product(v, hidden);
  });
}

inline Expected scaled_dot(const Formula& f) {
  return over_states(f, [&](int j) {
    const Vector key = times(f.states[j], f.weight("key.weight"));
    return dot_product(f.projected_query(), key) / std::sqrt(static_cast<double>(f.shape.hidden));
  });
}

inline Expected location(const Formula& f) {
  const Vector scores = times(f.query, f.weight("position.weight"));
  return over_states(f, [&](int j) { return scores[j]; });
}

inline Expected multi_head(const Formula& f) {
  const int width = f.shape.hidden / f.shape.heads;
  return over_heads(f, [&](int first, int j) {
    const Vector key = times(f.states[j], f.weight("key.weight"));
    return dot_product(part_of(f.projected_query(), first, width), part_of(key, first, width)) /
           std::sqrt(static_cast<double>(width));
  });
}

inline Expected multi_head_additive(const Formula& f) {
  const int width = f.shape.hidden / f.shape.heads;
  const Vector v = f.weight("v").row(0);
  return over_heads(f, [&](int first, int j) {
    return dot_product(part_of(v, first, width), part_of(additive_hidden(f, j), first, width));
  });
}

/// f_jk = Σ_p F_pk a_{j + p − 2}, a the weights before, zero beyond the ends.
inline Expected location_sensitive(const Formula& f) {
  const Vector v = f.weight("v").row(0);
  const Matrix filters = f.weight("filters.weight");
  return over_states(f, [&](int j) {
    Vector features(filters.cols);
    for (int k = 0; k < filters.cols; ++k) {
      for (int p = 0; p < filters.rows; ++p) {
        const int position = j + p - filters.rows / 2;
        if (f.past.empty() || position < 0 || position >= f.keys()) continue;
        features[k] += filters.at(p, k) * f.past.back()[position];
      }
    }
    return dot_product(v, additive_hidden(f, j, times(features, f.weight("location.weight"))));
  });
}

inline Expected coverage(const Formula& f) {
  const Vector v = f.weight("v").row(0);
  return over_states(f, [&](int j) {
    double covered = 0;
    for (const Vector& weights : f.past) covered += weights[j];
    if (f.shape.fertility) {
      covered /= 2 * sigmoid(times(f.states[j], f.weight("fertility.weight"))[0]);
    }
    Vector extra = f.weight("coverage.weight").row(0);
    for (double& x : extra) x *= covered;
    return dot_product(v, additive_hidden(f, j, extra));
  });
}

inline Vector mean_of(const std::vector<Vector>& states) {
  return weighted(Vector(states.size(), 1.0 / static_cast<double>(states.size())), states);
}

/// Each line of the table of variants needs its formula here.
inline const std::map<std::string_view, std::function<Expected(const Formula&)>>& handwritten() {
  static const std::map<std::string_view, std::function<Expected(const Formula&)>> formulas = {
      {"none", [](const Formula&) { return Expected(); }},
      {"fixed",
       [](const Formula& f) {
         return Expected{{}, f.summary};
       }},
      {"mean",
       [](const Formula& f) {
         return Expected{{}, mean_of(f.states)};
       }},
      {"additive", additive},
      {"normed-additive", normed_additive},
      {"layer-norm-additive", layer_norm_additive},
      {"concat", concat},
      {"dot",
       [](const Formula& f) {
         return over_states(f, [&](int j) { return dot_product(f.query, f.states[j]); });
       }},
      {"general",
       [](const Formula& f) {
         return over_states(f, [&](int j) {
           return dot_product(f.query, times(f.states[j], f.weight("key.weight")));
         });
       }},
      {"scaled-dot", scaled_dot},
      {"location", location},
      {"multi-head", multi_head},
      {"multi-head-additive", multi_head_additive},
      {"location-sensitive", location_sensitive},
      {"coverage", coverage},
  };
  return formulas;
}

}  // namespace heed
