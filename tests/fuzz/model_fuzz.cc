#include <algorithm>

#include "decoding/stepper.h"
#include "fuzz/fuzz.h"
#include "model/model_file.h"

namespace heed {

namespace {

/// Header, NUL, data as a file with the right length and checksum, without which nothing else would
/// ever be looked at.
std::string completed(std::string_view bytes) {
  const std::size_t end = std::min(bytes.find('\0'), bytes.size());
  std::string file(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) file[i] = static_cast<char>(end >> (8 * i));
  file += bytes.substr(0, end);
  file += bytes.substr(std::min(end + 1, bytes.size()));
  constexpr std::string_view kName = R"("heed_checksum")";
  const std::size_t place = file.find('"', file.find(kName) + kName.size());
  if (place < file.size() - 9) {
    const Safetensors contents = parse_safetensors(std::as_bytes(std::span(file)), "x");
    file.replace(place + 1, 8, fmt::format("{:08x}", checksum_of(contents)));
  }
  return file;
}

void run_model(std::string_view bytes) {
  static const std::unique_ptr<Backend> backend = make_backend("reference");
  const MemoryFile file(completed(bytes));
  const LoadedModel loaded(file.path(), *backend);
  const Tokenizers& tokenizers = loaded.contents().tokenizers;
  Ragged source;
  std::vector<int> ids = tokenizers.source.encode("a");
  ids.push_back(tokenizers.source.eos_id());
  source.add(ids);
  ModelStepper stepper(loaded.model());
  stepper.begin(source);
  stepper.step(std::vector<int>{stepper.shape().bos}, std::vector<int>{0});
  require(stepper.top(1).ids.size() == 1, "there is a next token");
  attention_heads(loaded.model());
}

std::vector<std::string> model_seeds() {
  std::vector<std::string> seeds;
  for (const char* name : {"format-1-rnn.safetensors", "format-1-transformer.safetensors"}) {
    const std::string file = golden(name);
    const std::size_t length =
        static_cast<unsigned char>(file[0]) + 256U * static_cast<unsigned char>(file[1]);
    seeds.push_back(file.substr(8, length) + '\0' + file.substr(8 + length));
  }
  return seeds;
}

}  // namespace

const FuzzTarget kModelTarget{"model", run_model, model_seeds};

}  // namespace heed
