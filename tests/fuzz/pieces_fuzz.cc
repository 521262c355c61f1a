#include "data/piece_order.h"
#include "data/tokenizer.h"
#include "fuzz/fuzz.h"
#include "model/container.h"

namespace heed {

namespace {

void run_pieces(std::string_view bytes) {
  const OrderedPieces ordered =
      order_pieces(std::string(bytes), {"</s>", "<unk>", ">>de<<", "a", "<pad>"}, "x", 2);
  const Tokenizer tokenizer(ordered.serialized, "x");
  require(tokenizer.size() == 5 + ordered.unlisted, "pieces have the list's numbers, then others");
  tokenizer.encode(">>de<< two words");
}

std::vector<std::string> pieces_seeds() {
  std::vector<std::string> seeds;
  for (const char* tensor : {"tokenizer.source", "tokenizer.target"}) {
    seeds.emplace_back(
        Container(HEED_GOLDEN "/format-1-transformer.safetensors", "model").bytes(tensor));
  }
  return seeds;
}

}  // namespace

const FuzzTarget kPiecesTarget{"pieces", run_pieces, pieces_seeds};

}  // namespace heed
