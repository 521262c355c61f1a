#include "fuzz/fuzz.h"
#include "heed/translation.h"

namespace heed {

namespace {

void run_n_best(std::string_view bytes) {
  const ListedTranslation listed = parse_moses(bytes, 1);
  const std::string line = std::to_string(listed.id) + " ||| " + std::string(listed.text) + " |||";
  const ListedTranslation again = parse_moses(line, 1);
  require(again.id == listed.id && again.text == listed.text, "a list's line comes back");
}

std::vector<std::string> n_best_seeds() {
  return {"0 ||| a b ||| F0= -2.31 ||| -0.77", "17 |||  ||| -1", "3 ||| ||| x",
          " 4 ||| a|||b ||| c", "18446744073709551616 ||| a ||| b"};
}

}  // namespace

const FuzzTarget kNBestTarget{"n-best", run_n_best, n_best_seeds};

}  // namespace heed
