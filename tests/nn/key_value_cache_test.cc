#include "nn/key_value_cache.h"

#include <array>

#include "support/on_backends.h"

namespace heed {
namespace {

class KeyValueCacheTest : public OnBackends {};
INSTANTIATE_TEST_SUITE_P(Backends, KeyValueCacheTest, every_backend(), backend_name);

TEST_P(KeyValueCacheTest, KeepsItsRowsWhenItGrows) {
  KeyValueCache cache(backend(), 4);
  Tape tape(backend());
  std::vector<float> all;
  for (int batch = 1; batch < 12; ++batch) {
    std::vector<float> rows(batch * 5);
    for (float& value : rows) value = static_cast<float>(all.size() + (&value - rows.data()));
    const Var wide = constant(tape, batch, 5, rows);
    cache.append(col_range(wide, 1, 4).value());  // strided, as in self-attention
    const std::vector<float> kept = host(concat_rows(std::array{col_range(wide, 1, 4)}));
    all.insert(all.end(), kept.begin(), kept.end());
    EXPECT_EQ(host(cache.rows()), all);
  }
}

TEST_P(KeyValueCacheTest, ForgetsAllButSomeRows) {
  KeyValueCache cache(backend(), 2);
  Tape tape(backend());
  cache.append(constant(tape, 4, 2, std::vector<float>{0, 1, 10, 11, 20, 21, 30, 31}).value());
  cache.keep(tape.keep(std::vector{1, 3}));
  cache.append(constant(tape, 1, 2, std::vector<float>{40, 41}).value());
  EXPECT_EQ(cache.size(), 3);
  EXPECT_EQ(host(cache.rows()), (std::vector<float>{10, 11, 30, 31, 40, 41}));
}

}  // namespace
}  // namespace heed
