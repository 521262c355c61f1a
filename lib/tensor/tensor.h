#pragma once

#include <cstddef>

namespace heed {

/// A view of a row-major matrix of floats in a backend's memory; it owns nothing and is passed by
/// value. Every tensor of Heed is a matrix: real tokens as rows (there is no padding), features as
/// columns; a vector is one row. Letters used for shapes everywhere: B sentences, S source tokens,
/// T target tokens, N rows, D width, H heads, V vocabulary, R hypotheses.
struct Tensor {
  float* data = nullptr;
  int rows = 0;
  int cols = 0;
  int stride = 0;  ///< Distance in floats between the beginnings of two rows; at least `cols`.

  Tensor() = default;
  Tensor(float* values, int row_count, int col_count)
      : data(values), rows(row_count), cols(col_count), stride(col_count) {}

  std::size_t size() const { return static_cast<std::size_t>(rows) * cols; }
  bool contiguous() const { return stride == cols || rows <= 1; }
  float* row(int r) const { return data + static_cast<std::ptrdiff_t>(r) * stride; }
  explicit operator bool() const { return data != nullptr; }

  /// Rows [first, first + count) as a view.
  Tensor row_range(int first, int count) const {
    Tensor view = *this;
    view.data = row(first);
    view.rows = count;
    return view;
  }

  /// Columns [first, first + count) as a view.
  Tensor col_range(int first, int count) const {
    Tensor view = *this;
    view.data = data + first;
    view.cols = count;
    return view;
  }
};

}  // namespace heed
