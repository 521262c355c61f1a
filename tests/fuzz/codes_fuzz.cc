#include "data/byte_pairs.h"
#include "fuzz/fuzz.h"
#include "util/strings.h"

namespace heed {

namespace {

/// The bytes as codes, and cut by them.
void run_codes(std::string_view bytes) {
  const BytePairs pairs(bytes, "x");
  for (const std::string_view word : split_words(bytes)) {
    std::string whole;
    const std::vector<std::string> pieces = pairs.split(word);
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const std::size_t joiner = i + 1 < pieces.size() ? BytePairs::kJoiner.size() : 0;
      require(pieces[i].size() > joiner, "no piece is empty");
      whole += pieces[i].substr(0, pieces[i].size() - joiner);
    }
    require(whole == word, "the pieces are the word");
  }
}

std::vector<std::string> codes_seeds() {
  return {"#version: 0.2\na b\nab c</w>\na a\n", "#version: 0.1\na b\nab </w>\n", "e n\ne n</w>\n"};
}

}  // namespace

const FuzzTarget kCodesTarget{"codes", run_codes, codes_seeds};

}  // namespace heed
