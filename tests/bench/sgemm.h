#pragma once

namespace heed {

/// Floating-point operations a second of Eigen's own SGEMM on `threads` cores at once, at the sizes
/// of a small model's layers: the rate that training and decoding are measured against.
double sgemm_rate(int threads);

}  // namespace heed
