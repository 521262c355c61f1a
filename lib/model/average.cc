#include "model/average.h"

#include "util/error.h"
#include "util/json_fields.h"

namespace heed {
namespace {

void check_alike(const LoadedModel& first, const LoadedModel& other) {
  const nlohmann::json expected = to_json(first.contents().options);
  const nlohmann::json found = to_json(other.contents().options);
  for (const auto& [name, value] : expected.items()) {
    if (value != found[name]) {
      fail("expected models with the same options to average, found {} {} in {} and {} in {}", name,
           value.dump(), first.path(), found[name].dump(), other.path());
    }
  }
  const auto check_side = [&](const char* side, const Tokenizer& a, const Tokenizer& b) {
    if (a.serialized() == b.serialized()) return;
    fail(
        "expected models with the same vocabularies to average, found other {} pieces in {} than "
        "in {}; average models of one training",
        side, other.path(), first.path());
  };
  check_side("source", first.contents().tokenizers.source, other.contents().tokenizers.source);
  check_side("target", first.contents().tokenizers.target, other.contents().tokenizers.target);
}

nlohmann::json summary(const LoadedModel& model) {
  return {{"file", model.path()}, {"training", model.contents().training}};
}

}  // namespace

void average_models(const std::vector<std::string>& paths, const std::string& output,
                    Backend& backend, Dtype dtype) {
  if (paths.empty()) fail("expected model files to average, found none");
  const LoadedModel first(paths.front(), backend);
  const Block mean(backend, first.parameters().size());
  backend.copy(first.parameters().flat(), mean.tensor());
  nlohmann::json summaries = nlohmann::json::array({summary(first)});
  for (std::size_t i = 1; i < paths.size(); ++i) {
    const LoadedModel next(paths[i], backend);
    check_alike(first, next);
    backend.blend(1.0F / static_cast<float>(i + 1), next.parameters().flat(), mean.tensor());
    summaries.push_back(summary(next));
  }
  ModelContents contents = first.contents();
  contents.training = {{"averaged", summaries}};
  save_model(output, contents, first.parameters(), mean.tensor(), dtype);
}

}  // namespace heed
