// Compiled for the machine that it runs on, as Eigen's users do.
#include "bench/sgemm.h"

#include <Eigen/Core>
#include <algorithm>
#include <chrono>
#include <numeric>
#include <thread>
#include <vector>

namespace heed {

namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Clock = std::chrono::steady_clock;

struct Size {
  int m, n, k;
};
constexpr Size kSizes[] = {
    {1000, 1024, 256}, {1000, 256, 1024}, {1000, 768, 256}, {250, 8000, 256}};

/// All sizes for about a second: operations a second.
double rate_of_one_core() {
  double operations = 0;
  std::vector<Matrix> a, b, c;
  for (const Size& size : kSizes) {
    a.push_back(Matrix::Random(size.m, size.k));
    b.push_back(Matrix::Random(size.k, size.n));
    c.push_back(Matrix::Zero(size.m, size.n));
  }
  const auto start = Clock::now();
  std::chrono::duration<double> elapsed{};
  while (elapsed.count() < 1) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      c[i].noalias() = a[i] * b[i];
      operations += 2.0 * static_cast<double>(a[i].rows()) * static_cast<double>(b[i].size());
    }
    elapsed = Clock::now() - start;
  }
  return operations / elapsed.count();
}

}  // namespace

double sgemm_rate(int threads) {
  std::vector<double> rates(static_cast<std::size_t>(threads));
  std::vector<std::thread> pool;
  for (double& rate : rates) pool.emplace_back([&rate] { rate = rate_of_one_core(); });
  for (std::thread& thread : pool) thread.join();
  return std::accumulate(rates.begin(), rates.end(), 0.0);
}

}  // namespace heed
