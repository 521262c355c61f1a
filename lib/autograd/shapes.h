#pragma once

#include "autograd/tape.h"
#include "util/error.h"

namespace heed {

// What the operations ask of their operands. Each throws an Error that names the operation and the
// shapes that it found.

inline void expect(bool holds, const char* op, Var a, Var b) {
  if (holds) return;
  fail("expected shapes that fit in {}, found [{}, {}] and [{}, {}]", op, a.rows(), a.cols(),
       b.rows(), b.cols());
}

inline void expect_same_shape(const char* op, Var a, Var b) {
  expect(a.rows() == b.rows() && a.cols() == b.cols(), op, a, b);
}

inline void expect_contiguous(const char* op, Var x) {
  if (x.value().contiguous()) return;
  fail("expected contiguous rows in {}, found width {} and stride {}", op, x.cols(),
       x.value().stride);
}

}  // namespace heed
