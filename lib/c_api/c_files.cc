#include <cstdlib>

#include "c_api/call.h"
#include "heed/evaluator.h"
#include "heed/model_info.h"

using namespace heed;

int heed_api_version(void) { return HEED_API_VERSION; }
const char* heed_version(void) { return HEED_VERSION; }
void heed_free_text(char* text) { std::free(text); }

heed_status heed_evaluate(const char* const* references, size_t reference_count,
                          const heed_option* options, size_t option_count, char** report,
                          char** error) {
  return call(error, [&] {
    expect_place(report);
    EvaluateOptions given = read_options<EvaluateOptions>(options, option_count);
    for (const char* const file : expect_items(references, reference_count, "references")) {
      given.references.emplace_back(expect(file, "a reference"));
    }
    *report = copy_text(evaluate(given, "heed-" HEED_VERSION, [](const std::string&) {}));
  });
}

heed_status heed_describe_model(const char* model, char** json, char** error) {
  return call(error, [&] {
    expect_place(json);
    *json = copy_text(describe_model_json(expect(model, "a model")));
  });
}
