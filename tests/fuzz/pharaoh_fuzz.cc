#include "data/word_alignment.h"
#include "fuzz/fuzz.h"

namespace heed {

namespace {

void run_pharaoh(std::string_view bytes) {
  for (const int first : {0, 1}) {
    const GoldAlignment gold = parse_gold_alignment(bytes, first);
    for (const HardAlignment& links : {gold.sure, gold.possible}) {
      require(parse_alignment(format_alignment(links)) == links, "links come back");
    }
    require(gold.possible.size() >= gold.sure.size(), "sure links are possible");
  }
}

std::vector<std::string> pharaoh_seeds() {
  return {"0-0 1-2 2-1", "1-1 2p3  4?5 ", "", "2147483647-1", "1-1 1-1 1p1"};
}

}  // namespace

const FuzzTarget kPharaohTarget{"pharaoh", run_pharaoh, pharaoh_seeds};

}  // namespace heed
