#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "util/fields.h"

namespace heed {

enum class Colour { kRed, kGreen };
constexpr std::array<std::string_view, 2> enum_names(Colour) { return {"red", "green"}; }

struct Inner {
  float rate = 0.1F;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"rate", "A number"}, self.rate);
  }
};

struct SampleOptions {
  bool is_on = true;
  int count = -3;
  std::uint64_t seed = 1;
  double limit = 1e300;
  std::string name = "plain";
  Colour colour = Colour::kRed;
  std::vector<std::string> files = {"a", "b"};
  std::vector<int> sizes;
  Inner inner;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"is-on", "A switch"}, self.is_on);
    v(Field{"count", "A whole number"}, self.count);
    v(Field{"seed", "A large number", 's'}, self.seed);
    v(Field{"limit", "A precise number"}, self.limit);
    v(Field{"name", "A text"}, self.name);
    v(Field{"colour", "A choice"}, self.colour);
    v(Field{"files", "Texts"}, self.files);
    v(Field{"sizes", "Numbers"}, self.sizes);
    Inner::visit_fields(self.inner, v);
  }
};

/// Calls body(x) for thousands of finite floats of all sizes.
template <class Body>
void for_many_floats(Body body) {
  std::uint32_t bits = 1;
  for (int i = 0; i < 20000; ++i) {
    bits = bits * 1664525U + 1013904223U;
    const auto value = std::bit_cast<float>(bits);
    if (std::isfinite(value)) body(value);
  }
}

/// The message of the UsageError that a call throws.
template <class F>
std::string usage_error(F&& call) {
  try {
    call();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace heed
