#include "fuzz/fuzz.h"
#include "heed/options.h"
#include "util/json.h"
#include "util/json_fields.h"

namespace heed {

namespace {

void run_json(std::string_view bytes) {
  const nlohmann::json json = parse_json(bytes, "x");
  require(parse_json(json_text(json), "again") == json, "JSON comes back");
  ModelOptions options;
  from_json(json, options);
  require(!printable(bytes).empty(), "anything can be shown");
}

std::vector<std::string> json_seeds() {
  return {R"({"type": "rnn", "dim-emb": 256, "dropout": 0.1, "tied-embeddings": true})",
          R"({"a": [1, -2.5e3, null, "\u00e4\ud83d\ude00\n"], "b": {"c": {}}})", "[[[[]]]]",
          R"("text")", "1e400"};
}

}  // namespace

const FuzzTarget kJsonTarget{"json", run_json, json_seeds};

}  // namespace heed
