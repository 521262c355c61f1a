#include <algorithm>
#include <cmath>
#include <filesystem>

#include "decoding/stepper.h"
#include "fuzz/fuzz.h"
#include "model/model_file.h"
#include "translation/candidates.h"
#include "util/fields.h"
#include "util/files.h"

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
  stepper.step(std::vector<int>{stepper.shape().start}, std::vector<int>{0});
  require(stepper.top(1).ids.size() == 1, "there is a next token");
  attention_heads(loaded.model());
  const Shortlist& shortlist = loaded.contents().shortlist;
  if (shortlist.empty()) return;
  const CandidateFinder candidates({&shortlist}, 0, tokenizers.source, tokenizers.target);
  require(!candidates(ids, {}).tokens.empty(), "there is a candidate");
}

/// The values that an option may have in a file of somebody who wants to see it fail.
std::vector<std::string> odd_values(const Field& field, const std::string& value) {
  std::vector<std::string> values{"-1", "0", "1", "3", "2147483648", "true", R"(\"none\")", "null"};
  if (std::isfinite(field.most)) values.push_back(fmt::format("{:.0f}", field.most));
  if (value == "false") values.insert(values.begin(), "true");
  return values;
}

/// The file with each option of the model's at each odd value.
void add_odd_files(const std::string& file, std::vector<std::string>& seeds) {
  static const ModelOptions kDefaults;
  constexpr std::string_view kOptions = R"("model": "{)";
  const std::size_t place = file.find(kOptions) + kOptions.size();
  for_each_field(kDefaults, [&]<class V>(const Field& field, const V& value) {
    const std::string name = fmt::format("\\\"{}\\\": ", field.name);
    const std::size_t old = file.find(name, place);
    std::vector<std::string> values = odd_values(field, to_text(value));
    if constexpr (std::is_enum_v<V>) {
      for (const auto choice : enum_names(V{})) values.push_back(fmt::format("\\\"{}\\\"", choice));
    }
    for (const std::string& odd : values) {
      std::string changed = file;
      if (old == file.npos) {
        changed.insert(place, name + odd + ", ");
      } else {
        const std::size_t end = file.find_first_of(",}", old);
        changed.replace(old + name.size(), end - old - name.size(), odd);
      }
      seeds.push_back(std::move(changed));
    }
  });
}

/// The header without its length, NUL, data.
std::string separated(const std::string& file) {
  const std::size_t length =
      static_cast<unsigned char>(file[0]) + 256U * static_cast<unsigned char>(file[1]);
  return file.substr(8, length) + '\0' + file.substr(8 + length);
}

/// A model with a shortlist.
std::string shortlist_file() {
  const auto backend = make_backend("reference");
  const LoadedModel loaded(HEED_GOLDEN "/format-1-rnn.safetensors", *backend);
  ModelContents contents = loaded.contents();
  for (int source = 0; source < contents.tokenizers.source.size(); ++source) {
    contents.shortlist.targets.push_back(source);
    contents.shortlist.probabilities.push_back(1);
    contents.shortlist.ends.push_back(source + 1);
  }
  contents.shortlist.frequent = {3, 4};
  const std::string path = std::filesystem::temp_directory_path() / "heed-fuzz-shortlist";
  save_model(path, contents, loaded.parameters(), loaded.parameters().flat());
  const FileCopy file(path);
  std::filesystem::remove(path);
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

std::vector<std::string> model_seeds() {
  std::vector<std::string> seeds{separated(shortlist_file())};
  for (const char* name : {"format-1-rnn.safetensors", "format-1-transformer.safetensors"}) {
    const std::string file = golden(name);
    seeds.push_back(separated(file));
    add_odd_files(std::string(seeds.back()), seeds);
  }
  return seeds;
}

}  // namespace

const FuzzTarget kModelTarget{"model", run_model, model_seeds};

}  // namespace heed
