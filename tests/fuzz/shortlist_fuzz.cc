#include "conversion/marian_shortlist_writer.h"
#include "fuzz/fuzz.h"
#include "model/container.h"

namespace heed {

namespace {

/// The bytes behind the checksum of a binary shortlist, which gets the right one: else nothing
/// behind it would be looked at.
void run_shortlist(std::string_view content) {
  static const Tokenizer tokenizer(
      std::string(Container(HEED_GOLDEN "/format-1-rnn.safetensors", "model").bytes("tokenizer")));
  std::string file(8, '\0');
  const std::uint64_t checksum = marian_checksum(bytes(std::string(content)));
  file.append(reinterpret_cast<const char*>(&checksum), sizeof checksum);
  file += content;
  const Shortlist shortlist = parse_marian_shortlist(bytes(file), "x", {tokenizer, tokenizer});
  shortlist.check(tokenizer.size(), tokenizer.size(), "x");
  require(shortlist.targets.size() <= content.size(), "there are no more targets than bytes");
}

std::vector<std::string> shortlist_seeds() {
  std::vector<std::string> seeds;
  for (const auto& lists : std::vector<std::vector<std::vector<std::uint32_t>>>{
           {{1, 2, 3}, {}, {12}}, {{}, {}}, std::vector<std::vector<std::uint32_t>>(13, {5, 6})}) {
    seeds.push_back(marian_shortlist_bin(4, lists).substr(16));
  }
  return seeds;
}

}  // namespace

const FuzzTarget kShortlistTarget{"shortlist", run_shortlist, shortlist_seeds};

}  // namespace heed
