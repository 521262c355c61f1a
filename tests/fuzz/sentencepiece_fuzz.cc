#include "data/tokenizer.h"
#include "data/vocabulary_trainer.h"
#include "fuzz/fuzz.h"
#include "model/container.h"

namespace heed {

namespace {

void run_sentencepiece(std::string_view bytes) {
  const Tokenizer tokenizer{std::string(bytes)};
  for (const char* line : {"", "two words", "J\xC3\xBCrgen \xff\xE6\x97\xA5  "}) {
    const std::vector<int> ids = tokenizer.encode(line);
    require(tokenizer.pieces(ids).size() == ids.size(), "each number has a piece");
    require(tokenizer.encode_words(line).words.size() == ids.size(), "each piece has a word");
    tokenizer.split(line);
    tokenizer.decode(ids);
    for (const int id : ids) tokenizer.log_probability(id);
  }
}

std::vector<std::string> sentencepiece_seeds() {
  std::vector<std::string> seeds;
  const auto add = [&](const char* file, const char* tensor) {
    seeds.emplace_back(Container(HEED_GOLDEN "/" + std::string(file), "model").bytes(tensor));
  };
  const MemoryFile rules("41\t61\n41 42\t78 79\nFB01\t66 69\n");
  DataOptions options;
  options.vocab_size = 20;
  options.byte_fallback = false;
  options.spm_options = "--normalization_rule_tsv=" + rules.path();
  const auto line = [](std::size_t) { return std::string("AB \xEF\xAC\x81 c"); };
  seeds.push_back(train_tokenizer(1, line, options).serialized());
  add("format-1-rnn.safetensors", "tokenizer");
  add("format-1-transformer.safetensors", "tokenizer.source");
  add("format-1-transformer.safetensors", "tokenizer.target");
  return seeds;
}

}  // namespace

const FuzzTarget kSentencePieceTarget{"sentencepiece", run_sentencepiece, sentencepiece_seeds};

}  // namespace heed
